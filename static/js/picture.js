// One picture on its own page: live while it is painted, then on the wall.

import { ApiError, send } from "./api.js";
import { Canvas } from "./canvas.js";
import { startJobPanel } from "./jobpanel.js";
import { addJob, isActive, isComparable, isOpen, onJob } from "./jobs.js";
import { $, $$, setText, slot } from "./dom.js";
import { toast } from "./toast.js";
import { gettext } from "./words.js";

const page = $("#picture");
const before = page.dataset.before;
const first = JSON.parse($("#snapshot").textContent);
const canvas = new Canvas($(".canvas"));
const panel = startJobPanel($(".job", page));

function showPicture(job) {
  const { width, height, alt } = job;
  if (job.state !== "done") {
    const url = job.preview || before;
    if (url) canvas.showSingle({ url, width, height, alt });
  } else if (before && isComparable(job)) canvas.showPair({ before, after: job.view, width, height, alt });
  else canvas.showSingle({ url: job.view, width, height, alt });
  // What is watched as it forms is shown in its true colours.
  canvas.root.toggleAttribute("data-busy", isActive(job) && !job.pausable);
}

function showPublic(isPublic) {
  const form = $(".publish", page);
  if (!form) return;
  const button = $("[data-action=publish]", form);
  button.value = isPublic ? "0" : "1";
  setText(button, isPublic ? gettext("Take it down") : gettext("Publish"));
  const shown = form.elements.show_photo.checked
    ? gettext("Everyone: it hangs in the gallery, the photograph beside it.")
    : gettext("Everyone: it hangs in the gallery.");
  setText(slot(form, "public"), isPublic ? shown : gettext("Only you."));
  slot(form, "beside").hidden = isPublic;
}

function show(job) {
  if (job.id !== first.id) return;
  panel.show(job);
  showPicture(job);
  showPublic(job.public);
  for (const part of $$("[data-when=done]", page)) part.hidden = job.state !== "done";
  if (job.state === "done") setText(slot(page, "size"), `${job.width} × ${job.height}`);
}

$(".publish", page)?.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const fields = new FormData(event.target, event.submitter);
    const verb = fields.get("public") === "1" ? "publish" : "unpublish";
    const job = addJob(await send("POST", `${first.api}/${verb}`, verb === "publish" ? { show_photo: fields.has("show_photo") } : undefined));
    toast(job.public ? gettext("It hangs in the gallery now.") : gettext("Only you see it now."));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    toast(error.message, "error");
  }
});

show(first);
onJob(show);
if (isOpen(first)) addJob(first);
