// The editor of a question on code. It stands in a shadow root: its sheets are adopted there, for the pages' policy
// allows no style elements; colours come from the page, as those of all question types do.
import { defaultKeymap, history, historyKeymap, indentLess, indentMore, indentWithTab, undo } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const LOOK = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--paper)", border: "1px solid var(--line)", borderRadius: "0.5rem", overflow: "hidden" },
  "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "2px" },
  ".cm-scroller": { minHeight: "9rem", fontFamily: "inherit", lineHeight: "1.5" },
  ".cm-content": { padding: "0.5rem 0", caretColor: "var(--ink)" },
  ".cm-gutters": { color: "var(--muted)", backgroundColor: "var(--raised)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "1.75rem" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": { backgroundColor: "var(--chosen)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--chosen)", outline: "1px solid var(--accent)" },
});

// few colours, each with a contrast of 4.5 to 1 on paper; what they say is never said by colour alone
const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword], color: "var(--ink)", fontWeight: "bold" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--right)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--partial)" },
  { tag: tags.comment, color: "var(--muted)" }, // upright: slanted code fonts of some devices lack Vietnamese letters
]);

// What is typed over a selection: Chromium would carry its colours along as a style, which the pages' policy forbids.
function replace(event, view) {
  if (event.inputType !== "insertText" || !event.cancelable || !event.data || view.state.selection.main.empty) return false;
  view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
  event.preventDefault();
  return true;
}

export function makeEditor({ text, label, describedBy, typed, left, run, locked }) {
  const element = document.createElement("div");
  const root = element.attachShadow({ mode: "open" });
  const hold = new Compartment();
  const held = (value) => [EditorState.readOnly.of(value), EditorView.editable.of(!value), EditorView.contentAttributes.of(value ? { tabindex: "0" } : {})];
  let quiet = false; // while a text is put in that nobody typed
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        EditorView.lineWrapping,
        history(),
        drawSelection(),
        indentUnit.of("    "),
        EditorState.tabSize.of(4),
        indentOnInput(),
        bracketMatching(),
        python(),
        syntaxHighlighting(COLOURS),
        LOOK,
        hold.of(held(locked)),
        EditorView.contentAttributes.of({ "aria-label": label, "aria-description": describedBy, translate: "no", spellcheck: "false" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !quiet) typed();
        }),
        EditorView.domEventHandlers({ blur: () => left(), beforeinput: replace }),
        keymap.of([
          ...(run ? [{ key: "Mod-Enter", run: () => (run(), true) }, { key: "Shift-Enter", run: () => (run(), true) }] : []),
          ...defaultKeymap,
          ...historyKeymap,
          indentWithTab, // Escape, then Tab leaves the editor
        ]),
      ],
    }),
  });
  return {
    element,
    read: () => view.state.doc.toString(),
    write(value) {
      if (value === view.state.doc.toString()) return;
      quiet = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value }, userEvent: "input" });
      quiet = false;
    },
    undo() {
      undo(view);
      view.focus();
    },
    indent(steps) {
      (steps > 0 ? indentMore : indentLess)(view);
      view.focus();
    },
    focus: () => view.focus(),
    lock: (value) => view.dispatch({ effects: hold.reconfigure(held(value)) }),
    stop: () => view.destroy(),
  };
}
