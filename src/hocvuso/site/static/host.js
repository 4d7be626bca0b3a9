// A lesson's page in the browser: fetches the learner's answers, shows each question with its type's front end,
// keeps saving, hands in. The same file runs in a Voila app of the site, where the front ends come as widgets.

import { Answers, isAnswered } from "./answers.js";

const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
const base = meta("hv-base");
const edition = meta("hv-edition");
const messages = readMessages();

function readMessages() {
  try {
    return JSON.parse(document.getElementById("hv-messages")?.textContent ?? "{}");
  } catch {
    return {};
  }
}

function tell(message, fields = {}) {
  return (messages[message] ?? message).replace(/\{(\w+)\}/g, (whole, name) => String(fields[name] ?? whole));
}

function xsrf() {
  return document.cookie.match(/(?:^|;\s*)_xsrf=([^;]*)/)?.[1] ?? "";
}

function net(path, options = {}) {
  const headers = { "X-XSRFToken": xsrf(), Accept: "application/json" };
  if (options.body) headers["Content-Type"] = "application/json";
  return fetch(base + path, { ...options, headers, credentials: "same-origin", redirect: "error" });
}

function storageOf(name) {
  try {
    return globalThis[name];
  } catch {
    return null; // forbidden by the browser's settings
  }
}

const answers = new Answers({
  edition,
  net,
  tell,
  messages,
  storage: storageOf("localStorage"),
  session: storageOf("sessionStorage"),
  channel: globalThis.BroadcastChannel ? (name) => new BroadcastChannel(name) : null,
});
globalThis.hocvuso = { ...globalThis.hocvuso, answers: { model: (question) => answers.model(question) } };

function make(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

// ---- questions

// all types come in one file, which the page names, so that it is fetched beside this one and at its present address
function frontEnds() {
  return import(document.querySelector('link[rel="modulepreload"]').href);
}

async function showQuestion(slot) {
  const el = slot.querySelector(".hv-front");
  try {
    const question = JSON.parse(slot.dataset.question);
    const model = answers.model(question, { locked: slot.dataset.locked === "true" });
    const mark = () => slot.classList.toggle("hv-done", isAnswered(question, model.get("answer")));
    model.on("change:answer", mark);
    mark();
    const fronts = await frontEnds();
    await fronts.default[slot.dataset.type].render({ model, el });
  } catch (error) {
    console.error(error);
    el.replaceChildren(make("p", "hv-broken", tell("Chưa hiện được câu hỏi này. Hãy tải lại trang.")));
  }
}

// ---- progress and connection

const progress = document.getElementById("hv-progress");
const banner = make("div", "hv-banner");
banner.setAttribute("role", "status");
banner.hidden = true;

function showBanner({ trouble }) {
  const text = {
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

answers.watch(() => {
  showBanner(answers);
  if (!progress) return;
  const { n, all } = answers.progress();
  const text = tell("Đã trả lời {n}/{all} câu", { n, all });
  progress.hidden = all === 0;
  if (progress.textContent !== text) progress.textContent = text;
  progress.style.setProperty("--hv-done", all ? n / all : 0);
});

// ---- the lesson part by part: each ends with a question, the last one with handing in

const parts = [];
let part = 0;
const bar = make("nav", "hv-part-nav");

function prepareParts() {
  const main = document.querySelector("main.hv-lesson");
  if (!main || !document.getElementById("hv-submit") || document.querySelectorAll(".hv-slot").length < 2) return;
  const stay = new Set(main.querySelectorAll(":scope > h1, :scope > .hv-facts, :scope > .hv-progress"));
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

function confirmUnanswered(count) {
  const dialog = make("dialog", "hv-dialog");
  const question = make("p", "", tell("Còn {n} câu chưa trả lời. Anh/chị có muốn nộp bài không?", { n: count }));
  question.id = "hv-dialog-question";
  dialog.setAttribute("aria-labelledby", question.id);
  const note = make("p", "hv-muted", tell("Anh/chị có thể làm lại và nộp lại sau."));
  const form = make("form", "hv-actions");
  form.method = "dialog";
  const stay = make("button", "hv-button", tell("Làm tiếp"));
  const go = make("button", "hv-button hv-quiet", tell("Nộp luôn"));
  stay.value = "stay";
  go.value = "go";
  form.append(stay, go);
  dialog.append(question, note, form);
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "go");
    });
    dialog.showModal();
  });
}

async function handIn(form, state, button) {
  const { n, all } = answers.progress();
  if (n < all && !(await confirmUnanswered(all - n))) {
    const open = document.querySelector(".hv-slot:not(.hv-done)");
    if (open) reveal(open);
    open?.scrollIntoView({ block: "start" });
    open?.querySelector("input")?.focus({ preventScroll: true });
    return;
  }
  state.textContent = tell("Đang nộp bài…");
  button.disabled = true;
  try {
    if (!(await answers.flush())) {
      state.textContent = tell("Chưa nộp được bài vì còn câu trả lời chưa gửi được. Hãy thử lại khi có mạng.");
      return;
    }
    const path = new URL(form.action).pathname.slice(base.length);
    const response = await net(path, { method: "POST", body: JSON.stringify({ edition }) });
    const body = await response.json();
    if (response.ok) location.assign(body.result);
    else state.textContent = body.error ?? tell("Chưa nộp được bài. Câu trả lời vẫn còn; hãy thử lại.");
  } catch {
    state.textContent = tell("Chưa nộp được bài. Câu trả lời vẫn còn; hãy thử lại.");
  } finally {
    button.disabled = false;
  }
}

function prepareHandIn() {
  const form = document.getElementById("hv-submit");
  if (!form) return;
  const button = form.querySelector("button");
  const state = document.getElementById("hv-submit-state");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!button.disabled) handIn(form, state, button);
  });
  button.disabled = false;
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

// The page brings the front ends' sentences; ours come beside it when the page is not in the source language.
async function readOwnMessages() {
  const { lang } = document.documentElement;
  if (lang === "vi" || "Đã lưu" in messages) return;
  try {
    const response = await fetch(new URL(`messages-${lang}.json`, import.meta.url));
    if (response.ok) Object.assign(messages, await response.json());
  } catch {
    // Vietnamese then
  }
}

async function start() {
  await readOwnMessages();
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
  answers.load();
  window.addEventListener("online", () => answers.flush());
  window.addEventListener("pagehide", () => answers.flush());
  document.addEventListener("visibilitychange", () => answers.flush());
}

if (edition) start();
