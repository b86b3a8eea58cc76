// The tool itself: drop photographs, tap a style. Either may come first.

import { ApiError, tooLarge } from "./api.js";
import { startCompare } from "./compare.js";
import { act, describe, isActive, onJob } from "./jobs.js";
import { $, $$, clone, setImage, setText, slot } from "./dom.js";
import { paint as askFor } from "./painter.js";
import { send as transfer } from "./tus.js";
import { sendingLine } from "./uploads.js";
import { gettext } from "./words.js";

const AT_ONCE = 3;

const list = $("#uploads");
const hint = $("#hint");
const items = [];
let chosen = null;
let answered = false;

// An item goes: waiting → sending → ready → painting → job; or failed, and from there again.

function addFiles(files) {
  for (const file of files) {
    const item = { file, state: "waiting", row: clone("upload-template"), transfer: null, photo: null, job: null };
    items.push(item);
    slot(item.row, "name").textContent = file.name;
    $("[data-action=cancel]", item.row).addEventListener("click", () => remove(item));
    $("[data-action=retry]", item.row).addEventListener("click", () => retry(item));
    list.append(item.row);
    showFile(item);
    if (tooLarge(file)) fail(item, tooLarge(file));
    else render(item);
  }
  pump();
}

/** The photograph is on the wall at once, from the visitor's own disk. */
function showFile(item) {
  const url = URL.createObjectURL(item.file);
  const thumb = slot(item.row, "thumb");
  thumb.onload = () => (thumb.hidden = false);
  thumb.src = url;
  if (items.length > 1) return;
  const frame = $("#first-photo");
  const picture = $("img", frame);
  picture.onload = () => {
    picture.style.setProperty("--ratio", picture.naturalWidth / picture.naturalHeight);
    $$(".hero-picture > :not(#first-photo)").forEach((other) => (other.hidden = true));
    frame.hidden = false;
  };
  picture.src = url;
  $("figcaption", frame).textContent = item.file.name;
}

function pump() {
  const sending = items.filter((item) => item.state === "sending").length;
  // The first answer tells the browser whose work this is; sent before it, the others would each
  // belong to a newcomer of their own.
  const room = answered ? AT_ONCE : 1;
  items.filter((item) => item.state === "waiting").slice(0, Math.max(0, room - sending)).forEach(send);
  guide();
}

async function send(item) {
  item.state = "sending";
  const change = (values) => {
    Object.assign(item, values);
    if (item.state === "sending") render(item);
  };
  change({ progress: 0, offline: false });
  const url = document.body.dataset.photos;
  item.transfer = transfer(item.file, (progress) => change({ progress }), url, (offline) => change({ offline }));
  render(item);
  try {
    item.photo = await item.transfer.done;
    answered = true;
    item.state = "ready";
    setImage(slot(item.row, "thumb"), item.photo.thumb);
    render(item);
    if (chosen) paint(item);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    answered ||= error.status > 0;
    if (items.includes(item)) fail(item, error.message);
  }
  pump();
}

function fail(item, message) {
  item.state = "failed";
  item.error = message;
  list.prepend(item.row); // in sight, however long the list
  render(item);
}

function retry(item) {
  if (item.photo) return paint(item);
  item.state = "waiting";
  render(item);
  pump();
}

function remove(item) {
  items.splice(items.indexOf(item), 1);
  if (item.transfer) item.transfer.cancel();
  if (item.job && isActive(item.job)) act(item.job, "cancel").catch(() => {});
  item.row.remove();
  list.hidden = items.length === 0;
  pump();
}

async function paint(item) {
  item.state = "painting";
  render(item);
  try {
    const fields = new FormData();
    fields.set("style", chosen.slug);
    const job = await askFor(item.photo.id, fields);
    item.job = job; // the socket may have been faster than this answer
    item.state = "job";
    render(item);
    if (items.length === 1) location.href = job.url;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    fail(item, error.message);
  }
  guide();
}

