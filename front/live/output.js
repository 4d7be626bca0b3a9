// The Output widget: shows what the kernel printed or displayed while it was told to write there.

import { DOMWidgetModel, DOMWidgetView } from "@jupyter-widgets/base";
import { show } from "./show.js";

const KINDS = new Set(["execute_result", "display_data", "stream", "error"]);

export class OutputModel extends DOMWidgetModel {
  defaults() {
    return {
      ...super.defaults(),
      _model_name: "OutputModel",
      _view_name: "OutputView",
      _model_module: "@jupyter-widgets/output",
      _view_module: "@jupyter-widgets/output",
      _model_module_version: "1.0.0",
      _view_module_version: "1.0.0",
      msg_id: "",
      outputs: [],
    };
  }

  initialize(attributes, options) {
    super.initialize(attributes, options);
    this.waits = false; // clear_output(wait=True): only when something new comes
    this.listenTo(this, "change:msg_id", this.listen);
    this.listen();
  }

  /** While `msg_id` is set, what the kernel says in answer to that message belongs here. */
  listen() {
    const { kernel } = this.widget_manager;
    const take = (message) => this.take(message);
    if (this.told) kernel.removeMessageHook(...this.told);
    this.told = this.get("msg_id") ? [this.get("msg_id"), take] : null;
    if (this.told) kernel.registerMessageHook(...this.told);
  }

  take({ header, content }) {
    if (header.msg_type === "clear_output") {
      this.waits = content.wait;
      if (!content.wait) this.keep([]);
      return false;
    }
    if (!KINDS.has(header.msg_type)) return true;
    const before = this.waits ? [] : this.get("outputs");
    this.waits = false;
    this.keep(joined(before, { ...content, output_type: header.msg_type }));
    return false;
  }

  keep(outputs) {
    this.set("outputs", outputs);
    this.save_changes();
  }
}

function joined(before, fresh) {
  const last = before.at(-1);
  if (fresh.output_type !== "stream" || last?.output_type !== "stream" || last.name !== fresh.name) {
    return [...before, fresh];
  }
  return [...before.slice(0, -1), { ...last, text: last.text + fresh.text }];
}

export class OutputView extends DOMWidgetView {
  render() {
    super.render();
    this.el.classList.add("widget-output");
    this.listenTo(this.model, "change:outputs", this.draw);
    this.draw();
  }

  draw() {
    const manager = this.model.widget_manager;
    this.el.replaceChildren(...this.model.get("outputs").map((output) => show(output, manager)));
  }
}
