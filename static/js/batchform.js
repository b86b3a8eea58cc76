// Many photographs in many styles: what is chosen is counted, and photographs can be added.

import { $, $$, clone, setText, slot } from "./dom.js";
import { startFileZone } from "./filezone.js";
import { startUploads } from "./uploads.js";
import { gettext, ngettext } from "./words.js";

const form = $("#batch");
const { mostPhotos, mostStyles, most, room } = Object.fromEntries(Object.entries(form.dataset).map(([name, value]) => [name, Number(value)]));

const chosen = (name) => $$(`input[name=${name}]:checked`, form).length;
const counted = {
  photograph: (number) => ngettext("{number} photograph", "{number} photographs", number),
  style: (number) => ngettext("{number} style", "{number} styles", number),
  picture: (number) => ngettext("{number} picture", "{number} pictures", number),
};

function reason(photos, styles) {
  const pictures = photos * styles;
  if (!photos) return gettext("Choose at least one photograph.");
  if (!styles) return gettext("Choose at least one style.");
  if (photos > mostPhotos) return gettext("At most {most}: you chose {number}.", { most: counted.photograph(mostPhotos), number: photos });
  if (styles > mostStyles) return gettext("At most {most}: you chose {number}.", { most: counted.style(mostStyles), number: styles });
  if (pictures > most) return gettext("{pictures} pictures are too many: at most {most} go in one batch.", { pictures, most });
  return pictures > room ? gettext("{pictures} pictures do not fit in your queue just now: {room} do.", { pictures, room }) : "";
}

function count() {
  const photos = chosen("photo");
  const styles = chosen("style");
  const why = reason(photos, styles);
  setText(slot(form, "sum"), why || gettext("{photos} in {styles}: {pictures}.", { photos: counted.photograph(photos), styles: counted.style(styles), pictures: counted.picture(photos * styles) }));
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

const uploads = startUploads($("#uploads"), document.body.dataset.photos, add);
startFileZone($("#batch-add"), $("#files"), uploads.add);
form.addEventListener("change", count);
form.addEventListener("submit", (event) => count() && event.preventDefault());
count();