function choose(card) {
  chosen = { slug: card.dataset.style, title: $(".style-title", card).textContent };
  $$(".shelf .style-card").forEach((other) => other.setAttribute("aria-pressed", String(other === card)));
  items.filter((item) => item.photo && item.state !== "painting").forEach(paint);
  guide();
  if (!items.length) $("#drop").scrollIntoView({ block: "nearest" });
}

// What the visitor sees

const LINES = {
  waiting: () => gettext("Waiting to be sent"),
  sending: (item) => sendingLine(item.progress, item.offline),
  ready: (item) => gettext("Ready, {width} × {height}", item.photo),
  painting: () => gettext("Handing it to the painter"),
  failed: (item) => item.error,
  job: (item) => gettext("{title}: {state}", { title: item.job.title, state: describe(item.job) }),
};

function render(item) {
  const { row, state, job } = item;
  list.hidden = false;
  row.dataset.state = job && state === "job" ? job.state : state;
  setText(slot(row, "state"), LINES[state](item));
  const name = slot(row, "name");
  if (job) name.href = job.url;
  else if (item.photo) name.href = item.photo.url;
  const progress = slot(row, "progress");
  const running = state === "job" && isActive(job);
  progress.hidden = !(state === "sending" || running);
  progress.max = running ? job.total || 1 : 1;
  progress.value = running ? job.step : item.progress || 0;
  progress.setAttribute("aria-label", gettext("Progress of {name}", { name: item.file.name }));
  if (job) setImage(slot(row, "thumb"), job.thumb || job.preview);
  const again = $("[data-action=retry]", row);
  again.hidden = state !== "failed" || Boolean(tooLarge(item.file));
  again.setAttribute("aria-label", gettext("Try {name} again", { name: item.file.name }));
  const cancel = $("[data-action=cancel]", row);
  const stops = state === "waiting" || state === "sending" || running;
  cancel.setAttribute("aria-label", stops ? gettext("Cancel {name}", { name: item.file.name }) : gettext("Put aside {name}", { name: item.file.name }));
}

/** One sentence that says whose turn it is. */
function guide() {
  const good = items.filter((item) => item.state !== "failed");
  if (chosen && !good.length) setText(hint, gettext("{title} it is. Now a photograph.", chosen));
  else if (good.length && !chosen) setText(hint, good.length === 1 ? gettext("Good. Now tap a style.") : gettext("{number} photographs. Now tap a style.", { number: good.length }));
  else if (good.some((item) => !item.job)) setText(hint, gettext("{title} it is, as soon as it is here.", chosen));
  else if (good.length < 2) setText(hint, "");
  else if (good.some((item) => isActive(item.job))) setText(hint, gettext("Each of them is being painted."));
  else setText(hint, gettext("All are finished. Tap another style to paint them again."));
}

onJob((job) => {
  const item = items.find((one) => one.job?.id === job.id);
  if (!item) return;
  item.job = job;
  render(item);
  guide();
});

// Ways in: the button, a drop anywhere, a paste.

function listenForFiles() {
  const input = $("#files");
  input.addEventListener("change", () => {
    addFiles([...input.files]);
    input.value = "";
  });
  document.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    if (!files.length) return;
    event.preventDefault();
    addFiles(files);
  });

  let depth = 0;
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  const veil = (yes) => document.body.classList.toggle("dragging", yes);
  document.addEventListener("dragenter", (event) => {
    if (!carriesFiles(event)) return;
    depth += 1;
    veil(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!carriesFiles(event)) return;
    depth -= 1;
    if (depth <= 0) veil(false);
  });
  document.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth = 0;
    veil(false);
    addFiles([...event.dataTransfer.files]);
  });
}

function startHero() {
  const compare = $(".hung .compare");
  if (compare) startCompare(compare, { drift: true });
}

startHero();
listenForFiles();
const cards = $$(".shelf .style-card");
cards.forEach((card) => card.addEventListener("click", () => choose(card)));
const wanted = new URLSearchParams(location.search).get("style"); // from a style's own page
if (wanted) cards.filter((card) => card.dataset.style === wanted).forEach(choose);
