import assert from "node:assert/strict";
import { test } from "node:test";
import { Model, show as showType } from "./parts.js";

const question = {
  type: "table", id: "kien-nghi", prompt: "Làm sạch bảng", points: 2,
  columns: { xa: ["Xã", "text"], ngay: ["Ngày nhận", "date"], so: ["Số người ký", "number"] },
  rows: { d1: ["xa mau a", "2026-03-02", "24"], d2: ["Xã Mẫu B", "03/03/2026", ""], d3: ["Xã Mẫu B", "03/03/2026", "một dòng rất dài, hơn hai mươi bốn ký tự"] },
};
const show = (state = {}, asked = question) => showType("table", state, asked);
const cell = (el, row, column) => el.querySelectorAll(".hv-table-row")[row].querySelectorAll("input[type=text]")[column];
const gone = (el, row) => el.querySelectorAll(".hv-table-row")[row].querySelector("input[type=checkbox]");
const reset = (el) => el.querySelector(".hv-table-reset");
const texts = (el) => [...el.querySelectorAll("input[type=text]")].map((input) => input.value);

function write(input, text, ...events) {
  input.value = text;
  for (const name of events.length ? events : ["input", "change"]) input.dispatchEvent(new window.Event(name, { bubbles: true }));
}

test("every cell is a text field with its column's name, in a group that is named after its row", async () => {
  const { el } = await show();
  assert.deepEqual(texts(el), Object.values(question.rows).flat());
  for (const row of el.querySelectorAll(".hv-table-row")) {
    assert.equal(row.firstElementChild.tagName, "LEGEND");
    assert.deepEqual([...row.querySelectorAll("input")].map((input) => input.labels[0].textContent), ["Xã", "Ngày nhận", "Số người ký", "Xóa dòng này"]);
  }
  assert.deepEqual([...el.querySelectorAll(".hv-table-row legend")].map((node) => node.textContent), ["Dòng 1", "Dòng 2", "Dòng 3"]);
  for (const node of el.querySelectorAll("[aria-describedby]")) assert.ok(document.getElementById(node.getAttribute("aria-describedby")));
});

test("phones show the keys that fit the column, and columns say how they are written", async () => {
  const { el } = await show();
  assert.deepEqual([0, 1, 2].map((column) => cell(el, 0, column).getAttribute("inputmode")), ["text", "numeric", "decimal"]);
  assert.ok(el.querySelector(".hv-hint").textContent.includes("ngày/tháng/năm"));
});

test("only what was changed is the answer", async () => {
  const { model, el } = await show();
  write(cell(el, 0, 0), "Xã Mẫu A");
  gone(el, 2).click();
  write(cell(el, 1, 2), "9");
  assert.deepEqual(model.get("answer"), { "d1.xa": "Xã Mẫu A", d3: "delete", "d2.so": "9" });
  write(cell(el, 1, 2), "");
  write(cell(el, 0, 0), "xa mau a");
  gone(el, 2).click();
  assert.equal(model.saved.at(-1), null);
});

test("a cell that is emptied is a change too", async () => {
  const { model, el } = await show();
  write(cell(el, 1, 0), "");
  assert.deepEqual(model.get("answer"), { "d2.xa": "" });
});

test("what stood in a changed cell stands below it, and how much was changed is announced politely", async () => {
  const { el } = await show();
  const input = cell(el, 0, 1);
  const note = document.getElementById(input.getAttribute("aria-describedby"));
  assert.equal(note.textContent, "");
  write(input, "02/03/2026");
  assert.equal(note.textContent, "Ban đầu: 2026-03-02");
  write(cell(el, 1, 2), "3");
  assert.equal(document.getElementById(cell(el, 1, 2).getAttribute("aria-describedby")).textContent, "Ban đầu để trống");
  gone(el, 2).click();
  const count = el.querySelector(".hv-table-count");
  assert.equal(count.getAttribute("aria-live"), "polite");
  assert.equal(count.textContent, "Đã sửa 2 ô, đánh dấu xóa 1 dòng.");
  write(input, "2026-03-02");
  assert.equal(note.textContent, "");
});

test("the cells of a row that goes can be read but not changed", async () => {
  const { el } = await show();
  gone(el, 2).click();
  assert.deepEqual([cell(el, 2, 0).readOnly, cell(el, 2, 0).disabled, cell(el, 1, 0).readOnly], [true, false, false]);
  gone(el, 2).click();
  assert.equal(cell(el, 2, 0).readOnly, false);
});

test("all changes can be undone at once", async () => {
  const { model, el } = await show({ answer: { "d1.xa": "Xã Mẫu A", d3: "delete" } });
  assert.equal(reset(el).hidden, false);
  reset(el).click();
  assert.deepEqual(model.saved, [null]);
  assert.deepEqual(texts(el), Object.values(question.rows).flat());
  assert.equal(reset(el).hidden, true);
  assert.equal(document.activeElement, cell(el, 0, 0));
});

