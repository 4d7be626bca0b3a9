import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answers, CONTROLS, css, enter, entered, loadModule, Model, questions, show, write } from "./parts.js";

const HOSTILE = '<img src=x onerror="globalThis.hacked = true"></legend><script>globalThis.hacked = true</script>';
const hostile = (value) =>
  Object.fromEntries(Object.entries(value).map(([key, part]) => [key, part && typeof part === "object" ? hostile(part) : HOSTILE]));

const spans = (text) => text.split(/\[\[[a-z-]+\||\]\]/);
const textsOf = ({ prompt, text = "", unit = "", options = {}, groups = {}, items = {}, fields = {} }) => [
  prompt, unit, ...spans(text), ...[options, groups, items].flatMap(Object.values), ...Object.values(fields).flatMap(textsOf),
];

for (const type of Object.keys(questions)) {
  describe(type, () => {
    test("a module has exactly anywidget's contract: a default export with render", async () => {
      assert.equal(typeof (await loadModule(type)).render, "function");
    });

    test("everything that is asked is shown", async () => {
      const { el } = await show(type);
      for (const text of textsOf(questions[type])) {
        assert.ok(el.textContent.includes(text), text);
      }
      assert.ok(el.textContent.includes(`${questions[type].points} điểm`));
    });

    test("every input is a native one with a label, and a group has a legend", async () => {
      const { el } = await show(type);
      const inputs = [...el.querySelectorAll(CONTROLS)];
      assert.ok(inputs.length > 0);
      for (const input of inputs) {
        assert.ok(["radio", "checkbox", "text", "textarea", "select-one", "button"].includes(input.type));
        assert.ok(input.tabIndex >= 0);
        if (input.type === "button") {
          // what is seen stands in the name (WCAG 2.5.3), arrows aside
          assert.ok((input.getAttribute("aria-label") ?? input.textContent).includes(input.textContent.replace(/^[↑↓] /, "")));
          continue;
        }
        assert.equal(input.labels.length, 1);
        assert.ok(input.labels[0].textContent.trim());
      }
      for (const group of el.querySelectorAll("fieldset")) {
        assert.equal(group.firstElementChild.tagName, "LEGEND");
        assert.ok(group.firstElementChild.textContent.trim());
      }
    });

    test("what a hint id names exists", async () => {
      const { el } = await show(type);
      const described = [...el.querySelectorAll("[aria-describedby]")];
      assert.ok(described.length > 0);
      for (const node of described) assert.ok(document.getElementById(node.getAttribute("aria-describedby")));
    });

    test("entering an answer sets it and saves it", async () => {
      const { model, el } = await show(type);
      enter(el, type);
      assert.deepEqual(model.get("answer"), answers[type]);
      assert.deepEqual(model.saved.at(-1), answers[type]);
    });

    test("a saved answer is there when the page opens, and showing it saves nothing", async () => {
      const { model, el } = await show(type, { answer: answers[type] });
      assert.deepEqual(entered(el), [answers[type]].flatMap((one) => (typeof one === "object" ? Object.values(one) : one)));
      assert.deepEqual(model.saved, []);
    });

    test("an answer from another device replaces the one shown; taken back, nothing is left", async () => {
      const { model, el } = await show(type);
      model.set("answer", answers[type]);
      assert.ok(entered(el).length > 0);
      model.set("answer", null);
      assert.deepEqual(entered(el), []);
      assert.deepEqual(model.saved, []);
    });

    test("an answer of a foreign shape is shown as none, and showing it saves nothing", async () => {
      for (const answer of [{ a: { b: 1 } }, [[1]], [null], true]) {
        const { model, el } = await show(type, { answer });
        assert.deepEqual(entered(el), []);
        assert.deepEqual(model.saved, []);
      }
    });

    test("locked: no input can be used, and a sentence says so; unlocked, they can again", async () => {
      const { model, el } = await show(type, { locked: true });
      const inputs = [...el.querySelectorAll(CONTROLS)];
      const sentence = el.querySelector(".hv-lock");
      assert.ok(inputs.every((input) => input.disabled));
      assert.equal(sentence.hidden, false);
      model.set("locked", false);
      assert.ok(inputs.every((input) => !input.disabled));
      assert.equal(sentence.hidden, true);
    });

    test("locked while it is on screen: an event that still comes saves nothing", async () => {
      const { model, el } = await show(type);
      model.set("locked", true);
      for (const input of el.querySelectorAll(CONTROLS)) input.disabled = false; // as a meddled page would have it
      enter(el, type);
      assert.deepEqual(model.saved, []);
    });

    test("the saving state is announced politely", async () => {
      const { model, el } = await show(type);
      const line = el.querySelector("[role=status]");
      assert.equal(line.getAttribute("aria-live"), "polite");
      model.set("status", "Đã lưu");
      assert.equal(line.textContent, "Đã lưu");
    });

    test("feedback says state, points, answer, key and explanation in words", async () => {
      const { model, el } = await show(type);
      const box = el.querySelector(".hv-feedback");
      assert.equal(box.hidden, true);
      const words = {
        right: "Đúng", partial: "Đúng một phần", wrong: "Chưa đúng", empty: "Chưa trả lời",
        malformed: "Không đọc được câu trả lời", ungraded: "Chờ giảng viên chấm", constructor: "Không đọc được câu trả lời",
      };
      for (const [state, word] of Object.entries(words)) {
        model.set("feedback", { state, points: 1, out_of: 2, your: "câu của tôi\ndòng hai", key: "đáp án đây", why: "vì thế" });
        assert.equal(box.querySelectorAll("dd").length, 4, "one line of text, one line on the screen");
        assert.equal(box.hidden, false);
        assert.equal(box.querySelector("strong").textContent, word);
        for (const part of ["1/2 điểm", "câu của tôi", "Đáp án", "đáp án đây", "vì thế"]) {
          assert.ok(box.textContent.includes(part), part);
        }
        assert.equal(box.querySelector(".hv-icon").getAttribute("aria-hidden"), "true");
      }
      model.set("feedback", null);
      assert.equal(box.hidden, true);
    });

    test("hostile text stays text, in the question, the feedback, the status and the messages", async () => {
      const question = { ...hostile(questions[type]), type, points: 1 };
      const feedback = { state: HOSTILE, points: HOSTILE, out_of: 2, your: HOSTILE, key: HOSTILE, why: HOSTILE };
      const messages = { "Chọn một phương án.": HOSTILE, "Đáp án": HOSTILE, "{points} điểm": HOSTILE };
      const { el } = await show(type, { feedback, messages, status: HOSTILE, answer: HOSTILE }, question);
      assert.equal(el.querySelector("img, script"), null);
      assert.ok(el.textContent.includes("<img"));
      assert.equal(globalThis.hacked, undefined);
    });

    test("sentences come from the host's catalogue", async () => {
      const { el } = await show(type, { messages: { "{points} điểm": "{points} pt" } });
      assert.ok(el.textContent.includes(`(${questions[type].points} pt)`));
    });

    test("in the site's page answers go to the site's own store and not to the model passed", async () => {
      const site = new Model({ answer: answers[type], status: "Đã lưu trên máy chủ." });
      const asked = [];
      globalThis.hocvuso = { answers: { model: (question) => (asked.push(question), site) } };
      const { model, el } = await show(type);
      assert.deepEqual(asked, [questions[type]]);
      assert.ok(entered(el).length > 0);
      assert.equal(el.querySelector("[role=status]").textContent, "Đã lưu trên máy chủ.");
      site.set("answer", null);
      enter(el, type);
      assert.deepEqual(site.saved.at(-1), answers[type]);
      assert.deepEqual(model.saved, []);
      site.set("locked", true);
      assert.ok([...el.querySelectorAll(CONTROLS)].every((input) => input.disabled));
    });

    test("two views of one question do not share groups or ids, also beside other types", async () => {
      await Promise.all([show(type), show(type), show("choice"), show("number")]);
      const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
      assert.equal(new Set(ids).size, ids.length);
      const names = [...document.querySelectorAll("input[name]")].map((node) => [node.name, node.closest(".hv-question")]);
      for (const [name, view] of names) assert.ok(names.every(([other, place]) => other !== name || place === view));
    });

    test("a view that went away listens no more", async () => {
      const { model, stop } = await show(type);
      stop();
      assert.ok([...model.listeners.values()].every((listeners) => listeners.length === 0));
    });

    test("whatever is shown stands below .hv-question", async () => {
      const { el } = await show(type);
      assert.equal(el.childElementCount, 1);
      assert.ok(el.firstElementChild.classList.contains("hv-question"));
    });
  });
}

