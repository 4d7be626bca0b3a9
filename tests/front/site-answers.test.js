// The site's answers in the browser: nothing typed is lost, the server's revisions decide, people do not mix.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Storage, load } from "./site-parts.js";

const { Answers, isAnswered, timeOf } = await load("answers");
const { Kept } = await load("kept");

const QUESTION = { id: "q", type: "choice" };

// A server as the contract describes it: one learner, one question, revisions.
class Server {
  constructor(learner = "tag-a") {
    Object.assign(this, { learner, answer: null, revision: 0, edited: 0, status: null, log: [], now: 1_000_000 });
  }

  fetch = async (path, { method = "GET", body } = {}) => {
    this.log.push([method, path, body && JSON.parse(body)]);
    if (this.status === "offline") throw new TypeError("no network");
    if (this.status) return reply(this.status, { error: "" }, { "Retry-After": this.retryAfter });
    const { answer, revision } = this;
    if (method === "GET") {
      const edited = new Date(this.edited).toISOString();
      return reply(200, { learner: this.learner, answers: revision ? { q: { answer, revision, edited } } : {} });
    }
    const edit = JSON.parse(body);
    const edited = this.now - edit.age_ms;
    if (edit.seen > revision) return reply(409, { conflict: "unknown-revision", revision, current: answer });
    const late = edit.seen < revision;
    if (late && edited <= this.edited) return reply(409, { conflict: "kept-other", revision, current: answer });
    Object.assign(this, { answer: edit.answer, revision: revision + 1, edited });
    const headers = { Date: new Date(this.now).toUTCString() };
    return reply(200, { conflict: late ? "kept-yours" : null, revision: this.revision, current: edit.answer }, headers);
  };
}

const reply = (status, body, headers = {}) => ({
  ok: status < 300,
  status,
  headers: { get: (name) => headers[name] ?? null },
  json: async () => body,
});

function page(server, { storage = new Storage(), trusted = false } = {}) {
  const kept = new Kept(storage);
  const answers = new Answers({
    edition: "t14-05",
    net: server.fetch,
    tell: (message, fields = {}) => message.replace(/\{(\w+)\}/g, (whole, name) => String(fields[name] ?? whole)),
    kept,
    trusted: async () => trusted && kept.learner !== null,
    now: () => server.now,
    timer: () => 0, // the test itself says when to flush
  });
  return { answers, model: answers.model(QUESTION), storage, kept };
}

const unsent = ({ kept }) => kept.waiting("tag-a").answers;

function choose(model, answer) {
  model.set("answer", answer);
  model.save_changes();
}

test("an answer is sent with the revision that was seen and its age", async () => {
  const server = new Server();
  const { answers, model, kept } = page(server);
  assert.equal(model.get("locked"), true);
  await answers.load();
  assert.equal(model.get("locked"), false);
  choose(model, "a");
  assert.equal(model.get("status"), "Đang lưu…");
  server.now += 5000;
  assert.equal(await answers.flush(), true);
  assert.deepEqual(server.log.at(-1), ["PUT", "api/answers/t14-05/q", { answer: "a", seen: 0, age_ms: 5000 }]);
  assert.equal(model.get("status"), `Đã lưu lúc ${timeOf(server.now, server.now)}`);
  assert.equal(unsent({ kept }), 0);
  choose(model, "b");
  await answers.flush();
  assert.equal(server.log.at(-1)[2].seen, 1);
});

for (const status of ["offline", 500, 507, 401, 403]) {
  test(`what could not be sent (${status}) survives a reload and is sent later`, async () => {
    const server = new Server();
    const before = page(server);
    await before.answers.load();
    server.status = status;
    choose(before.model, "b");
    assert.equal(await before.answers.flush(), false);
    assert.doesNotMatch(before.model.get("status"), /^Đã lưu/);
    assert.equal(unsent(before), 1);
    server.status = null;
    const after = page(server, before);
    await after.answers.load();
    assert.equal(server.answer, "b");
    assert.equal(after.model.get("answer"), "b");
    assert.equal(unsent(after), 0);
  });
}

test("a page opened without network can be filled in, and sends when the network is back", async () => {
  const server = new Server();
  server.status = "offline";
  const { answers, model } = page(server);
  await answers.load();
  assert.equal(model.get("locked"), false);
  choose(model, "a");
  server.status = null;
  await answers.flush();
  assert.equal(server.answer, "a");
});

test("a newer edit of another device is shown, an older one gives way", async () => {
  const server = new Server();
  const phone = page(server);
  const desk = page(server);
  await phone.answers.load();
  await desk.answers.load();
  choose(phone.model, "a");
  server.now += 1000;
  choose(desk.model, "b");
  await desk.answers.flush();
  await phone.answers.flush();
  assert.equal(server.answer, "b");
  assert.equal(phone.model.get("answer"), "b");
  assert.match(phone.model.get("status"), /^Thiết bị khác đã sửa câu trả lời này sau/);
  server.now += 1000;
  choose(phone.model, "c");
  await phone.answers.flush();
  assert.equal(server.answer, "c");
  server.now += 1000;
  choose(desk.model, "d");
  await desk.answers.flush();
  assert.equal(server.answer, "d");
  assert.match(desk.model.get("status"), /^Thiết bị khác đã sửa câu trả lời này\. /);
});

