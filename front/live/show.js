// One output of the kernel as an element. Outputs of cells are drawn by the server; these come later, to a widget.

const WIDGET = "application/vnd.jupyter.widget-view+json";
// eslint-disable-next-line no-control-regex
const COLOURS = /\u001b\[[0-9;]*m/g;

const text = (value) => (Array.isArray(value) ? value.join("") : String(value ?? ""));

const MAKERS = {
  [WIDGET]: (data, manager) => {
    const place = make("hv-widget");
    manager.show(data.model_id, place).catch(console.error);
    return place;
  },
  "text/html": (data) => html(text(data)),
  "text/markdown": (data) => {
    const place = html("");
    import("marked").then(({ marked }) => {
      place.innerHTML = marked.parse(text(data), { async: false });
      return showMath(place);
    });
    return place;
  },
  "image/svg+xml": (data) => image(`data:image/svg+xml,${encodeURIComponent(text(data))}`),
  "image/png": (data) => image(`data:image/png;base64,${text(data)}`),
  "image/jpeg": (data) => image(`data:image/jpeg;base64,${text(data)}`),
  "text/latex": (data) => {
    const place = make("jp-RenderedLatex", text(data));
    showMath(place);
    return place;
  },
  "text/plain": (data) => plain(text(data)),
};

/** The element that shows `output` (nbformat's shape); `manager` draws the widgets in it. */
export function show(output, manager) {
  if (output.output_type === "stream") return plain(text(output.text));
  if (output.output_type === "error") return plain(`${output.ename}: ${output.evalue}`);
  const kind = Object.keys(MAKERS).find((name) => name in output.data);
  return kind ? MAKERS[kind](output.data[kind], manager) : make("hv-nothing");
}

/** Sets the formulas below `place` as MathML. What sets them is fetched only where there are any. */
export async function showMath(place) {
  if (!/\$|\\\(|\\\[|\\begin\{/.test(place.textContent)) return;
  const { default: render } = await import("katex/contrib/auto-render");
  render(place, {
    output: "mathml",
    throwOnError: false,
    delimiters: [
      { left: "$$", right: "$$", display: true },
      { left: "\\[", right: "\\]", display: true },
      { left: "\\begin{equation}", right: "\\end{equation}", display: true },
      { left: "\\begin{align}", right: "\\end{align}", display: true },
      { left: "$", right: "$", display: false },
      { left: "\\(", right: "\\)", display: false },
    ],
  });
}

function make(className, content = "") {
  const place = document.createElement("div");
  place.className = className;
  place.textContent = content;
  return place;
}

function plain(content) {
  const place = make("jp-RenderedText jp-OutputArea-output");
  const lines = document.createElement("pre");
  lines.textContent = content.replace(COLOURS, "");
  place.append(lines);
  return place;
}

function html(content) {
  const place = make("jp-RenderedHTMLCommon jp-RenderedHTML jp-OutputArea-output");
  place.innerHTML = content;
  return place;
}

function image(source) {
  const place = make("jp-RenderedImage jp-OutputArea-output");
  const picture = document.createElement("img");
  picture.src = source;
  picture.alt = "";
  place.append(picture);
  return place;
}
