// What every page of the site does beside its own work: sends what waits on this device, signs out, says when
// somebody else did, and has a worker keep what is needed without a network.

import { Device } from "./device.js";
import { Kept } from "./kept.js";
import { allMessages, ask, base, learnerOfPage, lesson, make, net, storageOf, tell } from "./page.js";

const SOON = 2000; // milliseconds after the page is there: first things first

export const kept = new Kept(storageOf("localStorage"));

let ownAnswers = null; // of the lesson on this page
const listeners = [];

export const device = new Device({
  kept,
  net,
  answersOf,
  told: (news) => {
    if (!news.send) return listeners.some((listener) => listener(news)) || show(news);
    ownAnswers?.flush();
    return device.send();
  },
  channel: globalThis.BroadcastChannel ? new BroadcastChannel("hv-device") : null,
  caches: globalThis.caches ?? null,
  locks: navigator.locks ?? null,
});

export const trusted = () => device.trusted(Boolean(navigator.serviceWorker?.controller));

// A page's own answers, and what it does with news itself (true: nothing more is to be said).
export function own(answers, listener) {
  ownAnswers = answers;
  listeners.push(listener);
}

async function answersOf(edition) {
  if (ownAnswers?.edition === edition) return ownAnswers;
  const { Answers } = await import("./answers.js");
  // no retries of its own: the device tries again
  const heard = { confirm: (tag) => device.confirm(tag), doubt: () => device.doubt() };
  return new Answers({ edition, net, tell, kept, ...heard, timer: () => 0 });
}

// ---- news, above the page

async function show({ handedIn, result, refused, error, lost, left }) {
  await allMessages();
  if (handedIn) notice(tell("Bài chờ nộp đã được nộp."), [[tell("Xem kết quả"), result]]);
  else if (refused) notice(error || tell("Chưa nộp được bài. Câu trả lời vẫn còn; hãy thử lại."), []);
  else if (lost) notice(tell("Có câu trả lời chưa được lưu vì bài học đã thay đổi. Hãy mở lại bài để xem."), []);
  else hide(left ? tell("Anh/chị đã đăng xuất.") : tell("Người khác đã đăng nhập trên thiết bị này."));
}

function notice(sentence, links) {
  const box = make("div", "hv-banner hv-news");
  box.setAttribute("role", "status");
  box.append(make("p", "", sentence));
  for (const [text, href] of links) {
    const link = make("a", "hv-button", text);
    link.href = href;
    box.append(link);
  }
  document.body.prepend(box);
}

// Nothing of whoever was here stays on the screen.
function hide(sentence) {
  const panel = make("section", "hv-panel");
  const link = make("a", "hv-button", tell("Đăng nhập lại"));
  link.href = base;
  panel.append(make("h1", "", sentence), link);
  panel.setAttribute("role", "status");
  document.querySelector("main").replaceChildren(panel);
  document.title = sentence;
}

// ---- signing out

function decide({ answers, wishes }) {
  const question = answers
    ? tell("Còn {n} câu trả lời chưa gửi được vì mất mạng. Anh/chị muốn làm gì với các câu đó?", { n: answers })
    : tell("Còn {n} bài chờ nộp vì mất mạng. Anh/chị muốn làm gì với bài đó?", { n: wishes });
  return ask({
    question,
    note: tell("Giữ lại thì chỉ anh/chị xem được, sau khi đăng nhập lại trên thiết bị này; bỏ đi thì không lấy lại được."),
    choices: [
      ["stay", tell("Chưa đăng xuất")],
      ["keep", tell("Giữ trên thiết bị này")],
      ["discard", tell("Bỏ đi")],
    ],
  });
}

async function signOut(link) {
  if (link.getAttribute("aria-busy")) return;
  link.setAttribute("aria-busy", "true");
  await allMessages();
  const outcome = await device.signOut(decide);
  link.removeAttribute("aria-busy");
  if (outcome === "told") location.assign(link.href);
  if (outcome === "untold") {
    hide(tell("Anh/chị đã đăng xuất trên thiết bị này. Khi có mạng, trang sẽ báo cho máy chủ."));
    window.addEventListener("online", () => location.replace(base)); // reading.js then signs out at the site
  }
}

function prepareSignOut() {
  for (const link of document.querySelectorAll(`a[href="${base}logout"]`)) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      signOut(link);
    });
  }
}

// ---- without a network

async function startWorker() {
  try {
    await navigator.serviceWorker.register(`${base}sw.js`, { scope: base });
    const { active } = await navigator.serviceWorker.ready;
    const used = performance.getEntriesByType("resource").map(({ name }) => name.split("#")[0]);
    const files = new Set(used.filter((name) => name.startsWith(`${location.origin}${base}static/`)));
    const pages = lesson && location.pathname === `${base}bai/${lesson}` ? [location.href.split("#")[0]] : [];
    active.postMessage({ keep: [...files, ...pages], lang: document.documentElement.lang });
  } catch {
    // forbidden, or no worker for this kind of address: everything works but opening without a network
  }
}

function whenQuiet(action) {
  const idle = globalThis.requestIdleCallback ?? ((later) => setTimeout(later, 0));
  const wait = () => setTimeout(() => idle(action, { timeout: SOON }), SOON);
  if (document.readyState === "complete") wait();
  else window.addEventListener("load", wait, { once: true });
}

export function start() {
  if (learnerOfPage) device.confirm(learnerOfPage);
  const shown = () => learnerOfPage ?? ownAnswers?.learner ?? null;
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && shown() !== kept.learner) location.reload(); // a page from before another sign-in
  });
  window.addEventListener("online", () => device.send());
  prepareSignOut();
  if (navigator.serviceWorker) whenQuiet(startWorker);
  if (learnerOfPage) device.send();
}
