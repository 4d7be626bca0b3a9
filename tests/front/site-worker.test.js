// The worker from one version of the site to the next: what a device uses is kept at its new address, or nothing changes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const SCRIPT = readFileSync(new URL("../../src/hocvuso/site/static/sw.js", import.meta.url), "utf8");
const HOST = "https://hoc.example";
const BASE = "/hoc/";

const urlOf = (asked) => new URL(asked.url ?? asked, HOST).href;

class Cache {
  kept = new Map();
  match = async (asked, { ignoreSearch = false } = {}) => {
    const bare = (url) => (ignoreSearch ? url.split("?")[0] : url);
    const found = [...this.kept].find(([url]) => bare(url) === bare(urlOf(asked)));
    return found?.[1].clone();
  };
  put = async (asked, response) => void this.kept.set(urlOf(asked), response);
  keys = async () => [...this.kept.keys()].map((url) => ({ url }));
}

// A device's storage, which lasts from one worker to the next.
class Caches {
  all = new Map();
  open = async (name) => this.all.get(name) ?? this.all.set(name, new Cache()).get(name);
  keys = async () => [...this.all.keys()];
  delete = async (name) => this.all.delete(name);
  match = async (asked, { cacheName } = {}) => {
    const names = cacheName ? [cacheName] : await this.keys();
    const found = await Promise.all(names.map(async (name) => this.all.get(name)?.match(asked)));
    return found.find(Boolean);
  };
}

function answer(url) {
  const kind = url.includes("/bai/") ? "text/html" : "text/javascript";
  const response = new Response(`content of ${url}`, { headers: { "Content-Type": kind } });
  Object.defineProperty(response, "type", { value: "basic" });
  return response;
}

// The worker of one version; `broken` is a file that the network does not give.
function worker(caches, version, { broken = "" } = {}) {
  const listeners = new Map();
  const files = Object.fromEntries(
    ["lesson.css", "site.js", "result.js"].map((name) => [name, `${BASE}static/${name}?v=${version}`]),
  );
  const self = {
    addEventListener: (kind, listener) => listeners.set(kind, listener),
    skipWaiting: async () => null,
    clients: { claim: async () => null },
  };
  const fetch = async (url) => {
    if (broken && urlOf(url).includes(broken)) throw new TypeError("no network");
    return answer(urlOf(url));
  };
  const given = { VERSION: version, BASE, FILES: files, STAND_INS: { vi: "không mạng", en: "no network" }, POLICY: "p" };
  const context = { ...given, self, caches, fetch, location: new URL(HOST), URL, Response, setTimeout };
  vm.runInNewContext(SCRIPT, context);
  const fire = async (kind, event = {}) => {
    const waits = [];
    listeners.get(kind)({ ...event, waitUntil: (wait) => waits.push(wait) });
    await Promise.all(waits);
  };
  return { fire };
}

const shells = async (caches) => (await caches.keys()).filter((name) => name.startsWith("hv-shell-"));
const standIn = async (caches) => (await caches.match(`${BASE}khong-mang`))?.text();

async function used(caches) {
  const first = worker(caches, "v1");
  await first.fire("install");
  await first.fire("activate");
  await first.fire("message", {
    data: { keep: [`${HOST}${BASE}static/result.js?v=v1`, `${HOST}${BASE}bai/t14-05`], lang: "en" },
  });
}

test("what a device uses is kept, and the page for no network in its reader's language", async () => {
  const caches = new Caches();
  await used(caches);
  const shell = await caches.open("hv-shell-v1");
  for (const name of ["lesson.css", "site.js", "result.js"]) {
    assert.ok(await shell.match(`${BASE}static/${name}?v=v1`), name);
  }
  assert.equal(await standIn(caches), "no network");
});

test("the next version takes over what the device used, and the earlier one's files go", async () => {
  const caches = new Caches();
  await used(caches);
  const next = worker(caches, "v2");
  await next.fire("install");
  assert.deepEqual(await shells(caches), ["hv-shell-v1", "hv-shell-v2"], "both until the new one takes over");
  await next.fire("activate");
  assert.deepEqual(await shells(caches), ["hv-shell-v2"]);
  const shell = await caches.open("hv-shell-v2");
  assert.ok(await shell.match(`${BASE}static/result.js?v=v2`), "used before, not needed by every page");
  assert.equal(await standIn(caches), "no network", "still in the reader's language");
  const lesson = await caches.match(`${BASE}bai/t14-05`, { cacheName: "hv-pages" });
  assert.match(await lesson.text(), /t14-05/, "opened lessons stay");
});

test("a version that can't be fetched whole changes nothing", async () => {
  const caches = new Caches();
  await used(caches);
  const next = worker(caches, "v2", { broken: "site.js" });
  await assert.rejects(next.fire("install"), /no network/);
  const shell = await caches.open("hv-shell-v1");
  assert.ok(await shell.match(`${BASE}static/site.js?v=v1`));
  assert.equal(await standIn(caches), "no network");
});
