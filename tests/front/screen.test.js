import assert from "node:assert/strict";
import { test } from "node:test";
import { css, Model, show as showType } from "./parts.js";

const question = {
  type: "screen", id: "hop-thu", prompt: "Anh/chị làm gì?", points: 2, start: "hop-thu",
  screens: {
    "hop-thu": {
      kind: "mail", title: "Hộp thư đến", show: [{ sender: "ke-toan@co-quan.example" }, { text: "Một thư mới." }],
      do: { mo: { button: "Mở thư", to: "trang" }, bao: { button: "Báo bộ phận công nghệ" } },
    },
    trang: {
      kind: "web", title: "Trang lương",
      show: [{ address: "luong.example" }, { them: "Mời nhập." }, { me: "Vâng." }, { notice: "Còn 5 phút" }, { field: "Tài khoản" }, { field: "Mật khẩu" }],
      do: { lui: { button: "Trở lại", to: "hop-thu" }, xem: { link: "Xem hướng dẫn", to: "trang" }, gui: { send: "Gửi đi" } },
    },
  },
};
const show = (state = {}, asked = question) => showType("screen", state, asked);
const title = (el) => el.querySelector(".hv-sim-stage .hv-sim-title");
const press = (el, step) => el.querySelector(`[data-step="${step}"]`).click();
const again = (el) => el.querySelector(".hv-sim-again");
const steps = (el) => [...el.querySelectorAll("[data-step]")].map((node) => node.dataset.step);

test("the first screen shows all of it, and each thing to do is a button of the browser's own", async () => {
  const { el } = await show();
  const stage = el.querySelector(".hv-sim-stage");
  for (const text of ["Hộp thư đến", "Người gửi: ke-toan@co-quan.example", "Một thư mới.", "hộp thư"]) {
    assert.ok(stage.textContent.includes(text), text);
  }
  assert.deepEqual(steps(el), ["mo", "bao"]);
  for (const button of stage.querySelectorAll("[data-step]")) assert.deepEqual([button.tagName, button.type], ["BUTTON", "button"]);
  assert.equal(stage.firstElementChild.tagName, "LEGEND");
  assert.equal(again(el).hidden, true);
});

test("each step is saved at once, leads on, and moves the focus to the next screen's heading", async () => {
  const { model, el } = await show();
  press(el, "mo");
  assert.deepEqual(model.saved, [["mo"]]);
  assert.equal(document.activeElement, title(el));
  assert.equal(title(el).getAttribute("role"), "heading");
  assert.ok(title(el).textContent.includes("Bước 2: Trang lương"));
  press(el, "lui");
  press(el, "bao");
  assert.deepEqual(model.saved, [["mo"], ["mo", "lui"], ["mo", "lui", "bao"]]);
});

test("nobody's focus is moved by opening the page, or by an answer from elsewhere", async () => {
  const { model } = await show({ answer: ["mo"] });
  model.set("answer", ["mo", "lui"]);
  assert.equal(document.activeElement, document.body);
  assert.deepEqual(model.saved, []);
});

test("a reload resumes where the path had come to", async () => {
  const { model, el } = await show({ answer: ["mo", "lui", "mo"] });
  assert.ok(title(el).textContent.includes("Bước 4: Trang lương"));
  press(el, "xem");
  assert.deepEqual(model.saved, [["mo", "lui", "mo", "xem"]]);
});

test("at the end nothing is given away, and one can start again", async () => {
  const { model, el } = await show();
  press(el, "bao");
  assert.deepEqual(steps(el), []);
  assert.ok(el.textContent.includes("Tình huống dừng ở đây"));
  again(el).click();
  assert.deepEqual(model.saved, [["bao"], null]);
  assert.deepEqual(steps(el), ["mo", "bao"]);
  assert.equal(document.activeElement, title(el));
  const said = el.querySelector(".hv-sim-said");
  assert.deepEqual([said.getAttribute("aria-live"), said.textContent], ["polite", "Đã về màn hình đầu tiên."]);
});

test("the steps taken are listed", async () => {
  const { el } = await show({ answer: ["mo", "lui", "bao"] });
  const list = [...el.querySelectorAll(".hv-sim-trail li")].map((line) => line.textContent);
  assert.deepEqual(list, ["Hộp thư đến: Mở thư", "Trang lương: Trở lại", "Hộp thư đến: Báo bộ phận công nghệ"]);
  assert.ok(el.querySelector("summary").textContent.includes("3"));
});

test("fields have labels, are never saved, and sending wants them filled", async () => {
  const { model, el } = await show({ answer: ["mo"] });
  const fields = [...el.querySelectorAll(".hv-sim-stage input")];
  assert.deepEqual(fields.map((field) => field.labels[0].textContent), ["Tài khoản", "Mật khẩu"]);
  assert.ok(fields.every((field) => field.autocomplete === "off"));
  fields[0].value = "thu nghiem";
  press(el, "gui");
  assert.equal(document.activeElement, fields[1]);
  assert.ok(el.querySelector(".hv-sim-said").textContent.includes("điền các ô"));
  assert.deepEqual(model.saved, []);
  fields[1].value = "bí mật 123";
  press(el, "gui");
  assert.deepEqual(model.saved, [["mo", "gui"]]);
  assert.ok(!JSON.stringify([model.state, localStorageOf()]).includes("bí mật"));
  assert.ok(!el.innerHTML.includes("bí mật"));
});

