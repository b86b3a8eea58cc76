// A mix that was sent by a friend: the photograph that is chosen or uploaded here gets it.

import { $ } from "./dom.js";
import { startFileZone } from "./filezone.js";
import { startUploads } from "./uploads.js";

const zone = $("#mix-upload");
const uploads = startUploads($("#uploads"), document.body.dataset.photos, (photo, isLast) => {
  if (isLast) location.href = `${zone.dataset.start}${photo.id}/${zone.dataset.query}`;
});
startFileZone(zone, $("#files"), uploads.add);
