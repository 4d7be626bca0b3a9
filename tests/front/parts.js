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
  order: {
    type: "order", id: "cac-buoc", prompt: "Xếp các việc cần làm", points: 2,
    items: { a: "Trình báo công an", b: "Khóa tài khoản", c: "Đổi mật khẩu" },
  },
  match: {
    type: "match", id: "tu-va-nghia", prompt: "Ghép từ với nghĩa", points: 2,
    items: { otp: "Mã OTP", qr: "Mã QR" },
    options: { a: "Hình vuông đen trắng", b: "Mã dùng một lần", c: "Tên gọi khác của mật khẩu" },
  },
  hotspot: {
    type: "hotspot", id: "tin-nhan-phat", prompt: "Đánh dấu chỗ đáng ngờ", points: 2, look: "message",
    text: "[[chao|Kính gửi ông/bà,]] xe của ông/bà\nbị phạt. [[giuc|Nộp trong 2 giờ]] tại [[lien-ket|phat.example]].",
  },
  form: {
    type: "form", id: "to-khai", prompt: "Điền tờ khai", points: 4,
    fields: {
      ten: { type: "short_text", prompt: "Họ và tên", ignore_accents: false },
      sinh: { type: "date", prompt: "Ngày sinh" },
      so: { type: "number", prompt: "Số bản", unit: "bản" },
      nhan: { type: "choice", prompt: "Nơi nhận", options: { quay: "Tại quầy", nha: "Tại nhà" } },
    },
  },
  free_text: { type: "free_text", id: "tra-loi", prompt: "Anh/chị trả lời thế nào?", points: 4 },
  code: {
    type: "code", id: "dem", prompt: "Viết hàm đếm", points: 2, example: "dem([1])",
    start: "def dem(cac_so):\n    raise NotImplementedError()",
  },
};

export const CONTROLS = "input, select, textarea, button";

// An answer for each type as the front end gives it, and how a person enters it.
export const answers = {
  choice: "b", multiple: ["a", "c"], classify: { "tin-1": "lua-dao" }, short_text: "2FA", number: "15",
  order: ["b", "a", "c"], match: { otp: "b", qr: "a" }, hotspot: ["giuc", "lien-ket"],
  form: { ten: "Trần Thị Mẫu", sinh: "05/09/1975", so: "2", nhan: "nha" }, free_text: "Thưa bác,\nnên gỡ ảnh xuống.",
  code: "def dem(cac_so):\n    return len(cac_so)",
};

const tick = (el, ...values) => {
  const inputs = [...el.querySelectorAll("input")];
  for (const value of values) inputs.find((input) => input.value === value).click();
};

const entering = {
  choice: tick,
  multiple: (el, answer) => tick(el, ...answer),
  hotspot: (el, answer) => tick(el, ...answer),
  classify: (el, answer) => tick(el, ...Object.values(answer)),
  order: (el, [first]) => el.querySelector(`[data-step=${first}] button`).click(),
  match(el, answer) {
    const letters = Object.values(answer);
    el.querySelectorAll("select").forEach((select, at) => put(select, letters[at], "change"));
  },
  form(el, { nhan, ...typed }) {
    const texts = Object.values(typed);
    el.querySelectorAll("input[type=text]").forEach((input, at) => put(input, texts[at], "input", "change"));
    tick(el, nhan);
  },
};

export const enter = (el, type) => (entering[type] ?? write)(el, answers[type]);

function put(input, value, ...events) {
  input.value = value;
  for (const name of events) input.dispatchEvent(new window.Event(name, { bubbles: true }));
}

export function write(el, text, ...events) {
  put(el.querySelector("input[type=text], textarea"), text, ...(events.length ? events : ["input", "change"]));
}

const steps = (el) => [...el.querySelectorAll(".hv-answered [data-step]")].map((row) => row.dataset.step);

export const entered = (el) => [
  ...[...el.querySelectorAll("input, select, textarea")]
    .filter((input) => input.checked || (!["radio", "checkbox"].includes(input.type) && input.value && input.value !== input.defaultValue))
    .map((input) => input.value),
  ...steps(el),
];

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
