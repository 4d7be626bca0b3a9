// One card per row: a text field for each cell and a check box that takes the row out.
const DELETED = "delete"; // as the model has it
const LONG = 24; // characters; a column that holds more has a line of its own
const MEDIUM = 11; // characters that half a phone's width shows

function widthOf(characters) {
  if (characters > LONG) return " hv-table-long";
  return characters > MEDIUM ? " hv-table-medium" : "";
}

export default frame(({ question, say, unique, changed }) => {
  const columns = Object.entries(question.columns).map(([id, [name, kind]], place) => ({
    id,
    width: widthOf(Math.max(...Object.values(question.rows).map((texts) => texts[place].length))),
    name,
    kind,
    mode: { number: "decimal", date: "numeric" }[kind] ?? "text",
  }));
  const count = element("p", { class: "hv-table-count", "aria-live": "polite" });
  const reset = element("button", { type: "button", class: "hv-press hv-table-reset" }, say("Trả bảng về ban đầu"));

  // A cell knows the text that it had; what was there stands below as soon as it is changed.
  function cell(row, column, before, id, save) {
    const note = element("span", { class: "hv-table-before", id: `${id}-before` });
    const field = typed({
      unique: id, changed: save,
      attributes: { inputmode: column.mode, maxlength: "200", "aria-describedby": note.id },
    });
    const [input] = field.inputs;
    const mark = () => {
      const different = input.value.normalize("NFC") !== before;
      note.textContent = different ? (before ? say("Ban đầu: {text}", { text: before }) : say("Ban đầu để trống")) : "";
      node.classList.toggle("hv-table-changed", different);
    };
    const put = (text) => {
      field.show(text);
      mark();
    };
    input.addEventListener("input", mark);
    const node = element("div", { class: `hv-table-cell${column.width}` },
      element("label", { for: field.labels }, column.name), input, note);
    put(before);
    return { key: `${row}.${column.id}`, before, input, node, put, stop: field.stop, text: () => input.value.normalize("NFC") };
  }

  const rows = Object.entries(question.rows).map(([id, texts], place) => {
    const cells = columns.map((column, n) => cell(id, column, texts[n], `${unique}-${place}-${n}`, save));
    const gone = option({ type: "checkbox", name: `${unique}-${id}`, value: id, text: say("Xóa dòng này"), changed: save });
    const node = element("fieldset", { class: "hv-table-row" },
      element("legend", { class: "hv-table-number" }, say("Dòng {n}", { n: place + 1 })),
      element("div", { class: "hv-table-cells" }, ...cells.map((one) => one.node)), gone.row);
    return { id, cells, node, gone: gone.input };
  });
  const cells = rows.flatMap((row) => row.cells);

  function read() {
    const answer = {};
    for (const row of rows) {
      if (row.gone.checked) answer[row.id] = DELETED;
      for (const one of row.cells) if (one.text() !== one.before) answer[one.key] = one.text();
    }
    return Object.keys(answer).length ? answer : null;
  }

  function tell() {
    for (const row of rows) {
      row.node.classList.toggle("hv-table-gone", row.gone.checked);
      for (const one of row.cells) one.input.readOnly = row.gone.checked;
    }
    const keys = Object.keys(read() ?? {});
    const edited = keys.filter((key) => key.includes(".")).length;
    const words = say("Đã sửa {cells} ô, đánh dấu xóa {rows} dòng.", { cells: edited, rows: keys.length - edited });
    if (count.textContent !== words) count.textContent = words;
    reset.hidden = keys.length === 0;
  }

  function save() {
    tell();
    changed();
  }

  reset.addEventListener("click", () => {
    if (reset.disabled) return;
    show(null);
    changed();
    rows[0].cells[0].input.focus();
  });

  function show(answer) {
    const given = answer && typeof answer === "object" ? answer : {};
    for (const row of rows) row.gone.checked = given[row.id] === DELETED;
    for (const one of cells) one.put(typeof given[one.key] === "string" ? given[one.key] : one.before);
    tell();
  }

  tell();
  return {
    hint: [
      say("Sửa những ô sai, đánh dấu xóa những dòng thừa; ô và dòng đã đúng thì giữ nguyên."),
      ...(columns.some(({ kind }) => kind === "date") ? [say("Ngày viết theo ngày/tháng/năm.")] : []),
      ...(columns.some(({ kind }) => kind === "number") ? [say("Số viết bằng chữ số.")] : []),
    ].join(" "),
    nodes: [...rows.map((row) => row.node), count, reset],
    inputs: [...rows.flatMap((row) => [...row.cells.map((one) => one.input), row.gone]), reset],
    read,
    show,
    stop: () => cells.forEach((one) => one.stop()),
  };
});
