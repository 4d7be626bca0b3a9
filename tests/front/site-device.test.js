// What a browser does beside the page: it sends what waits, hands in later, and signs out without losing or showing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Storage, load } from "./site-parts.js";

const { Answers } = await load("answers");
const { Device, PAGES, UNSURE } = await load("device");
const { Kept } = await load("kept");

const TAG = "tag-a";
const PATH = "bai/t14-05/nop";

// The site, as far as these tests ask it: one learner, every edit is taken.
class Site {
  constructor() {
    Object.assign(this, { learner: TAG, away: false, submit: 201, saved: [], handedIn: [] });
  }

  net = async (path, { method = "GET", learner, body } = {}) => {
    if (this.away) throw new TypeError("no network");
    if (learner && learner !== this.learner) return reply(403, { error: "" });
    if (method === "GET") return reply(200, { learner: this.learner, answers: {} });
    if (method === "PUT") {
      this.saved.push([path, JSON.parse(body).answer]);
      return reply(200, { revision: 1, conflict: null, current: null });
    }
    if (this.submit === 201) this.handedIn.push(path);
    return reply(this.submit, { result: "/ket-qua", error: "không được" });
  };
}

const reply = (status, body) => ({ ok: status < 300, status, headers: { get: () => null }, json: async () => body });

class Caches {
  names = new Set([PAGES]);
  has = async (name) => this.names.has(name);
  open = async (name) => this.names.add(name);
  delete = async (name) => this.names.delete(name);
}

function browser(site) {
  const kept = new Kept(new Storage());
  const news = [];
  const posted = [];
  const caches = new Caches();
  const tell = (message) => message;
  const device = new Device({
    kept,
    net: site.net,
    answersOf: async (edition) =>
      new Answers({ edition, net: site.net, tell, kept, confirm: (tag) => device.confirm(tag), timer: () => 0 }),
    told: (it) => news.push(it),
    channel: { postMessage: (it) => posted.push(it) },
    caches,
    timer: () => 0,
  });
  device.confirm(TAG);
  return { device, kept, news, posted, caches };
}

function leaveBehind(kept) {
  kept.keepUnsent(TAG, "t14-05", "q", { answer: "a", seen: 0, at: Date.now() });
  kept.keepUnsent(TAG, "t20-01", "r", { answer: "b", seen: 0, at: Date.now() });
  kept.keepWish(TAG, "t14-05", PATH);
}

test("what waits from any lesson is sent, and only then is a lesson handed in, once", async () => {
  const site = new Site();
  const { device, kept, news, posted } = browser(site);
  leaveBehind(kept);
  site.away = true;
  await device.send();
  assert.deepEqual([site.saved, site.handedIn, kept.waiting(TAG).answers], [[], [], 2]);
  site.away = false;
  await device.send();
  await device.send();
  assert.deepEqual(site.saved, [["api/answers/t14-05/q", "a"], ["api/answers/t20-01/r", "b"]]);
  assert.deepEqual(site.handedIn, [PATH]);
  assert.deepEqual(news, [{ handedIn: "t14-05", result: "/ket-qua" }]);
  assert.deepEqual(posted.filter((it) => it.handedIn), news);
  assert.equal(kept.waiting(TAG).editions.size, 0);
});

for (const [status, stays] of [[503, true], [429, true], [401, true], [409, false]]) {
  test(`handing in later: ${status} ${stays ? "is tried again" : "is told, and not tried for ever"}`, async () => {
    const site = new Site();
    const { device, kept, news } = browser(site);
    leaveBehind(kept);
    site.submit = status;
    await device.send();
    assert.equal(kept.wish(TAG, "t14-05") !== null, stays);
    assert.deepEqual(news, stays ? [] : [{ refused: "t14-05", error: "không được" }]);
  });
}

test("signing out with a network sends first and asks nothing", async () => {
  const site = new Site();
  const { device, kept, posted, caches } = browser(site);
  leaveBehind(kept);
  assert.equal(await device.signOut(() => assert.fail("nothing to decide")), "told");
  assert.equal(site.saved.length, 2);
  assert.deepEqual([kept.learner, kept.left, kept.untold], [null, true, false]);
  assert.deepEqual([caches.names.has(PAGES), posted.at(-1)], [false, { left: true }]);
});

for (const [choice, outcome, answers] of [["stay", "stayed", 2], ["keep", "untold", 2], ["discard", "untold", 0]]) {
  test(`signing out without a network: ${choice}`, async () => {
    const site = new Site();
    const { device, kept, caches } = browser(site);
    leaveBehind(kept);
    kept.keepCopy(TAG, "t14-05", { q: { answer: "secret", revision: 1, edited: "" } });
    site.away = true;
    assert.equal(await device.signOut(async () => choice), outcome);
    assert.equal(kept.waiting(TAG).answers, answers);
    const gone = outcome !== "stayed";
    assert.deepEqual([kept.learner === null, kept.untold, !caches.names.has(PAGES)], [gone, gone, gone]);
    assert.deepEqual(Object.keys(kept.copy(TAG, "t14-05")), gone ? [] : ["q"]);
    site.away = false;
    await device.send();
    assert.equal(site.saved.length, gone ? 0 : 2);
  });
}

test("another learner finds no copy and sends nothing of the one before", async () => {
  const site = new Site();
  const { device, kept, caches } = browser(site);
  leaveBehind(kept);
  kept.keepCopy(TAG, "t14-05", { q: { answer: "secret", revision: 1, edited: "" } });
  site.learner = "tag-b";
  device.confirm("tag-b");
  await device.send();
  assert.deepEqual([site.saved, kept.copy(TAG, "t14-05"), caches.names.has(PAGES)], [[], {}, false]);
  assert.equal(kept.waiting(TAG).answers, 2);
  site.learner = TAG;
  device.confirm(TAG);
  await device.send();
  assert.equal(site.saved.length, 2);
});

test("the remembered learner is shown only where a worker watches and nobody is signing in", async () => {
  const { device, kept, caches } = browser(new Site());
  assert.equal(await device.trusted(true), true);
  assert.equal(await device.trusted(false), false);
  await caches.open(UNSURE);
  assert.equal(await device.trusted(true), false);
  device.confirm(TAG);
  assert.equal(await device.trusted(true), true);
  device.doubt();
  assert.equal(await device.trusted(true), false);
  device.confirm(TAG);
  kept.leave({ told: true });
  assert.equal(await device.trusted(true), false);
});

test("tabs hear of each other: signed out, somebody else, handed in", () => {
  const { device, news } = browser(new Site());
  const hear = (data) => device.channel.onmessage({ data });
  hear({ who: TAG });
  assert.deepEqual(news, []);
  hear({ handedIn: "t14-05", result: "/x" });
  hear({ send: true });
  hear({ who: "tag-b" });
  hear({ left: true });
  assert.deepEqual(news, [{ handedIn: "t14-05", result: "/x" }, { send: true }, { other: true }, { left: true }]);
});
