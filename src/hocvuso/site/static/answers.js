// A learner's answers in the browser. Promises: what was typed is never lost (kept in this browser's storage until
// the server has it), the server's revisions decide between devices, and a front end sees one plain model.
//
// A model follows anywidget's contract: get, set, save_changes, on, off.

const DEBOUNCE = 400;
const SLOWEST = 60_000;
const OLDEST = 366 * 24 * 3600 * 1000;
const FEW = 2; // answers at most 20 kB long: a browser lets 64 kB outlive their page

// When something was saved, in the reader's own time zone; with the day when that is not today.
export function timeOf(when, now) {
  const [moment, today] = [new Date(when), new Date(now)];
  const two = (number) => String(number).padStart(2, "0");
  const time = `${two(moment.getHours())}:${two(moment.getMinutes())}`;
  if (moment.toDateString() === today.toDateString()) return time;
  return `${time} ${two(moment.getDate())}/${two(moment.getMonth() + 1)}/${moment.getFullYear()}`;
}

export function isAnswered(question, answer) {
  if (answer === null || answer === undefined) return false;
  if (typeof answer === "string") return answer.trim() !== "";
  if (Array.isArray(answer)) return answer.length > 0;
  if (typeof answer === "object") {
    const wanted = Object.keys(question.items ?? question.fields ?? {}).length;
    return Object.keys(answer).length >= Math.max(wanted, 1);
  }
  return true;
}

// Of "429 Too Many Requests": in milliseconds, when the server wants to be asked again.
function wantedDelay(response, otherwise) {
  const seconds = Number(response.headers?.get("Retry-After"));
  return seconds > 0 ? Math.max(seconds * 1000, otherwise) : otherwise;
}

export class Model {
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
  // `net(path, options)` is fetch with the site's address and XSRF token; `tell(message, fields)` the catalogue;
  // `confirm(tag)` hears who is signed in and `doubt()` that nobody is; `trusted()` says whether whom this device
  // remembers may be shown their answers while the site can't be asked.
  constructor({ edition, net, tell, messages = {}, kept, confirm, doubt, trusted, channel, now, timer }) {
    Object.assign(this, { edition, net, tell, messages, kept, openChannel: channel });
    this.confirm = confirm ?? ((tag) => kept.confirm(tag));
    this.doubt = doubt ?? (() => {});
    this.trusted = trusted ?? (async () => false);
    this.now = now ?? (() => Date.now());
    this.timer = timer ?? ((action, wait) => setTimeout(action, wait));
    this.entries = new Map();
    this.watchers = new Set();
    this.trouble = null; // null, "offline", "server", "full", "signed-out" or "left"
    this.loaded = false;
    this.refused = 0;
    this.delay = 1000;
    this.learner = null; // whose answers these are, once that is known
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
          quiet: true,
          status: this.loaded ? this.#stateOf(entry) : this.tell("Đang tải câu trả lời…"),
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
    const entries = [...this.entries.values()];
    return {
      n: done.length,
      all: asked.length,
      unsent: this.#waiting().length,
      onlyHere: entries.filter((entry) => entry.pending && !entry.kept).length,
      saved: Math.max(0, ...entries.map((entry) => entry.saved)),
    };
  }

  watch(callback) {
    this.watchers.add(callback);
  }

