// What the tests share: the modules as Python hands them out, a document, and a model as a host gives it.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { after, afterEach, beforeEach } from "node:test";
import { JSDOM } from "jsdom";

const python = process.env.PYTHON ?? fileURLToPath(new URL("../../.venv/bin/python", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "hocvuso-front-"));
execFileSync(python, ["-m", "hocvuso.questions.front", folder], { stdio: "inherit" });
writeFileSync(join(folder, "package.json"), '{"type": "module"}');
after(() => rmSync(folder, { recursive: true, force: true }));

export const css = readFileSync(join(folder, "questions.css"), "utf8");

export const loadModule = async (type) => (await import(pathToFileURL(join(folder, `${type}.js`)))).default;

export const questions = {
  choice: {
    type: "choice", id: "cuoc-goi", prompt: "Nên làm gì trước tiên?", points: 1,
    options: { a: "Cài ngay", b: "Cúp máy", c: "Đọc mã OTP" },
  },
  multiple: {
    type: "multiple", id: "dau-hieu", prompt: "Dấu hiệu nào đáng ngờ?", points: 2,
    options: { a: "Giục làm gấp", b: "Gửi từ tên miền gov.vn", c: "Xin mã OTP" },
  },
  classify: {
    type: "classify", id: "tin-nhan", prompt: "Xếp các tin nhắn", points: 2,
    groups: { "lua-dao": "Lừa đảo", "an-toan": "An toàn" },
    items: { "tin-1": "Trúng thưởng xe máy", "tin-2": "Lịch họp chiều nay" },
  },
  short_text: {
    type: "short_text", id: "ten-goi", prompt: "Cách bảo vệ này gọi là gì?", points: 1, ignore_accents: true,
  },
  number: { type: "number", id: "thoi-han", prompt: "Thời hạn là bao lâu?", points: 1, unit: "ngày" },
};

// An answer for each type as the front end gives it, and how a person enters it.
export const answers = { choice: "b", multiple: ["a", "c"], classify: { "tin-1": "lua-dao" }, short_text: "2FA", number: "15" };

export function enter(el, type) {
  const answer = answers[type];
  if (type === "short_text" || type === "number") return write(el, answer);
  const wanted = { choice: [answer], multiple: answer, classify: Object.values(answer) }[type];
  const inputs = [...el.querySelectorAll("input")];
  for (const value of wanted) inputs.find((input) => input.value === value).click();
}

export function write(el, text, ...events) {
  const input = el.querySelector("input[type=text]");
  input.value = text;
  for (const name of events.length ? events : ["input", "change"]) {
    input.dispatchEvent(new window.Event(name, { bubbles: true }));
  }
}

export const entered = (el) => [...el.querySelectorAll("input")]
  .filter((input) => input.checked || (input.type === "text" && input.value))
  .map((input) => input.value);

export class Model {
  constructor(state) {
    this.state = { answer: null, locked: false, feedback: null, messages: {}, status: "", ...state };
    this.saved = [];
    this.listeners = new Map();
  }

  get(key) {
    return this.state[key];
  }

  set(key, value) {
    this.state[key] = value;
    for (const listener of this.listeners.get(`change:${key}`) ?? []) listener();
  }

  save_changes() {
    this.saved.push(structuredClone(this.state.answer));
  }

  on(event, listener) {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]);
  }

  off(event, listener) {
    this.listeners.set(event, (this.listeners.get(event) ?? []).filter((other) => other !== listener));
  }
}

export async function show(type, state = {}, question = questions[type]) {
  const { render } = await loadModule(type);
  const model = new Model({ question, ...state });
  const el = document.body.appendChild(document.createElement("div"));
  return { model, el, stop: render({ model, el }) };
}

beforeEach(() => {
  globalThis.window = new JSDOM("<!doctype html><body></body>", { pretendToBeVisual: true }).window;
  globalThis.document = window.document;
});

afterEach(() => {
  window.close();
  for (const name of ["window", "document", "hocvuso"]) delete globalThis[name];
});
