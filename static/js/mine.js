// Everything of the visitor's: here the paintings are looked after, and styles come in.

import { $ } from "./dom.js";
import { startNotifySwitch } from "./notify.js";
import { startPaintings } from "./paintings.js";
import { startImport } from "./styleimport.js";

if ($("#paintings")) startPaintings();
startImport();
startNotifySwitch($("#notify"));
