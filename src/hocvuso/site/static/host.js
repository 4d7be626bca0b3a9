// A lesson's page in the browser: fetches the learner's answers, shows each question with its type's front end,
// keeps saving, hands in. The same file runs in a Voila app of the site, where the front ends come as widgets.

import { Answers, isAnswered, timeOf } from "./answers.js";
import { allMessages, ask, base, edition, make, messages, net, tell } from "./page.js";
import { codeHost } from "./code.js";
import { device, kept, own, start as startShell, trusted } from "./shell.js";

const answers = new Answers({
  edition,
  net,
  tell,
  messages,
  kept,
  trusted,
  confirm: (tag) => device.confirm(tag),
  doubt: () => device.doubt(),
  channel: globalThis.BroadcastChannel ? (name) => new BroadcastChannel(name) : null,
});
globalThis.hocvuso = {
  ...globalThis.hocvuso,
  answers: { model: (question) => answers.model(question) },
  code: codeHost((id) => `api/chay/${edition}/${id}`, () => answers.learner),
};

// ---- questions

async function showQuestion(slot) {
  const el = slot.querySelector(".hv-front");
  try {
    const question = JSON.parse(slot.dataset.question);
    const model = answers.model(question, { locked: slot.dataset.locked === "true" });
    const mark = () => slot.classList.toggle("hv-done", isAnswered(question, model.get("answer")));
    model.on("change:answer", mark);
    mark();
    await hvFronts[slot.dataset.type].render({ model, el });
  } catch (error) {
    console.error(error);
    el.replaceChildren(make("p", "hv-broken", tell("Chưa hiện được câu hỏi này. Hãy tải lại trang.")));
  }
}

// ---- progress and connection

const progress = document.getElementById("hv-progress");
const saving = make("p", "hv-saving"); // no live region: each question says its own state, the banner any trouble
const banner = make("div", "hv-banner");
banner.setAttribute("role", "status");
banner.hidden = true;

function prepareBar() {
  if (!progress) return;
  const bar = make("div", "hv-bar");
  progress.before(bar);
  bar.append(progress, saving);
}

function saveState({ unsent, onlyHere, saved }) {
  if (onlyHere && answers.trouble) return tell("{n} câu trả lời chưa gửi được và chỉ còn trong trang này", { n: onlyHere });
  if (unsent && answers.trouble) return tell("{n} câu trả lời đang chờ trên thiết bị này", { n: unsent });
  if (unsent) return tell("Đang gửi {n} câu trả lời…", { n: unsent });
  return saved ? tell("Đã lưu tất cả lúc {time}", { time: timeOf(saved, Date.now()) }) : "";
}

function showBanner(trouble) {
  const text = {
    here: "Chưa gửi được, và thiết bị này không giữ được câu trả lời: anh/chị đừng đóng trang này cho tới khi gửi xong.",
    offline: "Mất mạng: câu trả lời được giữ trên thiết bị này và sẽ tự gửi khi có mạng.",
    server: "Máy chủ chưa lưu được; câu trả lời được giữ trên thiết bị này và sẽ tự gửi lại.",
    full: "Máy chủ hết chỗ lưu. Câu trả lời được giữ trên thiết bị này và sẽ tự gửi lại; hãy báo người vận hành.",
    "signed-out": "Hãy đăng nhập lại. Câu trả lời được giữ trên thiết bị này và sẽ tự gửi sau khi đăng nhập.",
  }[trouble];
  if (banner.dataset.trouble === (trouble ?? "")) return;
  banner.dataset.trouble = trouble ?? "";
  banner.hidden = !text;
  banner.replaceChildren(make("p", "", text ? tell(text) : ""));
  if (trouble === "signed-out") {
    const link = make("a", "hv-button", tell("Đăng nhập lại"));
    link.href = location.pathname;
    banner.append(link);
  }
}

let calm = false;
answers.watch(() => {
  const state = answers.progress();
  const { n, all, unsent, onlyHere } = state;
  showBanner(onlyHere && answers.trouble && answers.trouble !== "signed-out" ? "here" : answers.trouble);
  showWish();
  const before = calm;
  calm = answers.loaded && !answers.trouble && unsent === 0;
  if (calm && !before) device.send(); // what waits from other lessons, and this one if it is to be handed in
  saving.textContent = saveState(state);
  if (!progress) return;
  const text = tell("Đã trả lời {n}/{all} câu", { n, all });
  progress.hidden = all === 0;
  if (progress.textContent !== text) progress.textContent = text;
  progress.parentElement.style.setProperty("--hv-done", all ? n / all : 0);
});

