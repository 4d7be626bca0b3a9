// How a reader wants pages to look: size of letters, colours, the lesson whole or part by part. Kept in this browser
// only. Runs before the page is drawn; the choices stand as attributes of the root element, which style sheets and
// host.js look at. Also reads aloud, with a voice of the device itself: others would send the text to another host.

(() => {
  // Somebody signed out here while the site could not be told (see kept.js): it is told before anything is shown.
  const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content;
  try {
    if (localStorage.getItem("hv-left") === "untold" && !meta("hv-offline")) {
      localStorage.setItem("hv-left", "told"); // the worker's page says "untold" again where this fails
      document.documentElement.hidden = true;
      location.replace(`${meta("hv-base")}logout`);
      return;
    }
  } catch {
    // storage is forbidden: nothing was kept
  }

  const KEY = "hv-reading";
  const CHOICES = {
    size: ["normal", "large", "largest"],
    theme: ["auto", "light", "dark", "strong"],
    parts: ["all", "one"],
  };
  const root = document.documentElement;

  function kept() {
    let found = {};
    try {
      found = JSON.parse(localStorage.getItem(KEY)) ?? {};
    } catch {
      // nothing kept, or storage is forbidden
    }
    return Object.fromEntries(
      Object.entries(CHOICES).map(([name, values]) => [name, values.includes(found[name]) ? found[name] : values[0]]),
    );
  }

  function apply(chosen) {
    for (const [name, value] of Object.entries(chosen)) root.dataset[name] = value;
    root.dispatchEvent(new CustomEvent("hv-reading"));
  }

  function choose(name, value) {
    const chosen = { ...kept(), [name]: value };
    try {
      localStorage.setItem(KEY, JSON.stringify(chosen));
    } catch {
      // for this page only
    }
    apply({ ...Object.fromEntries(Object.keys(CHOICES).map((each) => [each, root.dataset[each]])), [name]: value });
  }

  apply(kept());
  window.addEventListener("storage", (event) => {
    if (event.key === KEY) apply(kept());
  });

  // ---- aloud

  const speech = globalThis.speechSynthesis;
  let queue = [];
  let current = null;
  let uttered = null; // what ends after another one has begun says nothing more

  const voice = () =>
    speech?.getVoices().find((one) => one.localService && one.lang.toLowerCase().startsWith(root.lang.slice(0, 2)));

  function shownBlocks() {
    const blocks = "h1, h2, h3, .hv-prose p, .hv-prose li, .hv-facts, .hv-front p, .hv-front legend, .hv-front label, dt, dd";
    return [...document.querySelectorAll(`main :is(${blocks})`)].filter(
      (one) => one.offsetParent !== null && one.textContent.trim() && !one.closest("dialog, [role=status]"),
    );
  }

  function say() {
    current?.classList.remove("hv-spoken");
    current = queue.shift() ?? null;
    showSpeaking(current !== null);
    if (!current) return;
    current.classList.add("hv-spoken");
    current.scrollIntoView({ block: "center" });
    const words = new SpeechSynthesisUtterance(current.innerText);
    const found = voice();
    words.voice = found;
    words.lang = found.lang;
    words.onend = words.onerror = () => uttered === words && say();
    uttered = words;
    speech.speak(words);
  }

  function stop() {
    queue = [];
    uttered = null;
    speech?.cancel();
    current?.classList.remove("hv-spoken");
    current = null;
    showSpeaking(false);
  }

  function readAloud() {
    stop();
    const all = shownBlocks();
    const first = all.findIndex((one) => one.getBoundingClientRect().bottom > 0);
    queue = all.slice(Math.max(first, 0)).filter((one, place, some) => !some.some((other) => other !== one && other.contains(one)));
    say();
  }

  function showSpeaking(on) {
    const button = document.getElementById("hv-quiet");
    if (button) button.hidden = !on;
  }

  window.addEventListener("pagehide", stop);

  // ---- the dialog

  function prepare() {
    const dialog = document.getElementById("hv-reading");
    const open = document.getElementById("hv-reading-open");
    if (!dialog || !open) return;
    const aloud = dialog.querySelector("[data-do=aloud]");
    const none = dialog.querySelector(".hv-no-voice");
    open.hidden = false;
    open.addEventListener("click", () => {
      for (const input of dialog.querySelectorAll("input")) input.checked = root.dataset[input.name] === input.value;
      aloud.hidden = !voice();
      none.hidden = Boolean(voice());
      dialog.showModal();
    });
    dialog.addEventListener("change", (event) => choose(event.target.name, event.target.value));
    aloud.addEventListener("click", () => {
      dialog.close();
      readAloud();
    });
    dialog.querySelector("[data-do=print]").addEventListener("click", () => {
      dialog.close();
      window.print();
    });
    document.getElementById("hv-quiet").addEventListener("click", stop);
    speech?.getVoices(); // browsers load the list when it is first asked for
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", prepare);
  else prepare();
})();