test("radio buttons of a question are one group: a second choice replaces the first", async () => {
  const { model, el } = await show("choice");
  const [first, second] = el.querySelectorAll("input");
  first.click();
  second.click();
  assert.deepEqual(model.saved, ["a", "b"]);
  assert.equal(first.checked, false);
});

test("unticking everything takes the answer back", async () => {
  const { model, el } = await show("multiple");
  const [first] = el.querySelectorAll("input");
  first.click();
  first.click();
  assert.deepEqual(model.saved, [["a"], null]);
});

test("each item of a classify question is a group of its own", async () => {
  const { model, el } = await show("classify");
  const inputs = [...el.querySelectorAll("input")];
  inputs[0].click();
  inputs[3].click();
  assert.deepEqual(model.get("answer"), { "tin-1": "lua-dao", "tin-2": "an-toan" });
});

test("a step moves by its buttons, says where it is now, and keeps the focus; at the end a button does nothing", async () => {
  const { model, el } = await show("order");
  const button = (letter, at) => el.querySelectorAll(`[data-step=${letter}] button`)[at];
  const rows = () => [...el.querySelectorAll("[data-step]")].map((row) => row.dataset.step);
  button("a", 0).click();
  assert.deepEqual(model.saved, []);
  assert.equal(button("a", 0).getAttribute("aria-disabled"), "true");
  button("a", 1).click();
  assert.deepEqual(rows(), ["b", "a", "c"]);
  assert.equal(document.activeElement, button("a", 1));
  assert.equal(el.querySelector(".hv-said[aria-live=polite]").textContent, "Vị trí 2/3: Trình báo công an");
  button("a", 1).click();
  button("a", 1).click();
  assert.deepEqual(model.saved, [["b", "a", "c"], ["b", "c", "a"]]);
  assert.equal(button("a", 1).getAttribute("aria-disabled"), "true");
  assert.equal(button("b", 0).getAttribute("aria-disabled"), "true");
  assert.equal(button("a", 0).getAttribute("aria-disabled"), "false");
});