test("a server set back to an older state takes the answer all the same", async () => {
  const server = new Server();
  const { answers, model } = page(server);
  await answers.load();
  choose(model, "a");
  await answers.flush();
  Object.assign(server, { answer: null, revision: 0 });
  choose(model, "b");
  assert.equal(await answers.flush(), true);
  assert.equal(server.answer, "b");
});

test("an edit made while the last one is on its way is sent too", async () => {
  const server = new Server();
  const { answers, model } = page(server);
  await answers.load();
  choose(model, "a");
  const sending = answers.flush();
  choose(model, "b");
  await sending;
  await answers.flush();
  assert.equal(server.answer, "b");
  assert.equal(server.revision, 2);
});

test("an answer that the server refuses is not sent for ever", async () => {
  const server = new Server();
  const { answers, model, kept } = page(server);
  await answers.load();
  server.status = 400;
  choose(model, "z");
  assert.equal(await answers.flush(), true);
  assert.equal(unsent({ kept }), 0);
  assert.equal(answers.refused, 1);
  assert.match(model.get("status"), /chưa đúng dạng/);
});

test("two people on one device do not mix", async () => {
  const server = new Server("tag-a");
  const first = page(server);
  await first.answers.load();
  server.status = "offline";
  choose(first.model, "a");
  await first.answers.flush();
  Object.assign(server, { status: null, learner: "tag-b" });
  const second = page(server, first);
  await second.answers.load();
  assert.equal(server.answer, null);
  assert.equal(second.model.get("answer"), null);
  server.learner = "tag-a";
  const again = page(server, first);
  await again.answers.load();
  assert.equal(server.answer, "a");
});

test("damaged storage is thrown away", async () => {
  const server = new Server();
  const storage = new Storage();
  storage.setItem("hv:tag-a:t14-05:q", "{");
  storage.setItem("hv:tag-a:t14-05:other", '{"answer": 1}');
  const { answers } = page(server, { storage });
  await answers.load();
  assert.deepEqual([...storage.kept.keys()].filter((key) => key.startsWith("hv:")), []);
  assert.equal(server.revision, 0);
});

test("what counts as answered", () => {
  const classify = { items: { x: "", y: "" } };
  for (const empty of [null, undefined, "", "  ", []]) assert.equal(isAnswered({}, empty), false);
  for (const full of ["a", 0, ["a"]]) assert.equal(isAnswered({}, full), true);
  assert.equal(isAnswered(classify, { x: "g" }), false);
  assert.equal(isAnswered(classify, { x: "g", y: "g" }), true);
});

test("a server that says when to ask again is asked then, and the answer is kept till then", async () => {
  const server = new Server();
  const { answers, model, kept } = page(server);
  const waits = [];
  answers.timer = (_, wait) => waits.push(wait);
  await answers.load();
  choose(model, "a");
  server.status = 429;
  server.retryAfter = "7";
  assert.equal(await answers.flush(), false);
  assert.equal(waits.at(-1), 7000);
  assert.equal(unsent({ kept }), 1);
  assert.match(model.get("status"), /được giữ trên thiết bị này/);
  server.status = null;
  assert.equal(await answers.flush(), true);
  assert.equal(server.answer, "a");
});

test("when it was saved: the server's time, in the reader's zone, also after a reload; said aloud only once", async () => {
  const server = new Server();
  const before = page(server);
  await before.answers.load();
  choose(before.model, "a");
  assert.equal(before.model.get("quiet"), true);
  await before.answers.flush();
  assert.equal(before.model.get("quiet"), false);
  assert.equal(before.answers.progress().saved, server.now);
  server.now += 48 * 3600 * 1000;
  const after = page(server, before);
  await after.answers.load();
  assert.equal(after.model.get("status"), `Đã lưu lúc ${timeOf(server.edited, server.now)}`);
  assert.match(after.model.get("status"), /\d\d:\d\d \d\d\/\d\d\/\d{4}$/);
  assert.equal(after.model.get("quiet"), true);
  const noon = new Date(2026, 10, 22, 10, 32);
  assert.equal(timeOf(noon, noon), "10:32");
  assert.equal(timeOf(noon, new Date(2026, 10, 23, 0, 1)), "10:32 22/11/2026");
});

test("opened without a network: what the site had and what waits is there, and is sent later", async () => {
  const server = new Server();
  const before = page(server);
  await before.answers.load();
  choose(before.model, "a");
  await before.answers.flush();
  server.status = "offline";
  const reopened = page(server, { storage: before.storage, trusted: true });
  await reopened.answers.load();
  assert.equal(reopened.model.get("answer"), "a");
  assert.match(reopened.model.get("status"), /^Đã lưu lúc/);
  choose(reopened.model, "b");
  const again = page(server, { storage: before.storage, trusted: true });
  await again.answers.load();
  assert.equal(again.model.get("answer"), "b");
  assert.match(again.model.get("status"), /^Mất mạng/);
  server.status = null;
  assert.equal(await again.answers.flush(), true);
  assert.equal(server.answer, "b");
});

