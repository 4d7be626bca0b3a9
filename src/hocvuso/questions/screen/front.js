// One screen at a time, drawn from the path of steps taken; the path is the answer.
const MOST_STEPS = 60; // as the model has it
const LOOKS = ["button", "link", "send"];

export default frame(({ question, say, unique, changed }) => {
  const kinds = {
    call: say("cuộc gọi"), sms: say("tin nhắn"), identity: say("ứng dụng định danh"), bank: say("ứng dụng ngân hàng"),
    form: say("ứng dụng"), mail: say("hộp thư"), chat: say("cuộc trò chuyện"), web: say("trang web"),
  };
  const named = (name, kind) => ({
    sender: kind === "call" ? say("Số máy") : say("Người gửi"), address: say("Địa chỉ"), them: say("Bên kia"), me: say("Tôi"),
    notice: say("Thông báo"), field: say("Ô để điền"),
  })[name];
  const labelOf = (action) => action[LOOKS.find((look) => Object.hasOwn(action, look))];
  const numbers = new Map(Object.keys(question.screens).map((id, place) => [id, place + 1]));
  let path = [];

  // The steps of a path with the screens that they were taken on, and the screen after the last: none at the end.
  function walk(steps) {
    let here = question.start;
    const taken = steps.map((step) => {
      const screen = question.screens[here ?? ""];
      const action = screen && Object.hasOwn(screen.do, step) ? screen.do[step] : null;
      here = action?.to;
      return action && { ...screen, label: labelOf(action) };
    });
    return { taken, screen: question.screens[here ?? ""] };
  }

  const stage = element("fieldset", { class: "hv-sim-stage" });
  const said = element("p", { class: "hv-sim-said", "aria-live": "polite" });
  const again = element("button", { type: "button", class: "hv-press hv-sim-again" }, say("Làm lại từ đầu"));
  const trail = element("ol", {});
  const counted = element("summary", {});
  const taken = element("details", { class: "hv-sim-trail" }, counted, trail);

  function go(step) {
    if (stage.disabled) return;
    path = [...path, step];
    arrive("");
  }

  function arrive(words) {
    draw();
    changed();
    said.textContent = words;
    stage.querySelector(".hv-sim-title").focus();
  }

  again.addEventListener("click", () => {
    if (again.disabled) return;
    path = [];
    arrive(say("Đã về màn hình đầu tiên."));
  });

  function title(text) {
    return element("div", { class: "hv-sim-title", role: "heading", "aria-level": "3", tabindex: "-1" }, text);
  }

  function draw() {
    const { taken: steps, screen } = walk(path);
    said.textContent = "";
    stage.className = `hv-sim-stage hv-sim-${screen ? screen.kind : "end"}`;
    if (screen) drawScreen(screen);
    else drawEnd(steps.at(-1));
    again.hidden = taken.hidden = path.length === 0;
    counted.textContent = say("Các bước đã đi: {n}", { n: path.length });
    trail.replaceChildren(...steps.map((step) => element("li", {}, `${step.title}: ${step.label}`)));
  }

  function legend({ kind }) {
    const words = say("Màn hình mô phỏng: {kind}", { kind: Object.hasOwn(kinds, kind) ? kinds[kind] : kind });
    return element("legend", { class: "hv-sim-kind" }, words);
  }

  function drawScreen(screen) {
    const fields = [];
    const parts = screen.show.flatMap(Object.entries).map(([name, text]) => {
      if (name === "field") return field(text, fields);
      return element("p", { class: `hv-sim-part hv-sim-${name}` }, ...whose(name, screen), text);
    });
    if (fields.length) {
      parts.push(element("p", { class: "hv-sim-safe" },
        say("Chữ gõ vào ô chỉ để thử: không được lưu, không gửi đi đâu. Anh/chị đừng gõ thông tin thật.")));
    }
    const tooLong = path.length >= MOST_STEPS;
    const steps = tooLong
      ? element("p", {}, say("Đường đi đã quá dài: anh/chị hãy làm lại từ đầu."))
      : element("div", { class: "hv-sim-do", role: "group", "aria-label": say("Anh/chị có thể làm gì") },
          ...Object.entries(screen.do).map(([id, action]) => button(id, action, fields)));
    stage.replaceChildren(
      legend(screen),
      title(path.length ? say("Bước {n}: {title}", { n: path.length + 1, title: screen.title }) : screen.title),
      ...parts, steps);
  }

  function drawEnd(last) {
    stage.replaceChildren(
      legend(last),
      title(say("Tình huống dừng ở đây")),
      element("p", {}, say("Sau khi chấm, anh/chị sẽ biết mỗi bước có ý nghĩa gì. Trước khi nộp, anh/chị có thể làm lại từ đầu và đi đường khác.")));
  }

  // Who speaks is said in words too: sides and colours alone would not reach everybody.
  function whose(name, { kind }) {
    const words = named(name, kind);
    return words ? [element("span", { class: "hv-sim-who" }, `${words}: `)] : [];
  }

  function field(text, fields) {
    const input = element("input", { type: "text", class: "hv-text", id: `${unique}-field-${fields.length}`, autocomplete: "off", maxlength: "200" });
    fields.push(input);
    return element("div", { class: "hv-sim-field" }, element("label", { for: input.id }, text), input);
  }

  function button(id, action, fields) {
    const look = LOOKS.find((name) => Object.hasOwn(action, name));
    const node = element("button", { type: "button", class: `hv-press hv-sim-step hv-sim-as-${look}`, "data-step": id }, labelOf(action));
    node.addEventListener("click", () => {
      const blank = look === "send" && fields.find((input) => input.value.trim() === "");
      if (!blank) return go(id);
      said.textContent = say("Anh/chị điền các ô trên màn hình trước đã.");
      blank.focus();
    });
    return node;
  }

  // On paper: every screen with its choices.
  function sheet() {
    return element("div", { class: "hv-sim-sheet" },
      element("p", {}, say("Tất cả màn hình của tình huống")),
      ...Object.entries(question.screens).map(([id, screen]) => element("div", { class: "hv-sim-page" },
        element("p", { class: "hv-sim-title" }, say("Màn hình {n}: {title}", { n: numbers.get(id), title: screen.title })),
        ...screen.show.flatMap(Object.entries).map(([name, text]) => element("p", {}, ...whose(name, screen), text)),
        element("ul", {}, ...Object.values(screen.do).map((action) => element("li", {}, `${labelOf(action)} → ${
          numbers.has(action.to) ? say("Sang màn hình {n}", { n: numbers.get(action.to) }) : say("Tình huống kết thúc")}`))))));
  }

  draw();
  return {
    hint: say("Bấm vào việc mà chính anh/chị sẽ làm. Đường đi cuối cùng được tính."),
    nodes: [element("div", { class: "hv-sim" }, stage, said, again, taken), sheet()],
    inputs: [stage, again],
    read: () => (path.length ? path : null),
    show(answer) {
      const isPath = Array.isArray(answer) && answer.length <= MOST_STEPS && answer.every((step) => typeof step === "string");
      const steps = isPath ? answer : [];
      path = walk(steps).taken.every(Boolean) ? [...steps] : [];
      draw();
    },
  };
});