test("steps that were not moved are no answer; an order from another device is shown, a broken one is not", async () => {
  const { model, el } = await show("order", { answer: ["c", "c", "b"] });
  const rows = () => [...el.querySelectorAll("[data-step]")].map((row) => row.dataset.step);
  assert.deepEqual(rows(), ["a", "b", "c"]);
  model.set("answer", ["c", "a", "b"]);
  assert.deepEqual(rows(), ["c", "a", "b"]);
});

test("what is chosen from a list also stands below it in full, and can be taken back", async () => {
  const { model, el } = await show("match");
  enter(el, "match");
  assert.equal(el.querySelector(".hv-chosen").textContent, "Mã dùng một lần");
  for (const select of el.querySelectorAll("select")) {
    select.value = "";
    select.dispatchEvent(new window.Event("change"));
  }
  assert.equal(model.get("answer"), null);
  assert.equal(el.querySelector(".hv-chosen").textContent, "");
});

test("a message keeps its words and lines around the places to mark", async () => {
  const { el } = await show("hotspot");
  assert.equal(
    el.querySelector(".hv-scene").textContent,
    "Kính gửi ông/bà, xe của ông/bà\nbị phạt. Nộp trong 2 giờ tại phat.example.",
  );
  assert.equal(el.querySelectorAll(".hv-scene input[type=checkbox]").length, 3);
});

test("a full stop after a place to mark stands with its words, not on a line of its own", async () => {
  const { el } = await show("hotspot");
  const labels = [...el.querySelectorAll(".hv-spot")].map((label) => label.textContent);
  assert.equal(labels.at(-1), "phat.example.");
});

test("fields of a form ask for the right keys and nothing is filled in by the browser", async () => {
  const { el } = await show("form");
  const inputs = [...el.querySelectorAll("input[type=text]")];
  assert.deepEqual(inputs.map((input) => input.getAttribute("inputmode")), [null, "numeric", "decimal"]);
  assert.ok(inputs.every((input) => input.autocomplete === "off"));
});

test("an emptied field of a form is left out, and a form without any is no answer", async () => {
  const { model, el } = await show("form", { answer: { ten: "Mẫu" } });
  write(el, " ");
  assert.equal(model.get("answer"), null);
});

test("typing is saved after a pause, once, and not at every key", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { model, el } = await show("short_text");
  for (const text of ["x", "xá", "xác thực"]) write(el, text, "input");
  assert.deepEqual(model.saved, []);
  t.mock.timers.tick(600);
  assert.deepEqual(model.saved, ["xác thực"]);
  t.mock.timers.tick(6000);
  assert.deepEqual(model.saved, ["xác thực"]);
});

test("what is being typed is not overwritten by an older answer that arrives", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { model, el } = await show("short_text");
  write(el, "đang viết", "input");
  model.set("answer", "từ máy khác");
  assert.deepEqual(entered(el), ["đang viết"]);
  t.mock.timers.tick(600);
  assert.deepEqual(model.saved, ["đang viết"]);
});

test("what was typed is saved when the page is put away, and when the view is", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { model, el, stop } = await show("number");
  write(el, "15", "input");
  Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
  document.dispatchEvent(new window.Event("visibilitychange"));
  assert.deepEqual(model.saved, ["15"]);
  write(el, "16", "input");
  stop();
  assert.deepEqual(model.saved, ["15", "16"]);
});

test("decomposed Vietnamese is saved composed; blank text takes the answer back", async () => {
  const { model, el } = await show("short_text");
  write(el, "xác thực".normalize("NFD"));
  assert.equal(model.get("answer"), "xác thực".normalize("NFC"));
  write(el, "   ");
  assert.equal(model.get("answer"), null);
});

test("a number keeps its text, and phones show number keys", async () => {
  const { model, el } = await show("number");
  write(el, "1.234,5 ngày");
  assert.equal(model.get("answer"), "1.234,5 ngày");
  assert.equal(el.querySelector("input").getAttribute("inputmode"), "decimal");
});

test("the style sheet stays below .hv-question", () => {
  const rules = css.replace(/\/\*[\s\S]*?\*\//g, "").split("}").map((part) => part.split("{").at(-2)?.trim()).filter(Boolean);
  assert.ok(rules.length > 20);
  for (const selectors of rules) {
    for (const selector of selectors.split(",")) assert.match(selector.trim(), /^\.hv-question\b/);
  }
});