  load() {
    this.loading ??= this.#load().finally(() => {
      this.loading = null;
    });
    return this.loading;
  }

  async #load() {
    let body = null;
    try {
      const response = await this.net(`api/answers/${this.edition}`);
      if (response.ok) body = await response.json();
      else this.#inTrouble(response.status);
    } catch {
      this.#inTrouble(0);
    }
    if (this.trouble === "left") return false;
    if (body) this.#take(body);
    else if (this.trouble !== "signed-out") await this.#takeWhatIsKept();
    this.loaded = body !== null;
    this.#readQueue();
    const strange = this.learner === null && (this.trouble === "signed-out" || this.kept.left);
    for (const entry of this.entries.values()) {
      entry.model?.show({ locked: entry.fixed || strange, quiet: true, status: this.#stateOf(entry) });
    }
    this.#changed();
    if (!body) this.#later();
    else await this.flush();
    return body !== null;
  }

  // Send everything that waits; true when nothing is left.
  async flush() {
    if (this.trouble === "left") return false;
    if (!this.loaded) return this.entries.size > 0 && (await this.load()) && this.#waiting().length === 0;
    await Promise.all(this.#waiting().map((id) => this.#send(id)));
    if (this.#waiting().length > 0) this.#later();
    return this.#waiting().length === 0;
  }

  // The learner has signed out, or another one has signed in: nothing of theirs stays on the screen.
  leave() {
    clearTimeout(this.retry);
    this.trouble = "left";
    this.loaded = false;
    this.learner = null;
    this.channel?.close();
    for (const entry of this.entries.values()) {
      clearTimeout(entry.soon);
      Object.assign(entry, { pending: null, answer: null, revision: 0, saved: 0 });
      entry.model?.show({ answer: null, locked: true, quiet: true, status: "" });
    }
    this.#changed();
  }

  // ---- inside

  #entry(id) {
    if (!this.entries.has(id)) {
      this.entries.set(id, { answer: null, revision: 0, saved: 0, pending: null, kept: true, sending: null, soon: 0, model: null });
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
    entry.model?.show({ quiet: !this.trouble, status: this.#stateOf(entry) });
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
          keepalive: this.#waiting().length <= FEW,
          learner: this.learner,
          body: JSON.stringify({ answer: sent.answer, seen: sent.seen, age_ms: age }),
        });
        body = await response.json();
        body.when = Date.parse(response.headers?.get("Date")) || this.now(); // the server's clock, not this device's
      } catch {
        this.#inTrouble(0);
        return;
      }
      if (!entry.pending) return; // left meanwhile
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
      this.refused += 1;
      if (unchanged) this.#done(id, entry, "Câu trả lời này chưa được lưu vì chưa đúng dạng hoặc quá dài. Hãy sửa lại.");
      return;
    }
    entry.revision = body.revision;
    if (status < 400) entry.saved = body.when;
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
    this.#done(id, entry, notes[body.conflict]);
    if (other) entry.model?.show({ answer: entry.answer });
    this.#keepCopy();
    this.channel?.postMessage({ id, answer: entry.answer, revision: entry.revision, saved: entry.saved });
  }

  #done(id, entry, message) {
    entry.pending = null;
    entry.kept = true;
    this.kept.dropUnsent(this.learner, this.edition, id);
    entry.model?.show({ quiet: false, status: message ? this.tell(message) : this.#stateOf(entry) });
    this.#changed();
  }

  #inTrouble(status) {
    if (this.trouble === "left") return;
    this.trouble = { 0: "offline", 401: "signed-out", 403: "signed-out", 507: "full" }[status] ?? "server";
    if (this.trouble === "signed-out") {
      this.loaded = false; // whoever is signed in next may be somebody else
      this.doubt();
    }
    for (const id of this.#waiting()) {
      const entry = this.entries.get(id);
      entry.model?.show({ quiet: false, status: this.#stateOf(entry) });
    }
    this.#changed();
  }

  #stateOf(entry) {
    if (entry.pending) return this.trouble ? this.#excuse(entry) : this.tell("Đang lưu…");
    return entry.saved ? this.tell("Đã lưu lúc {time}", { time: timeOf(entry.saved, this.now()) }) : "";
  }

  #excuse(entry) {
    if (!entry.kept) {
      return this.tell("Chưa gửi được, và thiết bị này không giữ được câu trả lời: anh/chị đừng đóng trang này cho tới khi gửi xong.");
    }
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

  #adopt(id, { answer, revision, edited }) {
    const entry = this.#entry(id);
    if (revision < entry.revision) return;
    // when it is known since when the site has it, that is said rather than when it was typed
    const saved = revision === entry.revision && entry.saved ? entry.saved : Date.parse(edited) || 0;
    Object.assign(entry, { answer, revision, saved });
    if (!entry.pending) entry.model?.show({ answer });
  }

  #changed() {
    for (const watcher of this.watchers) watcher(this);
  }

  // ---- whose answers, and what this device keeps of them

  #take(body) {
    this.trouble = null;
    if (this.learner && this.learner !== body.learner) {
      // somebody else signed in meanwhile: what waits here is not theirs and stays under its owner's tag
      for (const entry of this.entries.values()) {
        Object.assign(entry, { pending: null, answer: null, revision: 0, saved: 0 });
        entry.model?.show({ answer: null });
      }
    }
    this.learner = body.learner;
    this.confirm(body.learner);
    for (const id of this.#waiting()) this.#remember(id);
    for (const [id, answer] of Object.entries(body.answers)) this.#adopt(id, answer);
    this.#keepCopy();
    this.channel?.close();
    this.channel = this.openChannel?.(`hv:${this.learner}:${this.edition}`);
    if (this.channel) this.channel.onmessage = (event) => this.#fromOtherTab(event.data);
  }

  async #takeWhatIsKept() {
    if (this.learner !== null || !(await this.trusted())) return;
    this.learner = this.kept.learner;
    for (const [id, answer] of Object.entries(this.kept.copy(this.learner, this.edition))) this.#adopt(id, answer);
    for (const id of this.#waiting()) this.#remember(id);
  }

  #keepCopy() {
    const known = [...this.entries].filter(([, entry]) => entry.revision > 0);
    const copy = known.map(([id, { answer, revision, saved }]) => [id, { answer, revision, edited: iso(saved) }]);
    this.kept.keepCopy(this.learner, this.edition, Object.fromEntries(copy));
  }

  #fromOtherTab({ id, answer, revision, saved }) {
    const entry = this.#entry(id);
    if (revision <= entry.revision) return;
    this.#adopt(id, { answer, revision, edited: iso(saved) });
    if (!entry.pending) entry.model?.show({ quiet: true, status: this.#stateOf(entry) });
    this.#changed();
  }

  #remember(id) {
    const entry = this.entries.get(id);
    entry.kept = this.learner !== null && this.kept.keepUnsent(this.learner, this.edition, id, entry.pending);
  }

  #readQueue() {
    if (this.learner === null) return;
    for (const [id, edit] of this.kept.unsent(this.learner, this.edition)) {
      const entry = this.#entry(id);
      if (entry.pending && entry.pending.at >= edit.at) continue;
      Object.assign(entry, { pending: edit, kept: true });
      entry.model?.show({ answer: edit.answer });
    }
  }
}

const iso = (when) => (when ? new Date(when).toISOString() : "");
