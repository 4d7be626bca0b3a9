// A field of several lines that grows with its text where the browser can.
export default frame(({ say, unique, changed }) => ({
  hint: say("Viết câu trả lời bằng lời của anh/chị; giảng viên sẽ đọc và chấm."),
  ...typed({ unique, changed, tag: "textarea", attributes: { rows: "6", maxlength: "4000" } }),
}));
