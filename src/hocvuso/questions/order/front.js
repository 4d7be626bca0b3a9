// A list whose steps move by buttons; each move is said, and the focus stays on the button that was pressed.
export default frame(({ question, say, changed }) => {
  const start = Object.keys(question.items);
  const said = element("p", { class: "hv-said", "aria-live": "polite" });
  const list = element("ol", { class: "hv-steps", role: "list" });
  let order = null; // none until a step was moved

  const button = (letter, by, seen, told) => {
    const made = element("button", { type: "button", class: "hv-press hv-move", "aria-label": told }, seen);
    made.addEventListener("click", () => move(letter, by, made));
    return made;
  };
  const steps = Object.fromEntries(start.map((letter) => {
    const text = question.items[letter];
    const moves = [
      button(letter, -1, `↑ ${say("Lên")}`, say("Lên: {text}", { text })),
      button(letter, 1, `↓ ${say("Xuống")}`, say("Xuống: {text}", { text })),
    ];
    const row = element("li", { class: "hv-step", "data-step": letter },
      element("span", { class: "hv-step-text" }, text),
      element("span", { class: "hv-moves" }, ...moves));
    return [letter, { row, moves }];
  }));

  function draw() {
    const shown = order ?? start;
    list.replaceChildren(...shown.map((letter) => steps[letter].row));
    shown.forEach((letter, at) => {
      const [up, down] = steps[letter].moves;
      // not `disabled`: a button that has the focus must not lose it
      up.setAttribute("aria-disabled", String(at === 0));
      down.setAttribute("aria-disabled", String(at === shown.length - 1));
    });
  }

  function move(letter, by, pressed) {
    const shown = [...(order ?? start)];
    const at = shown.indexOf(letter);
    const to = at + by;
    if (to < 0 || to >= shown.length) return;
    [shown[at], shown[to]] = [shown[to], shown[at]];
    order = shown;
    draw();
    pressed.focus();
    said.textContent = say("Vị trí {n}/{all}: {text}", { n: to + 1, all: shown.length, text: question.items[letter] });
    changed();
  }

  draw();
  return {
    hint: say("Bấm Lên hoặc Xuống để xếp các bước theo thứ tự đúng."),
    nodes: [list, said],
    inputs: start.flatMap((letter) => steps[letter].moves),
    read: () => order,
    show(answer) {
      const whole = Array.isArray(answer) && answer.length === start.length
        && start.every((letter) => answer.includes(letter));
      order = whole ? answer : null;
      draw();
    },
  };
});
