// A recipe for a photograph that is uploaded or dropped here; and on a picture's page, who may use it.

import { ApiError, post } from "./api.js";
import { $ } from "./dom.js";
import { startFileZone } from "./filezone.js";
import { paintLike } from "./painter.js";
import { toast } from "./toast.js";
import { startUploads } from "./uploads.js";
import { gettext } from "./words.js";

function startUpload(zone) {
  const uploads = startUploads($("#uploads"), document.body.dataset.photos, async (photo) => {
    try {
      location.href = (await paintLike(photo.id, zone.dataset.picture)).url;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast(error.message, "error");
    }
  });
  startFileZone(zone, $("#files"), (files) => uploads.add(files.slice(0, 1)));
}

function startSwitch(form) {
  form.addEventListener("change", async () => {
    try {
      const { remixable } = await post(form.action, new FormData(form));
      toast(remixable ? gettext("Others may paint by this recipe.") : gettext("The recipe is yours alone."));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast(error.message, "error");
    }
  });
}

if ($("#remix-upload")) startUpload($("#remix-upload"));
if ($("form.remixable")) startSwitch($("form.remixable"));
