// A learner's answers in the browser. Promises: what was typed is never lost (kept in this browser's storage until
// the server has it), the server's revisions decide between devices, and a front end sees one plain model.
//
// A model follows anywidget's contract: get, set, save_changes, on, off.

const DEBOUNCE = 400;
const SLOWEST = 60_000;
const OLDEST = 366 * 24 * 3600 * 1000;

export function isAnswered(question, answer) {
  if (answer === null || answer === undefined) return false;
  if (typeof answer === "string") return answer.trim() !== "";
  if (Array.isArray(answer)) return answer.length > 0;
  if (typeof answer === "object") {
    const wanted = question.items ? Object.keys(question.items).length : 1;
    return Object.keys(answer).length >= Math.max(wanted, 1);
  }
  return true;
}

// Of "429 Too Many Requests": in milliseconds, when the server wants to be asked again.
function wantedDelay(response, otherwise) {
  const seconds = Number(response.headers?.get("Retry-After"));
  return seconds > 0 ? Math.max(seconds * 1000, otherwise) : otherwise;
}

class Model {
  constructor(values, onSave) {
    this.values = values;
    this.listeners = new Map();
    this.onSave = onSave;
    this.dirty = false;
  }

  get(key) {
    return this.values[key];
  }

  set(key, value) {
    if (JSON.stringify(this.values[key]) === JSON.stringify(value)) return;
    this.values[key] = value;
    if (key === "answer") this.dirty = true;
    this.emit(`change:${key}`);
    this.emit("change");
  }

  save_changes() {
    if (!this.dirty) return;
    this.dirty = false;
    this.onSave(this.values.answer);
  }

  on(event, callback) {
    if (!this.listeners.has(event)) this.listeners.set(event, new Set());
    this.listeners.get(event).add(callback);
  }

  off(event, callback) {
    if (event === undefined || event === null) this.listeners.clear();
    else if (callback) this.listeners.get(event)?.delete(callback);
    else this.listeners.delete(event);
  }

  emit(event) {
    for (const callback of [...(this.listeners.get(event) ?? [])]) callback();
  }

  // What comes from the server or another tab: shown, and not sent back.
  show(values) {
    for (const [key, value] of Object.entries(values)) this.set(key, value);
    this.dirty = false;
  }
}

export class Answers {
  // `net(path, options)` is fetch with the site's address and XSRF token; `tell(message, fields)` the catalogue.
  constructor({ edition, net, tell, messages = {}, storage, session, channel, now, timer }) {
    Object.assign(this, { edition, net, tell, messages, storage, session, openChannel: channel });
    this.now = now ?? (() => Date.now());
    this.timer = timer ?? ((action, wait) => setTimeout(action, wait));
    this.entries = new Map();
    this.watchers = new Set();
    this.trouble = null; // null, "offline", "server", "full" or "signed-out"
    this.loaded = false;
    this.delay = 1000;
    this.learner = this.#remembered();
  }

  // ---- what front ends and the page use

  model(question, { locked = false } = {}) {
    const entry = this.#entry(question.id);
    if (!entry.model) {
      entry.question = question;
      entry.fixed = locked;
      entry.model = new Model(
        {
          question,
          answer: entry.pending ? entry.pending.answer : entry.answer,
          locked: locked || !this.loaded,
          feedback: null,
          messages: this.messages,
          status: this.loaded ? "" : this.tell("Đang tải câu trả lời…"),
        },
        (answer) => this.#edit(question.id, answer),
      );
      this.#changed();
    }
    return entry.model;
  }

