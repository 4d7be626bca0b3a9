// A question on code where a host brings an editor and tries what was written.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { questions, show } from "./parts.js";

const { start } = questions.code;
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

function host(run) {
  const editor = { text: "", locked: null, element: null, undone: 0, steps: [] };
  const makeEditor = ({ text, label, typed, left, locked }) => {
    Object.assign(editor, { text, label, typed, left, locked, element: document.createElement("div") });
    return {
      element: editor.element,
      read: () => editor.text,
      write: (value) => Object.assign(editor, { text: value }),
      undo: () => (editor.undone += 1),
      indent: (steps) => editor.steps.push(steps),
      lock: (value) => Object.assign(editor, { locked: value }),
      stop: () => {},
    };
  };
  globalThis.hocvuso = { code: { editor: async () => ({ makeEditor }), run } };
  return editor;
}

const press = (el, words) => [...el.querySelectorAll("button")].find((one) => one.textContent === words).click();
const said = (el) => el.querySelector(".hv-code-said").textContent;

afterEach(() => delete globalThis.hocvuso);

test("the editor takes the field's place, with what stands there at first, and its answer is saved when it is left", async () => {
  const editor = host(async () => ({ sentence: "" }));
  const { model, el } = await show("code");
  await settled();
  assert.equal(editor.text, start);
  assert.ok(editor.label.includes(questions.code.prompt));
  assert.ok(el.contains(editor.element) && !el.querySelector("textarea"));
  editor.text = "x = 1";
  editor.left();
  assert.equal(model.get("answer"), "x = 1");
  editor.text = start;
  editor.left();
  assert.equal(model.get("answer"), null);
});

test("starting over takes the answer back and says that it can be undone", async () => {
  const editor = host(async () => ({ sentence: "" }));
  const { model, el } = await show("code", { answer: "x = 1" });
  await settled();
  assert.equal(editor.text, "x = 1");
  press(el, "Bắt đầu lại");
  assert.deepEqual([editor.text, model.get("answer")], [start, null]);
  assert.match(said(el), /Hoàn tác/);
  press(el, "Hoàn tác");
  press(el, "Thụt vào");
  press(el, "Bớt thụt");
  assert.deepEqual([editor.undone, editor.steps], [1, [1, -1]]);
});

test("what came of a try is told: a sentence, what was printed, Python's own words, as text", async () => {
  const asked = [];
  host(async (question, text) => {
    asked.push([question.id, text]);
    return { sentence: "Dòng 1: <b>sai</b>", failed: true, output: "<i>in ra</i>", python: "NameError: x" };
  });
  const { el } = await show("code");
  await settled();
  press(el, "Chạy thử");
  press(el, "Chạy thử"); // while it runs: not again
  assert.equal(said(el), "Đang chạy…");
  await settled();
  assert.deepEqual(asked, [["dem", start]]);
  assert.equal(said(el), "Dòng 1: <b>sai</b>");
  assert.deepEqual([...el.querySelectorAll(".hv-code-output")].map((one) => one.textContent), ["<i>in ra</i>", "NameError: x"]);
  assert.equal(el.querySelector("b, i"), null);
});

test("without a network it is said that trying needs one, and that nothing is lost", async () => {
  host(() => Promise.reject(new TypeError("no network")));
  const { el } = await show("code");
  await settled();
  press(el, "Chạy thử");
  await settled();
  assert.match(said(el), /cần mạng/);
  assert.equal(el.querySelector("[aria-disabled=true]"), null);
});

test("locked: the editor can be read only; what is tried is no edit", async () => {
  const editor = host(async () => ({ sentence: "Chạy được." }));
  const { model } = await show("code", { locked: true });
  await settled();
  assert.equal(editor.locked, true);
  model.set("locked", false);
  assert.equal(editor.locked, false);
});
