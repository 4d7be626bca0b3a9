// What a live example shows of the kernel's outputs (front/live), in a document without a browser.

import assert from "node:assert/strict";
import test from "node:test";
import { JSDOM } from "jsdom";
import { show, showMath } from "../../front/live/show.js";

const { window } = new JSDOM("<!doctype html><body></body>");
for (const name of ["document", "DOMParser", "Node"]) globalThis[name] = window[name];

const displayed = (data) => ({ output_type: "display_data", data, metadata: {} });

test("the richest kind that a page can show is shown", () => {
  const table = show(displayed({ "text/plain": "   a", "text/html": "<table><td>1</td></table>" }));
  assert.equal(table.querySelector("td").textContent, "1");
  const picture = show(displayed({ "text/plain": "<Figure>", "image/png": "aGk=" }));
  assert.equal(picture.querySelector("img").getAttribute("src"), "data:image/png;base64,aGk=");
});

test("text is text: colours are left out, markup is not obeyed", () => {
  const said = show({ output_type: "stream", name: "stdout", text: "\u001b[31mđỏ\u001b[0m <b>" });
  assert.equal(said.textContent, "đỏ <b>");
  assert.equal(said.querySelector("b"), null);
});

test("an error is told in a line, without a traceback", () => {
  const told = show({ output_type: "error", ename: "ValueError", evalue: "số âm", traceback: ["File x, line 1"] });
  assert.equal(told.textContent, "ValueError: số âm");
});

test("a widget is drawn by the manager, by its id", async () => {
  const asked = [];
  const manager = { show: async (id, place) => asked.push([id, place.className]) };
  show(displayed({ "application/vnd.jupyter.widget-view+json": { model_id: "m1" }, "text/plain": "x" }), manager);
  assert.deepEqual(asked, [["m1", "hv-widget"]]);
});

test("formulas become MathML, text without any stays as it is", async () => {
  const place = window.document.createElement("p");
  place.textContent = "Diện tích \\(a^2\\).";
  await showMath(place);
  assert.ok(place.querySelector("math msup"));
  const price = window.document.createElement("p");
  price.textContent = "Giá 5 đồng";
  await showMath(price);
  assert.equal(price.innerHTML, "Giá 5 đồng");
});