// True when the page itself has done what the news asks for.
function hear({ handedIn, result, refused, error, left, other }) {
  if (left || other) answers.leave();
  if (refused === edition) {
    showWish();
    say(error || tell("Chưa nộp được bài. Câu trả lời vẫn còn; hãy thử lại."));
    return true;
  }
  if (handedIn !== edition) return false;
  location.assign(result);
  return true;
}

// ---- the lesson part by part: each ends with a question, the last one with handing in

const parts = [];
let part = 0;
const bar = make("nav", "hv-part-nav");

function prepareParts() {
  const main = document.querySelector("main.hv-lesson");
  if (!main || !document.getElementById("hv-submit") || document.querySelectorAll(".hv-slot").length < 2) return;
  const stay = new Set(main.querySelectorAll(":scope > h1, :scope > .hv-facts, :scope > .hv-bar"));
  let open = [];
  for (const element of main.children) {
    if (stay.has(element)) continue;
    open.push(element);
    if (element.matches(".hv-slot")) parts.push(open.splice(0));
  }
  parts.push(open);
  bar.setAttribute("aria-label", tell("Các phần của bài"));
  const said = make("p", "");
  const back = make("button", "hv-button hv-quiet", tell("Phần trước"));
  const on = make("button", "hv-button", tell("Phần tiếp"));
  back.type = on.type = "button";
  back.addEventListener("click", () => goTo(part - 1));
  on.addEventListener("click", () => goTo(part + 1));
  bar.append(said, back, on);
  main.append(bar);
  document.documentElement.addEventListener("hv-reading", showPart);
  window.addEventListener("hashchange", fromAddress);
  fromAddress();
}

function fromAddress() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const named = Number(location.hash.match(/^#phan-(\d+)$/)?.[1] ?? 0) - 1;
  const found = target ? parts.findIndex((some) => some.some((one) => one.contains(target))) : named;
  part = Math.min(Math.max(found, 0), parts.length - 1);
  showPart();
  if (target && found >= 0) target.scrollIntoView({ block: "start" });
}

function goTo(number) {
  history.pushState(null, "", `#phan-${number + 1}`);
  part = number;
  showPart();
  const first = parts[part][0];
  first.tabIndex = -1;
  first.focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

function showPart() {
  const one = document.documentElement.dataset.parts === "one";
  parts.forEach((some, number) => some.forEach((element) => element.classList.toggle("hv-off", one && number !== part)));
  const [said, back, on] = bar.children;
  bar.hidden = !one;
  said.textContent = tell("Phần {n}/{all}", { n: part + 1, all: parts.length });
  back.hidden = part === 0;
  on.hidden = part === parts.length - 1;
}

function reveal(element) {
  const found = parts.findIndex((some) => some.includes(element));
  if (found >= 0 && element.classList.contains("hv-off")) goTo(found);
}

// ---- handing in

const form = document.getElementById("hv-submit");
const cancel = make("button", "hv-button hv-quiet");

function say(sentence) {
  document.getElementById("hv-submit-state").textContent = sentence;
}

// What a dialog calls a question: its number and how it begins.
function called(slot) {
  const { prompt } = JSON.parse(slot.dataset.question);
  const words = prompt.split(/\s+/);
  const begin = words.slice(0, 12).join(" ") + (words.length > 12 ? "…" : "");
  return tell("Câu {n}: {prompt}", { n: slot.dataset.number, prompt: begin });
}

async function wantsToHandIn() {
  const { n, all } = answers.progress();
  if (n === all) return true;
  const open = [...document.querySelectorAll(".hv-slot:not(.hv-done)")]; // none where questions are widgets
  const choice = await ask({
    question: tell("Còn {n} câu chưa trả lời. Anh/chị có muốn nộp bài không?", { n: all - n }),
    note: tell("Anh/chị có thể làm lại và nộp lại sau."),
    listed: open.map((slot) => [slot.id, called(slot)]),
    choices: [["stay", tell("Làm tiếp")], ["go", tell("Nộp luôn")]],
  });
  if (choice === "go") return true;
  const chosen = document.getElementById(choice) ?? open[0];
  if (chosen) reveal(chosen);
  chosen?.scrollIntoView({ block: "start" });
  chosen?.querySelector("input, select, textarea, button:not([hidden])")?.focus({ preventScroll: true });
  return false;
}

async function handIn(button) {
  if (!(await wantsToHandIn())) return;
  say(tell("Đang nộp bài…"));
  button.disabled = true;
  const path = new URL(form.action).pathname.slice(base.length);
  const { result, error, later } = (await answers.flush()) ? await device.handIn(edition, path) : { later: true };
  button.disabled = false;
  if (result) location.assign(result);
  else if (later && answers.learner !== null && kept.keepWish(answers.learner, edition, path)) {
    showWish();
    device.send();
    cancel.focus();
  } else say(error || tell("Chưa nộp được bài. Câu trả lời vẫn còn; hãy thử lại."));
}

// A lesson that is to be handed in as soon as that is possible says so, and can be taken back.
function showWish() {
  if (!form) return;
  const wished = answers.learner !== null && kept.wish(answers.learner, edition) !== null;
  if (cancel.hidden === !wished) return;
  cancel.hidden = !wished;
  form.querySelector("[type=submit]").hidden = wished;
  say(wished ? tell("Bài sẽ được nộp khi có mạng, lúc trang này còn mở hoặc khi anh/chị mở lại một trang của Học vụ số.") : "");
}

function prepareHandIn() {
  if (!form) return;
  const button = form.querySelector("button");
  cancel.type = "button";
  cancel.hidden = true;
  cancel.textContent = tell("Không nộp nữa");
  cancel.addEventListener("click", () => {
    kept.dropWish(answers.learner, edition);
    showWish();
    button.focus();
  });
  form.append(cancel);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!button.disabled && !button.hidden) handIn(button);
  });
}

