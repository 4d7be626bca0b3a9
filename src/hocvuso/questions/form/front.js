// Fields one below the other, each with its label; what browsers know of the person is not filled in.
export default frame(({ question, say, unique, changed }) => {
  const hints = (field) => ({
    number: field.unit ? say("Đơn vị: {unit}.", field) : "",
    date: say("Viết ngày, tháng, năm; ví dụ 05/09/1975."),
  })[field.type] ?? "";

  const choosing = (id, field) => {
    const options = Object.entries(field.options).map(([value, text]) =>
      option({ type: "radio", name: `${unique}-${id}`, value, text, changed }));
    const inputs = options.map(({ input }) => input);
    return {
      inputs,
      node: element("fieldset", { class: "hv-item" },
        element("legend", { class: "hv-item-text" }, field.prompt),
        element("div", { class: "hv-options hv-field-options" }, ...options.map(({ row }) => row))),
      read: () => inputs.find((input) => input.checked)?.value ?? null,
      show: (text) => { for (const input of inputs) input.checked = input.value === text; },
    };
  };

  const writing = (id, field) => {
    const hint = hints(field);
    const mode = { number: "decimal", date: "numeric" }[field.type];
    const attributes = { maxlength: field.type === "short_text" ? "500" : "50", ...(mode ? { inputmode: mode } : {}) };
    if (!hint) attributes["aria-describedby"] = `${unique}-hint`;
    const part = typed({ unique: `${unique}-${id}`, changed, attributes });
    return {
      ...part,
      node: element("div", { class: "hv-item" },
        element("label", { class: "hv-item-text", for: part.labels }, field.prompt),
        ...(hint ? [element("p", { class: "hv-field-hint", id: `${unique}-${id}-hint` }, hint)] : []),
        ...part.nodes),
    };
  };

  const fields = Object.entries(question.fields).map(([id, field]) =>
    ({ id, ...(field.type === "choice" ? choosing(id, field) : writing(id, field)) }));
  return {
    hint: say("Điền các ô của biểu mẫu."),
    nodes: [element("div", { class: "hv-fields" }, ...fields.map(({ node }) => node))],
    inputs: fields.flatMap(({ inputs }) => inputs),
    read() {
      const filled = fields.map(({ id, read }) => [id, read()]).filter(([, text]) => text !== null);
      return filled.length ? Object.fromEntries(filled) : null;
    },
    show(answer) {
      for (const { id, show } of fields) show(answer?.[id]);
    },
    stop() {
      for (const { stop } of fields) stop?.();
    },
  };
});
