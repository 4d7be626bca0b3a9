// The page of question types: each example is answered in the page, and what it would earn is asked of the site.

import { Model } from "./answers.js";

const base = document.querySelector('meta[name="hv-base"]').content;
const messages = JSON.parse(document.getElementById("hv-messages").textContent);

function score(kind, answer) {
  const token = document.cookie.match(/(?:^|;\s*)_xsrf=([^;]*)/)?.[1] ?? "";
  return fetch(`${base}api/loai-cau-hoi/${kind}`, {
    method: "POST",
    headers: { "X-XSRFToken": token, "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ answer }),
  });
}

async function showResult(model, kind) {
  model.show({ locked: true, status: "" });
  try {
    const response = await score(kind, model.get("answer"));
    const body = await response.json();
    model.show(response.ok ? { feedback: body } : { locked: false, status: body.error });
  } catch {
    const text = "Chưa xem được kết quả. Hãy thử lại khi có mạng.";
    model.show({ locked: false, status: messages[text] ?? text });
  }
}

// all types come in one file, at the address that the page names
const fronts = import(document.querySelector('link[rel="modulepreload"]').href);

async function prepare(slot) {
  const el = slot.querySelector(".hv-front");
  const [show, again] = slot.querySelectorAll("button[data-do]");
  const { type } = slot.dataset;
  const question = JSON.parse(slot.dataset.question);
  const model = new Model({ question, answer: null, locked: false, feedback: null, status: "", messages }, () => {});
  try {
    await (await fronts).default[type].render({ model, el });
  } catch (error) {
    console.error(error);
    const text = "Chưa hiện được câu hỏi này. Hãy tải lại trang.";
    el.textContent = messages[text] ?? text;
  }
  show.addEventListener("click", () => showResult(model, type));
  again.addEventListener("click", () => model.show({ answer: null, locked: false, feedback: null, status: "" }));
}

for (const slot of document.querySelectorAll(".hv-slot")) prepare(slot);
