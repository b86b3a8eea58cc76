// Walls of pictures: the next pages follow by themselves, and a picture opens large over its wall.

import { startEndless } from "./endless.js";
import { startLightbox } from "./lightbox.js";

startEndless();
startLightbox();
