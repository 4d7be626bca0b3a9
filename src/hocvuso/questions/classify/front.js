// One group of radio buttons per item; it looks like a row of buttons.
export default frame(({ question, say, unique, changed }) => {
  const items = Object.entries(question.items).map(([id, text]) => {
    const options = Object.entries(question.groups).map(([value, group]) =>
      option({ type: "radio", name: `${unique}-${id}`, value, text: group, changed }));
    return {
      id,
      inputs: options.map(({ input }) => input),
      node: element("fieldset", { class: "hv-item" },
        element("legend", { class: "hv-item-text" }, text),
        element("div", { class: "hv-segments" }, ...options.map(({ row }) => row))),
    };
  });
  return {
    hint: say("Xếp từng mục vào một nhóm."),
    nodes: items.map(({ node }) => node),
    inputs: items.flatMap(({ inputs }) => inputs),
    read() {
      const sorted = items
        .map(({ id, inputs }) => [id, inputs.find((input) => input.checked)?.value])
        .filter(([, group]) => group !== undefined);
      return sorted.length ? Object.fromEntries(sorted) : null;
    },
    show(answer) {
      for (const { id, inputs } of items) {
        for (const input of inputs) input.checked = input.value === answer?.[id];
      }
    },
  };
});