const localStorageOf = () => {
  try {
    return { ...window.localStorage };
  } catch {
    return {}; // a document without an address has none
  }
};

test("who speaks is said in words, not by side and colour alone", async () => {
  const { el } = await show({ answer: ["mo"] });
  for (const text of ["Địa chỉ: luong.example", "Bên kia: Mời nhập.", "Tôi: Vâng.", "Thông báo: Còn 5 phút"]) {
    assert.ok(el.querySelector(".hv-sim-stage").textContent.includes(text), text);
  }
});

test("an answer that these screens do not allow is shown as none", async () => {
  for (const answer of [["bao", "mo"], ["constructor"], [null], [["mo"]], "mo", { 0: "mo" }, 7, Array(61).fill("mo")]) {
    const { model, el } = await show({ answer });
    assert.ok(title(el).textContent.includes("Hộp thư đến"));
    assert.deepEqual(model.saved, []);
  }
});

test("a path as long as any can be leaves only to start again", async () => {
  const answer = Array.from({ length: 60 }, (_, n) => (n % 2 ? "lui" : "mo"));
  const { el } = await show({ answer });
  assert.deepEqual(steps(el), []);
  assert.ok(el.textContent.includes("quá dài"));
  assert.equal(again(el).hidden, false);
});

test("locked: nothing can be pressed, also after another answer arrived; unlocked, it can again", async () => {
  const { model, el } = await show({ locked: true, answer: ["mo"] });
  model.set("answer", ["mo", "lui"]);
  press(el, "bao");
  again(el).click();
  assert.deepEqual(model.saved, []);
  assert.ok(title(el).textContent.includes("Hộp thư đến"));
  for (const node of el.querySelectorAll("button")) assert.ok(node.matches(":disabled"));
  model.set("locked", false);
  press(el, "bao");
  assert.deepEqual(model.saved, [["mo", "lui", "bao"]]);
});

test("on paper every screen stands with its choices and where they lead", async () => {
  const { el } = await show();
  const sheet = el.querySelector(".hv-sim-sheet").textContent;
  for (const text of ["Màn hình 1: Hộp thư đến", "Mở thư → Sang màn hình 2", "Báo bộ phận công nghệ → Tình huống kết thúc",
    "Màn hình 2: Trang lương", "Ô để điền: Mật khẩu", "Trở lại → Sang màn hình 1"]) assert.ok(sheet.includes(text), text);
  const outside = css.split("@media print")[0];
  assert.match(outside + css, /\.hv-sim-sheet \{\s*display: none/);
});

test("the path is told step by step in the feedback", async () => {
  const your = "1. Hộp thư đến: Mở thư\n2. ✗ Trang lương: Gửi đi — Trang này không phải của cơ quan.\n→ Mật khẩu đã lộ.";
  const { el } = await show({ answer: ["mo", "gui"], locked: true, feedback: { state: "wrong", points: 0, out_of: 2, your, key: "1. Báo", why: "Vì." } });
  const lines = [...el.querySelectorAll(".hv-feedback dd")].map((line) => line.textContent);
  assert.deepEqual(lines.slice(0, 3), your.split("\n"));
});

test("hostile text stays text on the screen, in the list and on paper", async () => {
  const hostile = '<img src=x onerror="globalThis.hacked = true">';
  const screens = { a: { kind: hostile, title: hostile, show: [{ them: hostile }, { field: hostile }], do: { b: { link: hostile, to: "a" } } } };
  const { el } = await show({ answer: ["b"] }, { ...question, start: "a", screens });
  assert.equal(el.querySelector("img"), null);
  assert.ok(el.textContent.includes("<img"));
  assert.equal(globalThis.hacked, undefined);
});

test("two views of one question share no ids", async () => {
  await Promise.all([show({ answer: ["mo"] }), show({ answer: ["mo"] })]);
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  assert.ok(ids.length > 3);
  assert.equal(new Set(ids).size, ids.length);
});

test("in the site's page steps go to the site's own store", async () => {
  const site = new Model({ answer: ["mo"] });
  globalThis.hocvuso = { answers: { model: () => site } };
  const { model, el } = await show();
  press(el, "lui");
  assert.deepEqual([site.saved, model.saved], [[["mo", "lui"]], []]);
});

test("sentences come from the host's catalogue", async () => {
  const { el } = await show({ messages: { "Màn hình mô phỏng: {kind}": "Simulated screen: {kind}", "hộp thư": "mailbox" } });
  assert.equal(el.querySelector(".hv-sim-stage legend").textContent, "Simulated screen: mailbox");
});
