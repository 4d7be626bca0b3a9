// A live example in the browser: fetches the widgets that the server's cells have made, draws them, keeps them in
// step with the kernel. Everything else of the page is there already.

import { CommsOverSubshells } from "@jupyterlab/services/lib/kernel/comm.js";
import { KernelConnection } from "@jupyterlab/services/lib/kernel/default.js";
import { ServerConnection } from "@jupyterlab/services/lib/serverconnection.js";
import { Manager } from "./manager.js";
import { showMath } from "./show.js";
import "./live.css";

async function start() {
  const { kernelId } = JSON.parse(document.getElementById("jupyter-config-data").textContent);
  const kernel = new KernelConnection({
    model: { id: kernelId, name: "python3" },
    serverSettings: ServerConnection.makeSettings(),
    handleComms: true,
  });
  kernel.commsOverSubshells = CommsOverSubshells.Disabled; // the server passes on widgets' messages only
  const cells = document.getElementById("hv-cells");
  const places = [...cells.querySelectorAll(".hv-widget")];
  const manager = new Manager(kernel);
  if (places.length) await manager.restore();
  await Promise.allSettled([showMath(cells), ...places.map((place) => manager.show(place.dataset.widget, place))]);
}

// a module runs when the page is whole; a page without this element is one that failed on the server
if (document.getElementById("jupyter-config-data")) {
  start()
    .catch(console.error)
    .finally(() => document.dispatchEvent(new Event("hv-drawn")));
}