  progress() {
    const asked = [...this.entries.values()].filter((entry) => entry.model);
    const done = asked.filter((entry) => isAnswered(entry.question, entry.model.get("answer")));
    return { n: done.length, all: asked.length, unsent: this.#waiting().length };
  }

  watch(callback) {
    this.watchers.add(callback);
  }

  async load() {
    let body = null;
    try {
      const response = await this.net(`api/answers/${this.edition}`);
      if (response.ok) body = await response.json();
      else this.#inTrouble(response.status);
    } catch {
      this.trouble = "offline";
    }
    if (body) {
      this.trouble = null;
      this.#knowLearner(body.learner);
      for (const [id, kept] of Object.entries(body.answers)) this.#adopt(id, kept.answer, kept.revision);
    }
    this.loaded = body !== null;
    this.#readQueue();
    for (const entry of this.entries.values()) {
      entry.model?.show({ locked: entry.fixed, status: entry.pending ? this.#excuse() : "" });
    }
    this.#changed();
    if (!body) this.#later();
    else await this.flush();
    return body !== null;
  }

  // Send everything that waits; true when nothing is left.
  async flush() {
    if (!this.loaded) return this.entries.size > 0 && (await this.load());
    await Promise.all(this.#waiting().map((id) => this.#send(id)));
    if (this.#waiting().length > 0) this.#later();
    return this.#waiting().length === 0;
  }

  // ---- inside

  #entry(id) {
    if (!this.entries.has(id)) {
      this.entries.set(id, { answer: null, revision: 0, pending: null, sending: null, soon: 0, model: null });
    }
    return this.entries.get(id);
  }

  #waiting() {
    return [...this.entries].filter(([, entry]) => entry.pending).map(([id]) => id);
  }

  #edit(id, answer) {
    const entry = this.#entry(id);
    const seen = entry.pending ? entry.pending.seen : entry.revision;
    entry.pending = { answer, seen, at: this.now() };
    this.#remember(id);
    entry.model?.show({ status: this.trouble ? this.#excuse() : this.tell("Đang lưu…") });
    this.#changed();
    clearTimeout(entry.soon);
    entry.soon = this.timer(() => this.flush(), DEBOUNCE);
  }

  #send(id) {
    const entry = this.#entry(id);
    entry.sending ??= this.#put(id, entry).finally(() => {
      entry.sending = null;
    });
    return entry.sending;
  }

  async #put(id, entry) {
    for (let tries = 0; entry.pending && tries < 5; tries += 1) {
      const sent = entry.pending;
      const age = Math.min(Math.max(Math.round(this.now() - sent.at), 0), OLDEST);
      let response;
      let body;
      try {
        response = await this.net(`api/answers/${this.edition}/${id}`, {
          method: "PUT",
          keepalive: true,
          body: JSON.stringify({ answer: sent.answer, seen: sent.seen, age_ms: age }),
        });
        body = await response.json();
      } catch {
        this.#inTrouble(0);
        return;
      }
      if (!(response.ok || response.status === 409 || [400, 404, 413, 415].includes(response.status))) {
        if (response.status === 429) this.delay = wantedDelay(response, this.delay);
        this.#inTrouble(response.status);
        return;
      }
      this.#settled(id, entry, sent, response.status, body);
    }
  }

