// Everything of the visitor's: here the paintings are looked after.

import { $ } from "./dom.js";
import { startPaintings } from "./paintings.js";

if ($("#paintings")) startPaintings();
