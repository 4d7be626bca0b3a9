// The worker of the site: what is needed without a network. Before this text stand VERSION, BASE, FILES (the current
// address of each of our static files), STAND_INS (the page that says "no network", by language) and POLICY, which that
// page is held to; see hocvuso.site.offline.
//
// Kept are static files and the pages of opened lessons, which are the same for everyone; never an error, a redirect,
// an answer, a result or anything else of one person. Pages are asked of the network first.

const SHELL = `hv-shell-${VERSION}`;
const PAGES = "hv-pages";
const UNSURE = "hv-unsure"; // somebody is signing in; see device.js
const OFFLINE = `${BASE}khong-mang`; // where that page is kept; no address of the site
const FIRST = ["lesson.css", "site.js"]; // of that page
const LESSON = /^bai\/[a-z0-9-]+$/;
const PAGE = /^(|bai\/[a-z0-9-]+(\/ket-qua)?|ket-qua|chung-nhan|xac-minh|logout)$/;
const PATIENCE = 4000; // milliseconds that the network has where there is a copy
const LONG_PATIENCE = 20_000; // and where there is only the page that says so

const nameOf = (url) => new URL(url, location.origin).pathname.slice(`${BASE}static/`.length);
const late = (wait) => new Promise((_, reject) => setTimeout(() => reject(new Error("late")), wait));
const shells = async () => (await caches.keys()).filter((name) => name.startsWith("hv-shell-"));
const fit = (response) => response.status === 200 && response.type === "basic" && !response.redirected;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => event.waitUntil(keepAll(event.data)));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || !url.pathname.startsWith(BASE)) return;
  const path = url.pathname.slice(BASE.length);
  if (path.startsWith("static/")) event.respondWith(file(request, url));
  else if (request.mode !== "navigate") return;
  else if (path === "oauth_callback") event.waitUntil(caches.open(UNSURE));
  else if (PAGE.test(path)) event.respondWith(page(event, path));
});

async function install() {
  const names = new Set(FIRST);
  let lang = Object.keys(STAND_INS)[0];
  for (const before of await shells()) {
    const old = await caches.open(before);
    for (const { url } of await old.keys()) names.add(nameOf(url)); // what this device uses
    lang = langOf(await old.match(OFFLINE)) ?? lang;
  }
  const shell = await caches.open(SHELL);
  await Promise.all([...names].filter((name) => name in FILES).map((name) => keep(shell, FILES[name], "force-cache")));
  await putStandIn(shell, lang);
  await self.skipWaiting(); // pages that are open keep their answers in the browser's storage, not in the worker
}

async function activate() {
  for (const shell of await shells()) if (shell !== SHELL) await caches.delete(shell);
  await self.clients.claim();
}

const langOf = (response) => response?.headers.get("Content-Language");

async function putStandIn(shell, lang) {
  const headers = {
    "Content-Type": "text/html; charset=UTF-8",
    "Content-Language": lang,
    "Content-Security-Policy": POLICY,
  };
  await shell.put(OFFLINE, new Response(STAND_INS[lang], { headers }));
}

async function keep(cache, url, mode) {
  const response = await fetch(url, { cache: mode, redirect: "error" });
  if (!fit(response)) throw new Error(`${response.status} ${url}`);
  await cache.put(url, response);
}

// ---- static files: by their version for ever, without one as fresh as the network lets them be

async function file(request, url) {
  const shell = await caches.open(SHELL);
  const kept = await shell.match(request);
  if (kept && url.search) return kept;
  try {
    const response = await fetch(request);
    if (fit(response) && (!url.search || Object.values(FILES).includes(url.pathname + url.search))) {
      await shell.put(request, response.clone()).catch(() => null); // no room: then it is asked for again
    }
    return response;
  } catch (error) {
    const other = kept ?? (await shell.match(request, { ignoreSearch: true }));
    if (other) return other;
    throw error;
  }
}

// ---- pages

async function page(event, path) {
  const address = BASE + path;
  const kept = LESSON.test(path) ? await caches.match(address, { cacheName: PAGES }) : undefined;
  const asked = fetch(event.request).then(async (response) => {
    if (LESSON.test(path)) await keepPage(address, response.clone());
    return response;
  });
  event.waitUntil(asked.catch(() => null));
  try {
    const response = await Promise.race([asked, late(kept ? PATIENCE : LONG_PATIENCE)]);
    return kept && response.status >= 500 ? kept : response;
  } catch {
    return kept ?? (await caches.match(OFFLINE, { cacheName: SHELL })) ?? Response.error();
  }
}

async function keepPage(address, response) {
  if (!fit(response) || !response.headers.get("Content-Type")?.startsWith("text/html")) return;
  const pages = await caches.open(PAGES);
  await pages.put(address, response).catch(() => null); // no room: the lesson then needs the network
}

// ---- what a page has used before there was a worker, and the language of the page that says "no network"

async function keepAll({ keep: urls, lang }) {
  const shell = await caches.open(SHELL);
  const wanted = urls.map(async (url) => {
    const { pathname, search } = new URL(url);
    if (pathname.startsWith(`${BASE}static/`)) {
      if (!(await shell.match(url))) await keep(shell, pathname + search, "force-cache");
    } else if (!(await caches.match(pathname, { cacheName: PAGES }))) {
      await keepPage(pathname, await fetch(url, { cache: "force-cache", redirect: "error" }));
    }
  });
  if (lang in STAND_INS && langOf(await shell.match(OFFLINE)) !== lang) wanted.push(putStandIn(shell, lang));
  await Promise.allSettled(wanted);
}
