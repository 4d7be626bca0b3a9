// One check box per option.
export default frame(({ question, say, unique, changed }) => {
  const options = Object.entries(question.options).map(([value, text]) =>
    option({ type: "checkbox", name: unique, value, text, changed }));
  const inputs = options.map(({ input }) => input);
  return {
    hint: say("Chọn tất cả phương án đúng."),
    nodes: [element("div", { class: "hv-options" }, ...options.map(({ row }) => row))],
    inputs,
    read() {
      const ticked = inputs.filter((input) => input.checked).map((input) => input.value);
      return ticked.length ? ticked : null;
    },
    show(answer) {
      const ticked = Array.isArray(answer) ? answer : [];
      for (const input of inputs) input.checked = ticked.includes(input.value);
    },
  };
});