test("a saved answer is there when the page opens; another one replaces it; showing saves nothing", async () => {
  const { model, el } = await show({ answer: { "d1.xa": "Xã Mẫu A", d3: "delete" } });
  assert.deepEqual([cell(el, 0, 0).value, gone(el, 2).checked], ["Xã Mẫu A", true]);
  model.set("answer", { "d2.so": "9" });
  assert.deepEqual([cell(el, 0, 0).value, cell(el, 1, 2).value, gone(el, 2).checked], ["xa mau a", "9", false]);
  model.set("answer", null);
  assert.deepEqual(texts(el), Object.values(question.rows).flat());
  assert.deepEqual(model.saved, []);
});

test("an answer of a foreign shape is shown as none, and showing it saves nothing", async () => {
  for (const answer of [{ a: { b: 1 } }, { "d1.xa": 3 }, { d1: "xóa" }, [[1]], "d1", true]) {
    const { model, el } = await show({ answer });
    assert.deepEqual(texts(el), Object.values(question.rows).flat());
    assert.deepEqual(model.saved, []);
  }
});

test("typing is saved after a pause, and what is being typed is not overwritten", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { model, el, stop } = await show();
  write(cell(el, 0, 0), "Xã", "input");
  model.set("answer", { "d2.so": "9" });
  assert.deepEqual([cell(el, 0, 0).value, model.saved], ["Xã", []]);
  t.mock.timers.tick(600);
  assert.deepEqual(model.saved, [{ "d1.xa": "Xã", "d2.so": "9" }]);
  write(cell(el, 0, 0), "Xã Mẫu A", "input");
  stop();
  assert.deepEqual(model.saved.at(-1), { "d1.xa": "Xã Mẫu A", "d2.so": "9" });
});

test("decomposed Vietnamese is saved composed, and is no change where the table has it", async () => {
  const { model, el } = await show();
  write(cell(el, 1, 0), "Xã Mẫu B".normalize("NFD"));
  assert.equal(model.get("answer"), null);
  write(cell(el, 0, 0), "Xã Mẫu A".normalize("NFD"));
  assert.deepEqual(model.get("answer"), { "d1.xa": "Xã Mẫu A".normalize("NFC") });
});

test("locked: no field can be used and nothing is saved; unlocked, they can again", async () => {
  const { model, el } = await show({ locked: true, answer: { d3: "delete" } });
  assert.ok([...el.querySelectorAll("input, button")].every((one) => one.disabled));
  write(cell(el, 0, 0), "khác");
  reset(el).click();
  assert.deepEqual(model.saved, []);
  model.set("locked", false);
  assert.ok([...el.querySelectorAll("input, button")].every((one) => !one.disabled));
});

test("a column of long texts has a line of its own", async () => {
  const { el } = await show();
  const long = [...el.querySelectorAll(".hv-table-row:first-of-type .hv-table-cell")].map((one) => one.classList.contains("hv-table-long"));
  assert.deepEqual(long.slice(0, 3), [false, false, true]);
});

test("a column whose texts half a phone would cut off has a line of its own there", async () => {
  const { el } = await show({}, { ...question, columns: { a: ["A", "text"], b: ["B", "text"] }, rows: { r: ["Bảo hành máy", "Ông Hữu"] } });
  const medium = [...el.querySelectorAll(".hv-table-cell")].map((one) => one.classList.contains("hv-table-medium"));
  assert.deepEqual(medium, [true, false]);
});

test("hostile text stays text in names, cells and notes", async () => {
  const hostile = '<img src=x onerror="globalThis.hacked = true">';
  const { el } = await show({ answer: { "a.b": hostile } }, { ...question, columns: { b: [hostile, "text"] }, rows: { a: [`${hostile}!`] } });
  assert.equal(el.querySelector("img"), null);
  assert.ok(el.querySelector(".hv-table-before").textContent.includes("<img"));
  assert.equal(globalThis.hacked, undefined);
});

test("two views of one question share no ids, whatever the rows and columns are called", async () => {
  const asked = { ...question, columns: { c: ["C", "text"], "b-c": ["D", "text"] }, rows: { "a-b": ["1", "2"], a: ["3", "4"] } };
  await Promise.all([show({}, asked), show({}, asked)]);
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  assert.equal(new Set(ids).size, ids.length);
});

test("in the site's page changes go to the site's own store", async () => {
  const site = new Model({ answer: { d3: "delete" } });
  globalThis.hocvuso = { answers: { model: () => site } };
  const { model, el } = await show();
  gone(el, 2).click();
  assert.deepEqual([site.saved, model.saved], [[null], []]);
});
