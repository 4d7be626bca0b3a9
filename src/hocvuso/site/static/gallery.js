// The page of question types: each example is answered in the page, and what it would earn is asked of the site.

import { Model } from "./answers.js";
import { codeHost } from "./code.js";
import { messages, net, tell } from "./page.js";
import { start } from "./shell.js";

async function showResult(model, kind) {
  model.show({ locked: true, status: "" });
  try {
    const body = JSON.stringify({ answer: model.get("answer") });
    const response = await net(`api/loai-cau-hoi/${kind}`, { method: "POST", body });
    const found = await response.json();
    model.show(response.ok ? { feedback: found } : { locked: false, status: found.error });
  } catch {
    model.show({ locked: false, status: tell("Chưa xem được kết quả. Hãy thử lại khi có mạng.") });
  }
}

globalThis.hocvuso = { ...globalThis.hocvuso, code: codeHost(() => "api/loai-cau-hoi/code/chay") };

async function prepare(slot) {
  const el = slot.querySelector(".hv-front");
  const [show, again] = slot.querySelectorAll("button[data-do]");
  const { type } = slot.dataset;
  const question = JSON.parse(slot.dataset.question);
  const model = new Model({ question, answer: null, locked: false, feedback: null, status: "", messages }, () => {});
  try {
    await hvFronts[type].render({ model, el });
  } catch (error) {
    console.error(error);
    el.textContent = tell("Chưa hiện được câu hỏi này. Hãy tải lại trang.");
  }
  show.addEventListener("click", () => showResult(model, type));
  again.addEventListener("click", () => model.show({ answer: null, locked: false, feedback: null, status: "" }));
}

for (const slot of document.querySelectorAll(".hv-slot")) prepare(slot);
start();
