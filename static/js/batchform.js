// Many photographs in many styles: what is chosen is counted, and photographs can be added.

import { $, $$, clone, setText, slot } from "./dom.js";
import { startFileZone } from "./filezone.js";
import { startUploads } from "./uploads.js";

const form = $("#batch");
const { mostPhotos, mostStyles, most, room } = Object.fromEntries(Object.entries(form.dataset).map(([name, value]) => [name, Number(value)]));

const chosen = (name) => $$(`input[name=${name}]:checked`, form).length;
const counted = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

function reason(photos, styles) {
  const pictures = photos * styles;
  if (!photos) return "Choose at least one photograph.";
  if (!styles) return "Choose at least one style.";
  if (photos > mostPhotos) return `At most ${counted(mostPhotos, "photograph")}: you chose ${photos}.`;
  if (styles > mostStyles) return `At most ${counted(mostStyles, "style")}: you chose ${styles}.`;
  if (pictures > most) return `${pictures} pictures are too many: at most ${most} go in one batch.`;
  return pictures > room ? `${pictures} pictures do not fit in your queue just now: ${room} do.` : "";
}

function count() {
  const photos = chosen("photo");
  const styles = chosen("style");
  const why = reason(photos, styles);
  setText(slot(form, "sum"), why || `${counted(photos, "photograph")} in ${counted(styles, "style")}: ${counted(photos * styles, "picture")}.`);
  slot(form, "go").setAttribute("aria-disabled", String(Boolean(why)));
  return why;
}

function add(photo) {
  const item = clone("pick-template");
  $("input", item).value = photo.id;
  const image = $("img", item);
  Object.assign(image, { src: photo.thumb, width: photo.width, height: photo.height });
  setText($(".pick-name", item), photo.title);
  $("#picks").prepend(item);
  $("#no-photos")?.remove();
  count();
}

const uploads = startUploads($("#uploads"), document.body.dataset.photoCreate, add);
startFileZone($("#batch-add"), $("#files"), uploads.add);
form.addEventListener("change", count);
form.addEventListener("submit", (event) => count() && event.preventDefault());
count();
