// One style on its own page: watched while it is taught, then used, taught on, shared.

import { ApiError, send } from "./api.js";
import { $, $$, setText, slot, swapImage } from "./dom.js";
import { startJobPanel } from "./jobpanel.js";
import { addJob, isOpen, onJob } from "./jobs.js";
import { toast } from "./toast.js";
import { gettext } from "./words.js";

const data = $("#snapshot"); // only its owner's page has one
const label = $("#style");
const look = $("[data-slot=look]");
const picture = $("img", look);

const NOTES = { done: gettext("A photograph, painted in this style"), open: gettext("Three photographs, as it paints them now") };

async function showLook(job) {
  const url = job.state === "done" ? job.thumb : job.preview;
  look.dataset.state = job.state;
  if (job.state === "failed" || job.state === "cancelled") setText(slot(look, "wait"), gettext("It had not learned enough for a picture."));
  if (!url) return;
  await swapImage(picture, url);
  picture.alt = job.state === "done" ? gettext("A photograph painted in the style of {title}", job) : gettext("Three photographs, painted as far as it has learned");
  picture.hidden = false;
  slot(look, "wait").hidden = true;
  setText(slot(look, "look-note"), job.state === "done" ? NOTES.done : NOTES.open);
}

/** What only the server can say of a finished style: taken from the page as it is now. */
async function freshen() {
  const reply = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!reply.ok) return;
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  for (const part of $$("[data-fresh]", label)) {
    const fresh = $(`[data-fresh=${part.dataset.fresh}]`, page);
    if (fresh) part.replaceWith(document.adoptNode(fresh));
  }
}

function startOwn() {
  const first = JSON.parse(data.textContent);
  const panel = startJobPanel($(".job", label));
  let state = first.state;

  function show(job) {
    if (job.id !== first.id) return;
    panel.show(job);
    showLook(job);
    for (const part of $$("[data-when=done]")) part.hidden = job.state !== "done";
    if (job.state === "done" && state !== "done") freshen();
    state = job.state;
  }

  const form = $("[data-edit]", label);
  let saving = Promise.resolve();

  // One after the other: an older answer must not overtake a newer wish.
  function save() {
    saving = saving.then(async () => {
      try {
        const data = new FormData(form);
        const values = { title: data.get("title"), artist: data.get("artist"), year: Number(data.get("year")), public: data.getAll("public").at(-1) === "1" };
        const saved = await send("PATCH", first.api, values);
        const { title, artist, year } = saved;
        setText(slot(label, "title"), title);
        setText(slot(label, "by"), [artist && gettext("after {artist}", { artist }), year].filter(Boolean).join(gettext(", ")));
        setText(slot(form, "saved"), saved.public ? gettext("Saved. Others may paint with it.") : gettext("Saved. Only you paint with it."));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        toast(error.message, "error");
      }
    });
  }

  form.addEventListener("change", () => form.reportValidity() && save());
  form.addEventListener("submit", (event) => event.preventDefault());

  show(first);
  onJob(show);
  if (isOpen(first)) addJob(first);
}

if (data) startOwn();
