// One radio button per option.
export default frame(({ question, say, unique, changed }) => {
  const options = Object.entries(question.options).map(([value, text]) =>
    option({ type: "radio", name: unique, value, text, changed }));
  const inputs = options.map(({ input }) => input);
  return {
    hint: say("Chọn một phương án."),
    nodes: [element("div", { class: "hv-options" }, ...options.map(({ row }) => row))],
    inputs,
    read: () => inputs.find((input) => input.checked)?.value ?? null,
    show(answer) {
      for (const input of inputs) input.checked = input.value === answer;
    },
  };
});