  #settled(id, entry, sent, status, body) {
    this.trouble = null;
    this.delay = 1000;
    const unchanged = entry.pending === sent;
    if (status === 409 && body.conflict === "unknown-revision") {
      entry.pending = { ...entry.pending, seen: body.revision };
      this.#remember(id);
      return;
    }
    if (status >= 400 && status !== 409) {
      if (unchanged) this.#done(id, entry, "Câu trả lời này chưa được lưu vì chưa đúng dạng hoặc quá dài. Hãy sửa lại.");
      return;
    }
    entry.revision = body.revision;
    if (!unchanged) {
      entry.pending = { ...entry.pending, seen: body.revision };
      this.#remember(id);
      return;
    }
    const other = body.conflict === "kept-other";
    entry.answer = other ? body.current : sent.answer;
    const notes = {
      "kept-other": "Thiết bị khác đã sửa câu trả lời này sau anh/chị. Câu trả lời mới hơn đó được giữ và đang hiện ở đây.",
      "kept-yours": "Thiết bị khác đã sửa câu trả lời này. Câu trả lời ở đây mới hơn nên được giữ.",
    };
    this.#done(id, entry, notes[body.conflict] ?? "Đã lưu");
    if (other) entry.model?.show({ answer: entry.answer });
    this.channel?.postMessage({ id, answer: entry.answer, revision: entry.revision });
  }

  #done(id, entry, message) {
    entry.pending = null;
    this.storage?.removeItem(this.#key(id));
    entry.model?.show({ status: this.tell(message) });
    this.#changed();
  }

  #inTrouble(status) {
    this.trouble = { 0: "offline", 401: "signed-out", 403: "signed-out", 507: "full" }[status] ?? "server";
    for (const id of this.#waiting()) this.entries.get(id).model?.show({ status: this.#excuse() });
    this.#changed();
  }

  #excuse() {
    return this.tell(
      {
        full: "Máy chủ hết chỗ lưu. Câu trả lời được giữ trên thiết bị này và sẽ tự gửi lại; hãy báo người vận hành.",
        "signed-out": "Hãy đăng nhập lại. Câu trả lời được giữ trên thiết bị này và sẽ tự gửi sau khi đăng nhập.",
        server: "Máy chủ chưa lưu được; câu trả lời được giữ trên thiết bị này và sẽ tự gửi lại.",
      }[this.trouble] ?? "Mất mạng: câu trả lời được giữ trên thiết bị này và sẽ tự gửi khi có mạng.",
    );
  }

  #later() {
    clearTimeout(this.retry);
    this.retry = this.timer(() => this.flush(), this.delay);
    this.delay = Math.min(this.delay * 2, SLOWEST);
  }

  #adopt(id, answer, revision) {
    const entry = this.#entry(id);
    if (revision < entry.revision) return;
    Object.assign(entry, { answer, revision });
    if (!entry.pending) entry.model?.show({ answer });
  }

  #changed() {
    for (const watcher of this.watchers) watcher(this);
  }

  // ---- this browser's storage: one entry per unsent answer, under the learner's tag

  #remembered() {
    try {
      return this.session?.getItem("hv-learner") ?? null;
    } catch {
      return null;
    }
  }

  #knowLearner(tag) {
    if (this.learner && this.learner !== tag) {
      // somebody else signed in meanwhile: what waits here is not theirs and stays under its owner's tag
      for (const entry of this.entries.values()) {
        Object.assign(entry, { pending: null, answer: null, revision: 0 });
        entry.model?.show({ answer: null });
      }
    }
    this.learner = tag;
    try {
      this.session?.setItem("hv-learner", tag);
    } catch {
      // private mode: the tab just does not remember who it is
    }
    for (const id of this.#waiting()) this.#remember(id);
    this.channel?.close();
    this.channel = this.openChannel?.(`hv:${tag}:${this.edition}`);
    if (this.channel) this.channel.onmessage = (event) => this.#fromOtherTab(event.data);
  }

  #fromOtherTab({ id, answer, revision }) {
    const entry = this.#entry(id);
    if (revision <= entry.revision) return;
    this.#adopt(id, answer, revision);
    if (!entry.pending) entry.model?.show({ status: this.tell("Đã lưu") });
    this.#changed();
  }

  #key(id) {
    return `hv:${this.learner}:${this.edition}:${id}`;
  }

  #remember(id) {
    if (!this.learner) return;
    try {
      this.storage?.setItem(this.#key(id), JSON.stringify(this.entries.get(id).pending));
    } catch {
      // storage full or forbidden: the answer still waits in this page
    }
  }

  #readQueue() {
    if (!this.learner || !this.storage) return;
    const prefix = this.#key("");
    const keys = Array.from({ length: this.storage.length }, (_, n) => this.storage.key(n));
    for (const key of keys.filter((name) => name?.startsWith(prefix))) {
      let kept;
      try {
        kept = JSON.parse(this.storage.getItem(key));
      } catch {
        kept = null;
      }
      const entry = this.#entry(key.slice(prefix.length));
      if (typeof kept?.at !== "number" || typeof kept.seen !== "number") this.storage.removeItem(key);
      else if (!entry.pending || entry.pending.at < kept.at) {
        entry.pending = kept;
        entry.model?.show({ answer: kept.answer });
      }
    }
  }
}
