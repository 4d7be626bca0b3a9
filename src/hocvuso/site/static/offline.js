// The page that stands in for one that can't be had without a network: lists the lessons that this device has.

import { Kept } from "./kept.js";
import { base, make, net, storageOf } from "./page.js";

const PAGES = "hv-pages";
const kept = new Kept(storageOf("localStorage"));
const list = document.getElementById("hv-here");

async function titleOf(pages, request) {
  const text = await (await pages.match(request)).text();
  return new DOMParser().parseFromString(text, "text/html").querySelector("h1")?.textContent.trim() ?? request.url;
}

async function show() {
  const pages = await caches.open(PAGES);
  for (const request of await pages.keys()) {
    const card = make("li", "hv-card");
    const link = make("a", "", await titleOf(pages, request));
    link.href = new URL(request.url).pathname;
    const title = make("h2", "hv-card-title");
    title.append(link);
    card.append(title);
    list.append(card);
  }
  document.getElementById("hv-none").hidden = list.childElementCount > 0;
}

// Signing out ended here: nobody is remembered any more, and the site is told before the next page is shown.
const leaving = location.pathname === `${base}logout`;
if (leaving) kept.leave({ told: false });

function again() {
  if (leaving) kept.leave({ told: true });
  location.reload();
}

document.getElementById("hv-left").hidden = !kept.untold;
document.getElementById("hv-away").hidden = kept.untold;
document.getElementById("hv-again").addEventListener("click", again);
window.addEventListener("online", again);
let delay = 2000;
setTimeout(look, delay);

async function look() {
  const reached = await net("api/me").then((response) => response.status < 500, () => false);
  if (reached) again();
  else setTimeout(look, delay);
  delay = Math.min(delay * 1.5, 60_000);
}

if (globalThis.caches) show();
