// One list to choose from per item. What is chosen also stands below it in full: a closed list cuts long texts off.
export default frame(({ question, say, unique, changed }) => {
  const pairs = Object.entries(question.items).map(([id, text]) => {
    const select = element("select", { id: `${unique}-${id}`, class: "hv-text hv-select", autocomplete: "off" },
      element("option", { value: "" }, say("Chọn…")),
      ...Object.entries(question.options).map(([value, option]) => element("option", { value }, option)));
    const chosen = element("span", { class: "hv-chosen", "aria-hidden": "true" });
    const tell = () => { chosen.textContent = question.options[select.value] ?? ""; };
    select.addEventListener("change", () => {
      tell();
      changed();
    });
    const node = element("div", { class: "hv-pair" },
      element("label", { class: "hv-pair-text", for: select.id }, text), select, chosen);
    return { id, select, node, tell };
  });
  const printed = element("div", { class: "hv-printed" },
    element("p", {}, say("Các nội dung để chọn")),
    element("ul", {}, ...Object.values(question.options).map((option) => element("li", {}, option))));
  return {
    hint: say("Chọn cho mỗi mục một nội dung phù hợp."),
    nodes: [...pairs.map(({ node }) => node), printed],
    inputs: pairs.map(({ select }) => select),
    read() {
      const made = pairs.map(({ id, select }) => [id, select.value]).filter(([, letter]) => letter);
      return made.length ? Object.fromEntries(made) : null;
    },
    show(answer) {
      for (const { id, select, tell } of pairs) {
        const letter = answer?.[id];
        select.value = typeof letter === "string" && Object.hasOwn(question.options, letter) ? letter : "";
        tell();
      }
    },
  };
});
