// A Voila app of the site: says when it is ready, tells the page around it how tall it is, and notices when its
// kernel is gone.

(() => {
  const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
  const base = meta("hv-base");
  const main = document.getElementById("noi-dung");
  const state = document.getElementById("hv-app-state");
  const gone = document.getElementById("hv-app-gone");
  const embedded = window.parent !== window;
  document.documentElement.classList.toggle("hv-embedded", embedded);

  // ---- the page is already there, only its widgets are still being drawn (built/live.js says when they are)
  function finish() {
    state.hidden = true;
    main.removeAttribute("aria-busy");
  }
  document.addEventListener("hv-drawn", finish);
  const patience = window.setTimeout(finish, 20_000);
  window.addEventListener("pagehide", () => window.clearTimeout(patience));

  // ---- a notebook that begins with its own title would show it twice
  const title = document.querySelector(".hv-app-title")?.textContent.trim();
  const first = document.querySelector("#hv-cells :is(h1, h2)");
  const text = first?.cloneNode(true);
  text?.querySelector(".anchor-link")?.remove();
  if (title && text?.textContent.trim() === title) first.hidden = true;

  // ---- height, for the frame in the lesson's page
  if (embedded) {
    const say = () => window.parent.postMessage({ hvHeight: document.body.scrollHeight + 8 }, location.origin);
    new ResizeObserver(say).observe(document.body);
  }

  // ---- the kernel: ended when idle, when the machine needs room, or by accident
  const data = JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "{}");
  const token = () => document.cookie.match(/(?:^|;\s*)_xsrf=([^;]*)/)?.[1] ?? "";
  async function look() {
    if (document.hidden || !data.kernelId || !gone.hidden) return;
    try {
      const response = await fetch(`${base}api/kernels/${data.kernelId}`, { headers: { "X-XSRFToken": token() } });
      if ([401, 403, 404].includes(response.status)) {
        gone.hidden = false;
        finish();
      }
    } catch {
      // no network: the line to the kernel retries by itself; nothing is known about the kernel
    }
  }
  window.setInterval(look, 10_000);
  document.addEventListener("visibilitychange", look);
  window.addEventListener("online", look);
  gone.querySelector("button").addEventListener("click", () => location.reload());
  look();
})();
