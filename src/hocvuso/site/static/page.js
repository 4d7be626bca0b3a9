// What scripts of every page need: addresses, sentences, requests to the site, small pieces of the page, a dialog.

const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
export const base = meta("hv-base");
export const edition = meta("hv-edition");
export const lesson = meta("hv-lesson");
export const learnerOfPage = meta("hv-learner") || null; // on pages that are made for one person

export const messages = readMessages();

function readMessages() {
  try {
    return JSON.parse(document.getElementById("hv-messages")?.textContent ?? "{}");
  } catch {
    return {};
  }
}

// A lesson's page brings the front ends' sentences; ours come beside it when the page is not in the source language.
let asked = null;
export function allMessages() {
  const { lang } = document.documentElement;
  if (lang === "vi" || "Đăng nhập lại" in messages) return Promise.resolve();
  asked ??= fetch(new URL(`messages-${lang}.json`, import.meta.url))
    .then(async (response) => response.ok && Object.assign(messages, await response.json()))
    .catch(() => null); // Vietnamese then
  return asked;
}

export function tell(message, fields = {}) {
  return (messages[message] ?? message).replace(/\{(\w+)\}/g, (whole, name) => String(fields[name] ?? whole));
}

function xsrf() {
  return document.cookie.match(/(?:^|;\s*)_xsrf=([^;]*)/)?.[1] ?? "";
}

// Fetch below the site's address. With `learner`, the site refuses what is not theirs who is signed in.
export function net(path, { learner = null, ...options } = {}) {
  const headers = { "X-XSRFToken": xsrf(), Accept: "application/json" };
  if (options.body) headers["Content-Type"] = "application/json";
  if (learner) headers["X-Hocvuso-Learner"] = learner;
  return fetch(base + path, { ...options, headers, credentials: "same-origin", redirect: "error" });
}

export function storageOf(name) {
  try {
    return globalThis[name];
  } catch {
    return null; // forbidden by the browser's settings
  }
}

export function make(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

// Ask with a button per choice, the safe one first; its value, or the first one's when the dialog is closed otherwise.
// What is `listed` can be chosen too.
export function ask({ question, note, choices, listed = [] }) {
  const dialog = make("dialog", "hv-dialog");
  const asking = make("p", "", question);
  asking.id = "hv-dialog-question";
  dialog.setAttribute("aria-labelledby", asking.id);
  const form = make("form", "");
  form.method = "dialog";
  const button = (className, [value, text]) => {
    const made = make("button", className, text);
    made.value = value;
    return made;
  };
  const actions = make("p", "hv-actions");
  actions.append(...choices.map((choice, place) => button(place === 0 ? "hv-button" : "hv-button hv-quiet", choice)));
  const list = make("ul", "hv-listed");
  for (const choice of listed) {
    const item = make("li", "");
    item.append(button("hv-listed-one", choice));
    list.append(item);
  }
  form.append(asking, make("p", "hv-muted", note), ...(listed.length ? [list] : []), actions);
  dialog.append(form);
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue || choices[0][0]);
    });
    dialog.showModal();
    actions.firstElementChild.focus();
  });
}
