// The job tray in the masthead, the count in the title bar, and notifications for those who asked.

import { ApiError, post } from "./api.js";
import { addJob, allJobs, describe, isActive, onJob } from "./jobs.js";
import { $, clone, recall, remember, setImage, setText, slot } from "./dom.js";
import { toast } from "./toast.js";

const tray = $("#tray");
const button = $("#tray-button");
const panel = $("#tray-panel");
const notifyButton = $("[data-action=notify]", tray);
const title = document.title;
const items = new Map();
const lastState = new Map();

function open(yes) {
  panel.hidden = !yes;
  button.setAttribute("aria-expanded", String(yes));
}

async function cancel(id) {
  const job = allJobs().find((one) => one.id === id);
  try {
    addJob(await post(`${job.url}cancel/`));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    toast(error.message, "error");
  }
}

function itemFor(job) {
  if (!items.has(job.id)) {
    const item = clone("tray-item");
    slot(item, "cancel").addEventListener("click", () => cancel(job.id));
    slot(tray, "list").prepend(item);
    items.set(job.id, item);
  }
  return items.get(job.id);
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
  progress.hidden = !isActive(job);
  progress.setAttribute("aria-label", `Progress of ${job.title}`);
  progress.max = job.total || 1;
  progress.value = job.step || 0;
  const stop = slot(item, "cancel");
  stop.hidden = !isActive(job);
  stop.disabled = job.cancel_requested;
  stop.setAttribute("aria-label", `Cancel ${job.title}`);
}

function renderCount() {
  const active = allJobs().filter(isActive).length;
  tray.hidden = items.size === 0;
  button.toggleAttribute("data-busy", active > 0);
  setText(slot(tray, "count"), active ? String(active) : "");
  setText(slot(tray, "label"), active === 1 ? "picture under way" : "pictures under way");
  setText(slot(tray, "heading"), active ? "Under way" : "Just finished");
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
      toast("You will be told when a picture is finished.");
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
