// What one browser does for its learner beside the page on the screen: sends what waits from any lesson, hands in
// later what was handed in without a network, and signs out without losing or showing anything.

const SLOWEST = 60_000;
const PATIENCE = 8000; // milliseconds that somebody who signs out waits for their last answers to be sent
export const PAGES = "hv-pages"; // the worker's cache of opened lessons
export const UNSURE = "hv-unsure"; // there while nobody is signed in, or somebody whom no page has named yet

export class Device {
  // `answersOf(edition)` gives the answers of a lesson, the page's own for its edition. `told` is called with
  // {handedIn, result}, {refused, error}, {lost: edition}, {left: true}, {other: true}, or {send: true} when another tab signs out.
  constructor({ kept, net, answersOf, told, channel = null, caches = null, locks = null, timer, patience = PATIENCE }) {
    Object.assign(this, { kept, net, answersOf, told, channel, caches, locks, patience });
    this.timer = timer ?? ((action, wait) => setTimeout(action, wait));
    this.delay = 2000;
    if (channel) channel.onmessage = (event) => this.#hear(event.data);
  }

  // The site has said who is signed in.
  confirm(tag) {
    if (this.left) return;
    if (this.kept.confirm(tag)) this.#forget(PAGES);
    this.#forget(UNSURE);
    this.learner = tag;
    this.channel?.postMessage({ who: tag });
  }

  // The site has said that nobody is.
  doubt() {
    this.caches?.open(UNSURE).catch(() => null);
  }

  // Whether the remembered learner may be shown their answers while the site can't be asked. Only where the worker
  // sees every sign-in: it leaves a mark until a page has heard from the site who that was.
  async trusted(controlled) {
    if (!controlled || this.kept.left || this.kept.learner === null) return false;
    return !(await this.caches?.has(UNSURE).catch(() => true));
  }

  // Send all that waits and hand in what is to be handed in; what is left afterwards.
  send() {
    const run = () => this.#send();
    return this.locks ? this.locks.request("hv-send", run) : run();
  }

  // {result} when handed in, {error} when the site refuses it, {later: true} when it could not be asked.
  async handIn(edition, path) {
    try {
      const options = { method: "POST", learner: this.kept.learner, body: JSON.stringify({ edition }) };
      const response = await this.net(path, options);
      const body = await response.json();
      if (response.ok) return { result: body.result };
      return [400, 404, 409, 413, 415].includes(response.status) ? { error: body.error ?? "" } : { later: true };
    } catch {
      return { later: true };
    }
  }

  // `decide(left)` answers "stay", "keep" or "discard" when something could not be sent. Returns "stayed", "told", or
  // "untold" when the site could not be told; then the next page of ours does so before it shows anything.
  async signOut(decide) {
    const tag = this.kept.learner;
    this.channel?.postMessage({ send: true });
    await Promise.race([this.send(), new Promise((done) => this.timer(done, this.patience))]);
    const left = this.kept.waiting(tag);
    if (left.editions.size > 0) {
      const choice = await decide(left);
      if (choice === "stay") return "stayed";
      if (choice === "discard") this.kept.discard(tag);
    }
    const told = await this.#reaches();
    this.left = true;
    this.kept.leave({ told });
    await this.#forget(PAGES);
    this.channel?.postMessage({ left: true });
    return told ? "told" : "untold";
  }

  async #send() {
    const tag = this.kept.learner;
    if (tag === null || this.left) return;
    for (const edition of this.kept.waiting(tag).editions) await this.#sendEdition(tag, edition);
    clearTimeout(this.retry);
    if (this.kept.waiting(tag).editions.size === 0) {
      this.delay = 2000;
      return;
    }
    this.retry = this.timer(() => this.send(), this.delay);
    this.delay = Math.min(this.delay * 2, SLOWEST);
  }

  async #sendEdition(tag, edition) {
    const answers = await this.answersOf(edition);
    if (answers.loaded) await answers.flush();
    else await answers.load();
    if (answers.refused) this.told({ lost: edition });
    const path = this.kept.wish(tag, edition);
    if (!path || !answers.loaded || answers.learner !== tag || answers.progress().unsent > 0) return;
    const { result, error, later } = await this.handIn(edition, path);
    if (later) return;
    this.kept.dropWish(tag, edition);
    const news = result ? { handedIn: edition, result } : { refused: edition, error };
    this.channel?.postMessage(news);
    this.told(news);
  }

  #hear(news) {
    if (news.send) this.told(news);
    else if (news.handedIn || news.refused) this.told(news);
    else if (news.left) {
      this.left = true;
      this.told({ left: true });
    } else if (news.who && this.learner && news.who !== this.learner) {
      this.left = true;
      this.told({ other: true });
    }
  }

  async #reaches() {
    const asking = this.net("api/me").then(() => true, () => false);
    return Promise.race([asking, new Promise((done) => this.timer(() => done(false), this.patience))]);
  }

  async #forget(name) {
    await this.caches?.delete(name).catch(() => false);
  }
}
