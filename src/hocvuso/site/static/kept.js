// What this device keeps, and for whom: answers not yet sent, a copy of those that the site has (for reading without
// a network), and lessons to hand in later. All of it stands under the learner's tag in the browser's storage.
// Promises: nothing throws where storage is full or forbidden; what could not be kept is said (false).

const WHO = "hv-learner";
const LEFT = "hv-left"; // "told": signed out; "untold": signed out here while the site could not be told

const unsent = (tag, edition = "", id = "") => `hv:${tag}:${edition}${edition && ":"}${id}`;
const book = (tag, edition = "") => `hv-book:${tag}:${edition}`;
const wish = (tag, edition = "") => `hv-wish:${tag}:${edition}`;

export class Kept {
  constructor(storage) {
    this.storage = storage;
  }

  // ---- who

  get learner() {
    return this.#read(WHO);
  }

  get left() {
    return this.#read(LEFT) !== null;
  }

  get untold() {
    return this.#read(LEFT) === "untold";
  }

  // The site says who is signed in. True when that is another person than before, whose copies are now gone.
  confirm(tag) {
    const before = this.learner;
    if (before !== tag) this.#forgetCopies();
    this.#write(WHO, tag);
    this.#drop(LEFT);
    return before !== null && before !== tag;
  }

  // Signed out: nobody is remembered and no copy is left; unsent answers stay under their owner's tag.
  leave({ told }) {
    this.#forgetCopies();
    this.#drop(WHO);
    this.#write(LEFT, told ? "told" : "untold");
  }

  // ---- answers not yet sent: {answer, seen, at}

  unsent(tag, edition) {
    const prefix = unsent(tag, edition);
    const found = new Map();
    for (const key of this.#keys(prefix)) {
      const kept = this.#parsed(key);
      if (typeof kept?.at === "number" && typeof kept.seen === "number") found.set(key.slice(prefix.length), kept);
      else this.#drop(key);
    }
    return found;
  }

  keepUnsent(tag, edition, id, edit) {
    const key = unsent(tag, edition, id);
    if (this.#write(key, JSON.stringify(edit))) return true;
    this.#forgetCopies(); // they can be had again, this can't
    return this.#write(key, JSON.stringify(edit));
  }

  dropUnsent(tag, edition, id) {
    this.#drop(unsent(tag, edition, id));
  }

  // How many answers wait, and the editions that have any or are to be handed in.
  waiting(tag) {
    const answers = this.#keys(unsent(tag)).map((key) => key.slice(unsent(tag).length).split(":")[0]);
    const wishes = this.#keys(wish(tag)).map((key) => key.slice(wish(tag).length));
    return { answers: answers.length, wishes: wishes.length, editions: new Set([...answers, ...wishes]) };
  }

  discard(tag) {
    for (const key of [...this.#keys(unsent(tag)), ...this.#keys(wish(tag))]) this.#drop(key);
  }

  // ---- copies of what the site has: {question: {answer, revision, edited}}

  copy(tag, edition) {
    const found = this.#parsed(book(tag, edition));
    return found !== null && typeof found === "object" ? found : {};
  }

  keepCopy(tag, edition, answers) {
    return this.#write(book(tag, edition), JSON.stringify(answers));
  }

  // ---- lessons to hand in as soon as it is possible: the path to post to

  wish(tag, edition) {
    return this.#read(wish(tag, edition));
  }

  keepWish(tag, edition, path) {
    return this.#write(wish(tag, edition), path);
  }

  dropWish(tag, edition) {
    this.#drop(wish(tag, edition));
  }

  // ---- the storage itself

  #keys(prefix) {
    try {
      const every = Array.from({ length: this.storage.length }, (_, n) => this.storage.key(n));
      return every.filter((key) => key?.startsWith(prefix));
    } catch {
      return [];
    }
  }

  #read(key) {
    try {
      return this.storage.getItem(key);
    } catch {
      return null;
    }
  }

  #parsed(key) {
    try {
      return JSON.parse(this.storage.getItem(key));
    } catch {
      return null;
    }
  }

  #write(key, value) {
    try {
      this.storage.setItem(key, value);
      return true;
    } catch {
      return false;
    }
  }

  #drop(key) {
    try {
      this.storage.removeItem(key);
    } catch {
      // then it was not kept either
    }
  }

  #forgetCopies() {
    for (const key of this.#keys("hv-book:")) this.#drop(key);
  }
}
