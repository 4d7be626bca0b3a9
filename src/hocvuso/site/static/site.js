// Pages without a lesson: what every page does.

import { start } from "./shell.js";

start();
