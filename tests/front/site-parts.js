// What tests of the site's scripts share: the scripts themselves, and a browser's storage.
import { readFileSync } from "node:fs";

export const load = async (name) => {
  const text = readFileSync(new URL(`../../src/hocvuso/site/static/${name}.js`, import.meta.url), "utf8");
  return import(`data:text/javascript,${encodeURIComponent(text)}`);
};

export class Storage {
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
