// The text with a check box at each place that can be marked; the words are its label.
const SPAN = /\[\[([a-z0-9][a-z0-9-]{0,63})\|([^[\]|]+)\]\]/; // model.py reads the same
const CLOSING = /^[.,;:!?…)”’]+/; // ends the words before it, so it must not stand on a line of its own

export default frame(({ question, say, unique, changed }) => {
  const inputs = [];
  // plain text, id, words, plain text, id, words, …
  const pieces = String(question.text).split(SPAN);
  const box = element("div", { class: `hv-scene hv-scene-${question.look === "letter" ? "letter" : "screen"}` });
  for (let at = 0; at < pieces.length; at += 3) {
    box.append(at ? pieces[at].replace(CLOSING, "") : pieces[at]);
    if (at + 2 < pieces.length) {
      const { input, row } = option({
        type: "checkbox", name: unique, value: pieces[at + 1],
        text: pieces[at + 2] + (pieces[at + 3].match(CLOSING)?.[0] ?? ""), changed,
      });
      row.className = "hv-spot";
      inputs.push(input);
      box.append(row);
    }
  }
  return {
    hint: say("Bấm vào từng chỗ cần đánh dấu trong khung; bấm lần nữa để bỏ đánh dấu."),
    nodes: [box],
    inputs,
    read() {
      const marked = inputs.filter((input) => input.checked).map((input) => input.value);
      return marked.length ? marked : null;
    },
    show(answer) {
      const marked = Array.isArray(answer) ? answer : [];
      for (const input of inputs) input.checked = marked.includes(input.value);
    },
  };
});
