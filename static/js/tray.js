// The job tray in the masthead, the count in the title bar, and notifications for those who asked.

import { ApiError } from "./api.js";
import { act, allJobs, describe, isActive, isAsked, isOpen, offers, onJob } from "./jobs.js";
import { $, $$, clone, recall, remember, setImage, setText, slot } from "./dom.js";
import { toast } from "./toast.js";

const tray = $("#tray");
const button = $("#tray-button");
const panel = $("#tray-panel");
const notifyButton = $("[data-action=notify]", tray);
const title = document.title;
const VERBS = { continue: "Continue", keep: "Keep it as it is:", cancel: "Cancel" };
const items = new Map();
const lastState = new Map();

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
    button.setAttribute("aria-label", `${VERBS[verb]} ${job.title}`);
  }
  if (held && document.activeElement.closest("[hidden]")) slot(item, "title").focus();
}

function renderItem(job) {
  const item = itemFor(job);
  item.dataset.state = job.state;
  slot(item, "link").href = job.url;
  slot(item, "link").setAttribute("aria-label", `Open ${job.title}`);
  slot(item, "title").href = job.url;
  setText(slot(item, "title"), job.title);
  setText(slot(item, "state"), describe(job));
  const thumb = slot(item, "thumb");
  setImage(thumb, job.thumb || job.preview);
  thumb.hidden = !thumb.getAttribute("src");
  if (job.colour) thumb.parentElement.style.backgroundColor = job.colour;
  const progress = slot(item, "progress");
  progress.hidden = !isOpen(job);
  progress.setAttribute("aria-label", `Progress of ${job.title}`);
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
  setText(slot(tray, "label"), `${(active || paused) === 1 ? "work" : "works"} ${paused && !active ? "paused" : "under way"}`);
  setText(slot(tray, "heading"), active ? "Under way" : paused ? "Paused" : "Just finished");
  document.title = active ? `(${active}) ${title}` : title;
}

function notify(job) {
  const wasActive = ["queued", "running"].includes(lastState.get(job.id));
  lastState.set(job.id, job.state);
  if (!wasActive || job.state !== "done" || !document.hidden) return;
  if (recall("notify") !== "yes" || window.Notification?.permission !== "granted") return;
  const note = new Notification(`${job.title} is finished`, { icon: job.thumb || undefined, tag: job.id });
  note.onclick = () => {
    window.focus();
    location.href = job.url;
  };
}

function offerNotifications() {
  const agreed = recall("notify") === "yes" && window.Notification?.permission === "granted";
  notifyButton.hidden = !("Notification" in window) || agreed;
}

export function startTray() {
  button.addEventListener("click", () => open(panel.hidden));
  document.addEventListener("click", (event) => tray.contains(event.target) || open(false));
  tray.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || panel.hidden) return;
    open(false);
    button.focus();
  });
  notifyButton.addEventListener("click", async () => {
    if ((await Notification.requestPermission()) === "granted") {
      remember("notify", "yes");
      toast("You will be told when something is finished.");
    } else toast("The browser does not allow notifications for this site.");
    offerNotifications();
  });
  offerNotifications();
  onJob((job) => {
    renderItem(job);
    renderCount();
    notify(job);
  });
}
