// What a question on code is given by the site: its editor, where the page names one, and runs in a sandbox.

import { net } from "./page.js";

// `addressOf(id)` is where code is tried; `learner()` whose page this is.
export function codeHost(addressOf, learner = () => null) {
  const editor = document.getElementById("hv-editor");
  return {
    editor: editor ? () => import(editor.href) : null,
    async run({ id }, code) {
      const response = await net(addressOf(id), { method: "POST", learner: learner(), body: JSON.stringify({ code }) });
      const found = await response.json();
      return response.ok ? found : { sentence: found.error, failed: true };
    },
  };
}
