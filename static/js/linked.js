// A picture that was shared by a link: it can be compared and looked at closely, and that is all.

import { Canvas } from "./canvas.js";
import { $ } from "./dom.js";

new Canvas($(".canvas"));
