// What pages of the site load: one file, so that a device that has opened a lesson has all that it needs without a network.
// Before this text stands `const hvFronts`, the front ends of the question types by name; see hocvuso.site.files.

import { edition } from "./page.js";
import { start } from "./shell.js";

const has = (what) => document.querySelector(what) !== null;

if (edition) import("./host.js");
else if (has('meta[name="hv-offline"]')) import("./offline.js");
else if (has(".hv-slot")) import("./gallery.js");
else start();
