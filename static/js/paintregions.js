// Painting what the regions say: masks are sent, the job is followed, the picture is shown in its place.

import { ApiError } from "./api.js";
import { $, setText, slot, swapImage } from "./dom.js";
import { onJob } from "./jobs.js";
import { tellMade } from "./madeline.js";
import { sendMask } from "./maskfiles.js";
import { unpack } from "./masks.js";
import { paint as askFor } from "./painter.js";
import { toast } from "./toast.js";
import { gettext } from "./words.js";

const PHOTO = "photo";

/** `work` is {size, state(), isEmpty(region), onPainted()}. */
export function startPainting(form, page, work) {
  const painted = $("[data-layer=painted]", page);
  let sent = new WeakMap(); // a packed mask -> its id on the server
  let made = null;
  let shown = null;
  let busy = false;

  function say(sentence) {
    setText(slot(page, "status"), sentence);
  }

  async function idOf(region) {
    if (!sent.has(region.mask)) {
      const data = new Uint8Array(work.size.width * work.size.height);
      unpack(region.mask, data);
      const { id } = await sendMask(data, work.size, `region-${region.id}`, page.dataset.masks);
      sent.set(region.mask, id);
    }
    return sent.get(region.mask);
  }

  async function fields() {
    const { regions, rest, feather, strength, size, keep } = work.state();
    const filled = regions.filter((region) => !work.isEmpty(region));
    if (![rest, ...filled.map(({ style }) => style)].some((style) => style !== PHOTO)) {
      throw new ApiError(regions.some(({ style }) => style !== PHOTO) ? gettext("Nothing is marked yet. Paint on the photograph where the style is to go.") : gettext("All of it is left a photo. Choose a style for a region, or for the rest."));
    }
    const data = new FormData();
    if (rest !== PHOTO) data.append("style", rest);
    for (const region of filled) {
      data.append("mask_style", region.style);
      data.append("mask", await idOf(region));
    }
    data.append("engine", "stylebank");
    data.append("feather", feather);
    data.append("strength", strength);
    data.append("size", size);
    if (keep) data.append("keep_color", "on");
    return data;
  }

  async function paint() {
    say(gettext("Sending the regions…"));
    try {
      made = (await askFor(page.dataset.photo, await fields())).id;
      onJob(follow);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // A mask may have been cleared away there in the meantime: the next try sends all of them again.
      sent = new WeakMap();
      toast(error.message, "error");
    }
    say("");
  }

  async function follow(job) {
    if (job.id !== made) return;
    tellMade(form, job);
    if (job.state !== "done" || shown === job.id) return;
    shown = job.id;
    await swapImage(painted, job.view);
    painted.alt = gettext("{title}, painted", job);
    work.onPainted();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    const button = $(".primary", form);
    button.setAttribute("aria-disabled", "true");
    await paint();
    button.removeAttribute("aria-disabled");
    busy = false;
  });
}
