// An editor where the host brings one (`globalThis.hocvuso.code`), a plain field otherwise; what was written can be
// tried where the host runs code. The host's part: editor() gives what makes an editor, run(question, text) tries it.
export default frame(({ question, say, unique, changed }) => {
  const host = globalThis.hocvuso?.code;
  const field = typed({
    unique, changed, tag: "textarea",
    attributes: {
      class: "hv-text hv-code-field", rows: String(question.start.split("\n").length + 3), spellcheck: "false",
      autocapitalize: "off", autocorrect: "off", translate: "no",
      ...(host?.editor ? { "aria-label": say("Khung viết mã lệnh: {prompt}", question) } : {}),
    },
  });
  const [area] = field.nodes;
  area.defaultValue = question.start;
  const place = element("div", { class: "hv-code-place" }, area);
  const said = element("p", { class: "hv-code-said", role: "status" });
  const result = element("div", { class: "hv-code-result" });
  const sheet = element("pre", { class: "hv-code-sheet", "aria-hidden": "true" }); // on paper an editor shows its first lines only
  let editor = null;
  let locked = false;

  const text = () => editor?.read() ?? area.value;
  const write = (value) => {
    if (editor) editor.write(value);
    else area.value = value;
    sheet.textContent = value;
  };
  const button = (words, act, quiet = true) => {
    const made = element("button", { type: "button", class: quiet ? "hv-press hv-code-button" : "hv-press hv-code-button hv-code-run" }, words);
    made.addEventListener("click", act);
    return made;
  };

  async function tryIt() {
    if (run.getAttribute("aria-disabled") === "true") return;
    save();
    result.replaceChildren();
    said.classList.remove("hv-code-failed");
    said.textContent = say("Đang chạy…");
    run.setAttribute("aria-disabled", "true"); // not disabled: the focus stays where it is
    try {
      showRun(await host.run(question, text()));
    } catch {
      said.textContent = say("Chạy thử cần mạng. Mã lệnh của anh/chị vẫn được giữ; hãy chạy thử khi có mạng.");
    } finally {
      run.removeAttribute("aria-disabled");
    }
  }

  function showRun({ sentence, failed = false, output = "", python = "" }) {
    said.textContent = sentence;
    said.classList.toggle("hv-code-failed", failed);
    const parts = [[say("Máy in ra:"), output], [say("Lời của Python (tiếng Anh):"), python]].filter(([, lines]) => lines);
    for (const [title, lines] of parts) {
      result.append(
        element("p", { class: "hv-code-title" }, title),
        element("pre", { class: "hv-code-output", tabindex: "0", role: "region", "aria-label": title, translate: "no" }, lines),
      );
    }
  }

  const run = button(say("Chạy thử"), tryIt, false);
  const undo = button(say("Hoàn tác"), () => editor?.undo());
  const more = button(say("Thụt vào"), () => editor?.indent(1));
  const less = button(say("Bớt thụt"), () => editor?.indent(-1));
  const again = button(say("Bắt đầu lại"), () => {
    write(question.start);
    save();
    result.replaceChildren();
    said.classList.remove("hv-code-failed");
    said.textContent = editor ? say("Đã đưa về mã lệnh ban đầu. Bấm “Hoàn tác” nếu muốn lấy lại.") : "";
  });
  const ofEditor = [undo, more, less];
  for (const one of ofEditor) one.hidden = true;
  const tools = element("div", { class: "hv-code-tools" }, ...(host?.run ? [run] : []), ...ofEditor, again);
  const example = question.example && host?.run
    ? [element("p", { class: "hv-code-title" }, say("Khi chạy thử, máy chạy thêm:")),
       element("pre", { class: "hv-code-example", translate: "no" }, question.example)]
    : [];

  const hint = element("span", {}, say("Viết vào khung dưới đây."));
  let waiting = null;
  const save = () => {
    clearTimeout(waiting);
    waiting = null;
    changed();
  };
  const pause = () => {
    clearTimeout(waiting);
    waiting = setTimeout(save, TYPING_PAUSE);
    sheet.textContent = text();
  };
  const putAway = () => {
    if (waiting !== null && document.visibilityState === "hidden") save();
  };
  document.addEventListener("visibilitychange", putAway);
  host?.editor?.().then(({ makeEditor }) => {
    hint.textContent = say("Viết vào khung dưới đây. Phím Tab thụt dòng vào; nhấn Esc rồi Tab để ra khỏi khung.");
    editor = makeEditor({
      text: area.value, label: say("Khung viết mã lệnh: {prompt}", question), describedBy: hint.textContent,
      typed: pause, left: save, run: host.run ? tryIt : null, locked,
    });
    const writing = document.activeElement === area;
    place.replaceChildren(editor.element);
    if (writing) editor.focus();
    for (const one of ofEditor) one.hidden = false;
  }).catch(console.error); // the plain field does as well

  sheet.textContent = question.start;
  const lock = { set disabled(value) {
    locked = value;
    area.disabled = value;
    editor?.lock(value);
    for (const one of [...ofEditor, again]) one.disabled = value;
  } };
  return {
    hint,
    ...(host?.editor ? {} : { labels: field.labels }), // an editor is no field that a label can name
    nodes: [place, sheet, ...example, tools, ...(host?.run ? [said, result] : [])],
    inputs: [lock],
    read() {
      const value = text().normalize("NFC");
      return value === question.start ? null : value;
    },
    show(answer) {
      if (waiting === null) write(typeof answer === "string" ? answer : question.start); // what is being typed is newer
    },
    stop() {
      document.removeEventListener("visibilitychange", putAway);
      field.stop();
      if (waiting !== null) save();
      editor?.stop();
    },
  };
});
