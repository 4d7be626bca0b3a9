// The site's answers in the browser: nothing typed is lost, the server's revisions decide, people do not mix.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const text = readFileSync(new URL("../../src/hocvuso/site/static/answers.js", import.meta.url), "utf8");
const { Answers, isAnswered } = await import(`data:text/javascript,${encodeURIComponent(text)}`);

const QUESTION = { id: "q", type: "choice" };

class Storage {
  constructor() {
    this.kept = new Map();
  }
  get length() {
    return this.kept.size;
  }
  key(n) {
    return [...this.kept.keys()][n] ?? null;
  }
  getItem(key) {
    return this.kept.get(key) ?? null;
  }
  setItem(key, value) {
    this.kept.set(key, String(value));
  }
  removeItem(key) {
    this.kept.delete(key);
  }
}

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
      return reply(200, { learner: this.learner, answers: revision ? { q: { answer, revision } } : {} });
    }
    const edit = JSON.parse(body);
    const edited = this.now - edit.age_ms;
    if (edit.seen > revision) return reply(409, { conflict: "unknown-revision", revision, current: answer });
    const late = edit.seen < revision;
    if (late && edited <= this.edited) return reply(409, { conflict: "kept-other", revision, current: answer });
    Object.assign(this, { answer: edit.answer, revision: revision + 1, edited });
    return reply(200, { conflict: late ? "kept-yours" : null, revision: this.revision, current: edit.answer });
  };
}

const reply = (status, body, headers = {}) => ({
  ok: status < 300,
  status,
  headers: { get: (name) => headers[name] ?? null },
  json: async () => body,
});

function page(server, { storage = new Storage(), session = new Storage() } = {}) {
  const answers = new Answers({
    edition: "t14-05",
    net: server.fetch,
    tell: (message) => message,
    storage,
    session,
    now: () => server.now,
    timer: () => 0, // the test itself says when to flush
  });
  return { answers, model: answers.model(QUESTION), storage, session };
}

function choose(model, answer) {
  model.set("answer", answer);
  model.save_changes();
}

test("an answer is sent with the revision that was seen and its age", async () => {
  const server = new Server();
  const { answers, model, storage } = page(server);
  assert.equal(model.get("locked"), true);
  await answers.load();
  assert.equal(model.get("locked"), false);
  choose(model, "a");
  assert.equal(model.get("status"), "Đang lưu…");
  server.now += 5000;
  assert.equal(await answers.flush(), true);
  assert.deepEqual(server.log.at(-1), ["PUT", "api/answers/t14-05/q", { answer: "a", seen: 0, age_ms: 5000 }]);
  assert.equal(model.get("status"), "Đã lưu");
  assert.equal(storage.length, 0);
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
    assert.notEqual(before.model.get("status"), "Đã lưu");
    assert.equal(before.storage.length, 1);
    server.status = null;
    const after = page(server, before);
    await after.answers.load();
    assert.equal(server.answer, "b");
    assert.equal(after.model.get("answer"), "b");
    assert.equal(after.storage.length, 0);
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
  const { answers, model, storage } = page(server);
  await answers.load();
  server.status = 400;
  choose(model, "z");
  assert.equal(await answers.flush(), true);
  assert.equal(storage.length, 0);
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
  assert.equal(storage.length, 0);
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
  const { answers, model, storage } = page(server);
  const waits = [];
  answers.timer = (_, wait) => waits.push(wait);
  await answers.load();
  choose(model, "a");
  server.status = 429;
  server.retryAfter = "7";
  assert.equal(await answers.flush(), false);
  assert.equal(waits.at(-1), 7000);
  assert.equal(storage.length, 1);
  assert.match(model.get("status"), /được giữ trên thiết bị này/);
  server.status = null;
  assert.equal(await answers.flush(), true);
  assert.equal(server.answer, "a");
});
