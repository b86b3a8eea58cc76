// The job tray in the masthead, the count in the title bar, and word of what ended elsewhere.

import { ApiError } from "./api.js";
import { act, allJobs, describe, isActive, isAsked, isFromElsewhere, isOpen, offers, onJob } from "./jobs.js";
import { $, $$, clone, setImage, setText, slot } from "./dom.js";
import { notify } from "./notify.js";
import { toast } from "./toast.js";
import { gettext, ngettext } from "./words.js";

const tray = $("#tray");
const button = $("#tray-button");
const panel = $("#tray-panel");
const title = document.title;
const VERBS = {
  continue: (job) => gettext("Continue {title}", job),
  keep: (job) => gettext("Keep it as it is: {title}", job),
  cancel: (job) => gettext("Cancel {title}", job),
};
const items = new Map();
const lastState = new Map();
const TOGETHER = 1500; // ms: what ends within is told of at one go
let ended = [];
let endedTimer = 0;
let unseen = false; // something ended while nobody looked

function open(yes) {
  panel.hidden = !yes;
  button.setAttribute("aria-expanded", String(yes));
}

async function ask(id, verb) {
  const job = allJobs().find((one) => one.id === id);
  if (isAsked(job, verb)) return;
  try {
    await act(job, verb);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    toast(error.message, "error");
  }
}

function itemFor(job) {
  if (!items.has(job.id)) {
    const item = clone("tray-item");
    for (const button of $$("[data-verb]", item)) button.addEventListener("click", () => ask(job.id, button.dataset.verb));
    slot(tray, "list").prepend(item);
    items.set(job.id, item);
  }
  return items.get(job.id);
}

/** While it paints only Cancel is at hand here; paused, all that can become of it. */
function renderVerbs(item, job) {
  const may = offers(job);
  const held = item.contains(document.activeElement);
  for (const button of $$("[data-verb]", item)) {
    const { verb } = button.dataset;
    button.hidden = !may[verb] || (verb === "keep" && job.state !== "paused");
    button.setAttribute("aria-disabled", String(isAsked(job, verb)));
    button.setAttribute("aria-label", VERBS[verb](job));
  }
  if (held && document.activeElement.closest("[hidden]")) slot(item, "title").focus();
}

function renderItem(job) {
  const item = itemFor(job);
  item.dataset.state = job.state;
  slot(item, "link").href = job.url;
  slot(item, "link").setAttribute("aria-label", gettext("Open {title}", job));
  slot(item, "title").href = job.url;
  setText(slot(item, "title"), job.title);
  setText(slot(item, "state"), describe(job));
  const thumb = slot(item, "thumb");
  setImage(thumb, job.thumb || job.preview);
  thumb.hidden = !thumb.getAttribute("src");
  if (job.colour) thumb.parentElement.style.backgroundColor = job.colour;
  const progress = slot(item, "progress");
  progress.hidden = !isOpen(job);
  progress.setAttribute("aria-label", gettext("Progress of {title}", job));
  progress.max = job.total || 1;
  progress.value = job.step || 0;
  renderVerbs(item, job);
}

function renderCount() {
  const active = allJobs().filter(isActive).length;
  const paused = allJobs().filter((job) => job.state === "paused").length;
  tray.hidden = items.size === 0;
  button.toggleAttribute("data-busy", active > 0);
  setText(slot(tray, "count"), String(active || paused || ""));
  setText(slot(tray, "label"), paused && !active ? ngettext("work paused", "works paused", paused) : ngettext("work under way", "works under way", active || paused));
  setText(slot(tray, "heading"), active ? gettext("Under way") : paused ? gettext("Paused") : gettext("Just finished"));
  document.title = `${active ? `(${active}) ` : unseen ? "✓ " : ""}${title}`;
}

/** Whether this page shows how the job stands: then nobody has to be told. */
const isHere = (job) => [job.url, job.studio].includes(location.pathname) || $(`main [data-job="${CSS.escape(job.id)}"]`) !== null;

function tell() {
  const done = ended.filter((job) => job.state === "done");
  if (done.length === 1) toast(gettext("{title} is finished", done[0]), "", null, done[0].url);
  if (done.length > 1) toast(gettext("{number} works are finished", { number: done.length }), "", null, tray.dataset.mine);
  for (const job of ended.filter((one) => one.state === "failed").slice(0, 3)) toast(gettext("{title} did not work", job), "error", null, job.url);
  ended = [];
}

function hear(job) {
  const wasActive = isActive({ state: lastState.get(job.id) });
  lastState.set(job.id, job.state);
  if (!wasActive || !["done", "failed"].includes(job.state)) return;
  if (document.hidden) {
    unseen = true;
    notify(job);
  }
  if (!isFromElsewhere(job) || isHere(job)) return;
  ended.push(job);
  clearTimeout(endedTimer);
  endedTimer = setTimeout(tell, TOGETHER);
}

export function startTray() {
  button.addEventListener("click", () => open(panel.hidden));
  document.addEventListener("click", (event) => tray.contains(event.target) || open(false));
  tray.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || panel.hidden) return;
    open(false);
    button.focus();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    unseen = false;
    renderCount();
  });
  onJob((job) => {
    renderItem(job);
    hear(job);
    renderCount();
  });
}
