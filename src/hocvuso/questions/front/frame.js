// What all question types share: the frame around the inputs, and the seam to whoever saves the answer.
// A type's own file follows this text in the same module and exports `frame(…)`.
// Data only ever becomes text nodes and attribute values, never markup.

const COUNT = Symbol.for("hocvuso.questions.count"); // one count for all modules of a page
const TYPING_PAUSE = 600; // milliseconds without a key before a typed answer is saved

const STATES = {
  right: ["✓", "Đúng"],
  partial: ["◐", "Đúng một phần"],
  wrong: ["✗", "Chưa đúng"],
  empty: ["–", "Chưa trả lời"],
  malformed: ["!", "Không đọc được câu trả lời"],
  ungraded: ["…", "Chờ giảng viên chấm"],
};

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children); // strings become text nodes
  return node;
}

function same(one, other) {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

// A radio button or check box inside its label, so that the whole row is the target.
function option({ type, name, value, text, changed }) {
  const input = element("input", { type, name, value, class: "hv-input" });
  input.addEventListener("change", changed);
  return { input, row: element("label", { class: "hv-option" }, input, element("span", {}, text)) };
}

// A text field, or a larger one (`tag`): saved when left, after a pause in typing, and when the page is put away.
function typed({ unique, changed, attributes, tag = "input" }) {
  const id = `${unique}-text`;
  const described = `${unique}-hint`;
  const input = element(tag, {
    ...(tag === "input" ? { type: "text" } : {}),
    id, class: "hv-text", autocomplete: "off", "aria-describedby": described, ...attributes,
  });
  let waiting = null;
  const save = () => {
    clearTimeout(waiting);
    waiting = null;
    changed();
  };
  const putAway = () => {
    if (waiting !== null && document.visibilityState === "hidden") save();
  };
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(save, TYPING_PAUSE);
  });
  input.addEventListener("change", save);
  document.addEventListener("visibilitychange", putAway);
  return {
    labels: id,
    nodes: [input],
    inputs: [input],
    read: () => (input.value.trim() === "" ? null : input.value.normalize("NFC")),
    show(answer) {
      if (waiting !== null) return; // what is being typed is newer than what arrives
      input.value = ["string", "number"].includes(typeof answer) ? answer : "";
    },
    stop() {
      if (waiting !== null) save();
      document.removeEventListener("visibilitychange", putAway);
    },
  };
}

function showFeedback(box, feedback, say) {
  box.hidden = !feedback;
  box.replaceChildren();
  if (!feedback) return;
  const state = Object.hasOwn(STATES, feedback.state) ? feedback.state : "malformed";
  const [icon, words] = STATES[state];
  const points = say("{points}/{out_of} điểm", feedback);
  box.className = `hv-feedback hv-${state}`;
  box.append(
    element("p", { class: "hv-verdict" },
      element("span", { class: "hv-icon", "aria-hidden": "true" }, icon),
      element("strong", {}, say(words)), ` · ${points}`),
  );
  const list = element("dl", { class: "hv-details" });
  const parts = [["Câu trả lời của anh/chị", feedback.your], ["Đáp án", feedback.key], ["Giải thích", feedback.why]];
  for (const [title, text] of parts) {
    const lines = String(text ?? "").split("\n").filter((line) => line.trim());
    if (lines.length) list.append(element("dt", {}, say(title)), ...lines.map((line) => element("dd", {}, line)));
  }
  if (list.childElementCount) box.append(list);
}

// `makeControl({question, say, unique, changed})` gives a type's inputs:
//   nodes, inputs      what to show, and all its input elements
//   read(), show(a)    the answer that the inputs hold (null: none); put an answer into them
//   hint               one sentence on what to do
//   labels             the id of the one input that the prompt labels; without it the prompt is a legend
//   stop()             when the view goes away
function frame(makeControl) {
  function render({ model, el }) {
    const question = model.get("question");
    const store = globalThis.hocvuso?.answers?.model(question) ?? model;
    const messages = model.get("messages") ?? store.get("messages") ?? {};
    const say = (message, fields = {}) =>
      String(messages[message] ?? message).replace(/\{(\w+)\}/g, (whole, name) => String(fields[name] ?? whole));
    globalThis[COUNT] = (globalThis[COUNT] ?? 0) + 1;
    const unique = `hv-${globalThis[COUNT]}`;

    const changed = () => {
      const answer = control.read();
      if (store.get("locked") || same(answer, store.get("answer"))) return;
      store.set("answer", answer);
      store.save_changes();
    };
    const control = makeControl({ question, say, unique, changed });

    const points = question.points ? [" ", element("span", { class: "hv-points" }, `(${say("{points} điểm", question)})`)] : [];
    const prompt = [question.prompt, ...points];
    // Where the question is in another language than the page, our own sentences are in the page's.
    const { lang } = document.documentElement;
    const own = el.closest("[lang]:not(html)") && lang ? { lang } : {};
    const hint = element("p", { ...own, class: "hv-hint", id: `${unique}-hint` }, control.hint);
    const body = control.labels
      ? element("div", { class: "hv-body" },
          element("label", { class: "hv-prompt", for: control.labels }, ...prompt), hint, ...control.nodes)
      : element("fieldset", { class: "hv-body", "aria-describedby": hint.id },
          element("legend", { class: "hv-prompt" }, ...prompt), hint, ...control.nodes);
    const lock = element("p", { ...own, class: "hv-lock" }, say("Câu này chỉ để xem: ở đây không sửa được câu trả lời."));
    const status = element("p", { ...own, class: "hv-status", role: "status", "aria-live": "polite" });
    const feedback = element("div", { class: "hv-feedback", role: "group", "aria-label": say("Kết quả") });
    // JupyterLab's single-key commands must not act on what is typed here.
    const root = element("div", {
      class: `hv-question hv-type-${question.type}`, "data-lm-suppress-shortcuts": "true",
    }, body, lock, status, feedback);

    const updates = {
      "change:answer": () => {
        const answer = store.get("answer") ?? null;
        if (!same(control.read(), answer)) control.show(answer);
        root.classList.toggle("hv-answered", control.read() !== null);
      },
      "change:locked": () => {
        const locked = Boolean(store.get("locked"));
        for (const input of control.inputs) input.disabled = locked;
        root.classList.toggle("hv-locked", locked);
        lock.hidden = !locked;
      },
      "change:status": () => {
        status.setAttribute("aria-live", store.get("quiet") ? "off" : "polite");
        status.textContent = store.get("status") ?? "";
      },
      "change:feedback": () => showFeedback(feedback, store.get("feedback"), say),
    };
    for (const [event, update] of Object.entries(updates)) {
      update();
      store.on(event, update);
    }
    el.replaceChildren(root);
    return () => {
      control.stop?.();
      for (const [event, update] of Object.entries(updates)) store.off(event, update);
    };
  }
  return { render };
}
