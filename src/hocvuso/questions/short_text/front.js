// One text field.
export default frame(({ question, say, unique, changed }) => ({
  hint: question.ignore_accents
    ? say("Viết câu trả lời ngắn; có dấu hay không dấu đều được.")
    : say("Viết câu trả lời ngắn."),
  ...typed({ unique, changed, attributes: { maxlength: "500" } }),
}));