test("nothing of the remembered person is shown before the site or the worker vouches for them", async () => {
  const server = new Server();
  const before = page(server);
  await before.answers.load();
  choose(before.model, "a");
  await before.answers.flush();
  for (const status of ["offline", 503]) {
    server.status = status;
    const stranger = page(server, before);
    await stranger.answers.load();
    assert.equal(stranger.model.get("answer"), null);
    assert.equal(stranger.model.get("status"), "");
  }
  server.status = 401;
  const signedOut = page(server, { storage: before.storage, trusted: true });
  await signedOut.answers.load();
  assert.equal(signedOut.model.get("answer"), null);
  assert.equal(signedOut.model.get("locked"), true);
});

test("after signing out a lesson is locked and empty; unsent answers come back to their owner only", async () => {
  const server = new Server();
  const { answers, model, storage, kept } = page(server);
  await answers.load();
  server.status = "offline";
  choose(model, "a");
  await answers.flush();
  kept.leave({ told: false });
  answers.leave();
  assert.deepEqual([model.get("answer"), model.get("locked"), kept.learner], [null, true, null]);
  assert.equal(await answers.flush(), false);
  const offline = page(server, { storage, trusted: true });
  await offline.answers.load();
  assert.deepEqual([offline.model.get("answer"), offline.model.get("locked")], [null, true]);
  server.status = null;
  const owner = page(server, { storage });
  await owner.answers.load();
  assert.equal(server.answer, "a");
  assert.equal(owner.model.get("locked"), false);
});

test("a page whose learner was replaced by another asks who it is before it sends again", async () => {
  const server = new Server();
  const { answers, model, storage } = page(server);
  await answers.load();
  server.status = 403; // the site refuses what another learner's page sends
  choose(model, "a");
  await answers.flush();
  Object.assign(server, { status: null, learner: "tag-b" });
  await answers.flush();
  assert.equal(server.answer, null);
  assert.equal(model.get("answer"), null);
  assert.equal(new Kept(storage).waiting("tag-a").answers, 1);
});

for (const [name, setItem] of [["full", () => { throw new Error("QuotaExceededError"); }], ["forbidden", null]]) {
  test(`storage ${name}: the page says that it must stay open, and sends all the same`, async () => {
    const server = new Server();
    const storage = setItem ? Object.assign(new Storage(), { setItem }) : null;
    const { answers, model } = page(server, { storage });
    await answers.load();
    server.status = "offline";
    choose(model, "a");
    await answers.flush();
    assert.match(model.get("status"), /đừng đóng trang này/);
    assert.equal(answers.progress().onlyHere, 1);
    server.status = null;
    assert.equal(await answers.flush(), true);
    assert.equal(server.answer, "a");
    assert.equal(answers.progress().onlyHere, 0);
  });
}

test("an unsent answer is worth more room than a copy of sent ones", async () => {
  const server = new Server();
  const { answers, model, storage, kept } = page(server);
  await answers.load();
  choose(model, "a");
  await answers.flush();
  const { setItem } = Storage.prototype;
  storage.setItem = (key, value) => {
    if ([...storage.kept.keys()].some((other) => other.startsWith("hv-book:"))) throw new Error("QuotaExceededError");
    setItem.call(storage, key, value);
  };
  server.status = "offline";
  choose(model, "b");
  assert.equal(unsent({ kept }), 1);
  assert.equal(answers.progress().onlyHere, 0);
});

test("a reload while an answer is on its way sends it again, and nobody is told of a conflict", async () => {
  const server = new Server();
  const before = page(server);
  await before.answers.load();
  choose(before.model, "a");
  const sent = before.answers.flush();
  const kept = new Map(before.storage.kept); // as the page is torn down before the reply
  await sent;
  before.storage.kept = kept;
  server.now += 10;
  const after = page(server, before);
  await after.answers.load();
  assert.equal(after.model.get("answer"), "a");
  assert.equal(unsent(after), 0);
});

test("many answers at once do not ask to outlive the page: a browser would refuse them", async () => {
  const server = new Server();
  const flags = [];
  const answers = new Answers({
    edition: "t14-05",
    net: async (path, options = {}) => {
      if (options.method) flags.push(options.keepalive);
      return server.fetch(path, options);
    },
    tell: (message) => message,
    kept: new Kept(new Storage()),
    now: () => server.now,
    timer: () => 0,
  });
  const models = ["q", "r", "s"].map((id) => answers.model({ ...QUESTION, id }));
  await answers.load();
  for (const model of models) choose(model, "a");
  await answers.flush();
  assert.deepEqual([...new Set(flags)], [false]);
});