// Not before it is known what was answered earlier: those questions would be counted as open.
function allowHandIn() {
  if (form) form.querySelector("button").disabled = false;
}

// ---- live examples

function openLive(card, button) {
  const live = encodeURIComponent(card.dataset.live);
  const title = card.querySelector(".hv-live-title")?.textContent.trim() ?? "";
  const frame = make("iframe", "hv-live-iframe");
  frame.title = tell("Ví dụ tương tác: {title}", { title });
  frame.src = `${base}song/${edition}/${live}`;
  const alone = make("a", "hv-live-alone", tell("Mở riêng ví dụ này"));
  alone.href = frame.src;
  alone.target = "_blank";
  alone.rel = "noopener";
  const place = card.querySelector(".hv-live-frame");
  if (!navigator.onLine) {
    place.replaceChildren(make("p", "", tell("Ví dụ này cần mạng; anh/chị hãy mở khi có mạng.")));
    place.hidden = false;
    return;
  }
  place.replaceChildren(frame, alone);
  place.hidden = false;
  button.hidden = true;
  frame.focus();
}

window.addEventListener("message", (event) => {
  if (event.origin !== location.origin || typeof event.data?.hvHeight !== "number") return;
  for (const frame of document.querySelectorAll(".hv-live-iframe")) {
    if (frame.contentWindow === event.source) {
      frame.style.height = `${Math.min(Math.max(event.data.hvHeight, 160), 4000)}px`;
    }
  }
});

// ---- start

async function start() {
  await allMessages();
  prepareBar();
  document.body.prepend(banner);
  for (const card of document.querySelectorAll(".hv-live")) {
    const button = card.querySelector(".hv-live-open");
    button?.addEventListener("click", () => openLive(card, button));
  }
  for (const slot of document.querySelectorAll(".hv-slot")) showQuestion(slot);
  for (const box of document.querySelectorAll(".highlight pre, .hv-prose pre, .hv-prose table")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; // so that a keyboard can scroll it
  }
  prepareHandIn();
  prepareParts();
  own(answers, hear);
  startShell();
  answers.load().finally(allowHandIn);
  window.addEventListener("beforeunload", (event) => {
    if (answers.progress().onlyHere) event.preventDefault(); // the browser asks whether to leave
  });
  window.addEventListener("online", () => answers.flush());
  window.addEventListener("pagehide", () => answers.flush());
  document.addEventListener("visibilitychange", () => answers.flush());
}

start();
