// One text field with a phone's number keys; the text is kept as it was typed.
export default frame(({ question, say, unique, changed }) => {
  const field = typed({ unique, changed, attributes: { inputmode: "decimal", maxlength: "50" } });
  const unit = question.unit ? [element("span", { class: "hv-unit", "aria-hidden": "true" }, question.unit)] : [];
  return {
    ...field,
    hint: question.unit ? say("Viết một số, đơn vị: {unit}.", question) : say("Viết một số."),
    nodes: [element("div", { class: "hv-number" }, ...field.nodes, ...unit)],
  };
});
