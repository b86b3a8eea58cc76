// The studio of one photograph: tap a style and it is painted; the filmstrip holds all that was made.

import { ApiError, post } from "./api.js";
import { Canvas } from "./canvas.js";
import { startJobPanel } from "./jobpanel.js";
import { addJob, isActive, onJob, stateWord } from "./jobs.js";
import { $, $$, clone, setImage, setText, slot } from "./dom.js";
import { toast } from "./toast.js";

const studio = $("#studio");
const photo = { ...studio.dataset, width: Number(studio.dataset.width), height: Number(studio.dataset.height) };
const form = $("#paint");
const film = $("#film");
const canvas = new Canvas($(".canvas"));
const panel = startJobPanel($(".job"));
const made = new Map();
let current = null;

// The canvas

function show(job) {
  const changed = current !== job.id;
  current = job.id;
  panel.show(job);
  const link = slot(studio, "link");
  link.hidden = false;
  link.href = job.url;
  setText(slot(studio, "title"), job.title);
  slot(studio, "empty").hidden = true;
  if (job.state === "done") canvas.showPair({ before: photo.viewUrl, after: job.view, width: job.width, height: job.height, alt: job.title });
  else canvas.showSingle({ url: job.preview || photo.viewUrl, width: photo.width, height: photo.height, alt: job.preview ? `${job.title}, a first sketch` : photo.title });
  canvas.root.toggleAttribute("data-busy", isActive(job));
  if (!changed) return;
  for (const item of $$(".film-item", film)) {
    if (item.dataset.film === job.id) item.setAttribute("aria-current", "true");
    else item.removeAttribute("aria-current");
  }
}

function open(job) {
  show(job);
  const radio = $(`input[name=style][value="${CSS.escape(job.styles[0]?.slug || "")}"]`, form);
  if (radio) radio.checked = true;
  history.replaceState(null, "", `?show=${job.id}`);
}

// The filmstrip

function filmItem(job) {
  let item = $(`[data-film="${CSS.escape(job.id)}"]`, film);
  if (!item) {
    const entry = clone("film-template");
    film.prepend(entry);
    film.scrollTo({ left: 0 });
    item = $(".film-item", entry);
    item.dataset.film = job.id;
    item.href = `?show=${job.id}`;
    $(".film").hidden = false;
  }
  return item;
}

function renderFilm(job) {
  const item = filmItem(job);
  item.dataset.state = job.state;
  setText(slot(item, "title"), job.title);
  setText(slot(item, "state"), job.cancel_requested && isActive(job) ? "Stopping" : stateWord(job));
  setImage(slot(item, "thumb"), job.thumb || job.preview || photo.viewUrl);
  slot(item, "thumb").style.backgroundColor = job.colour || photo.colour;
}

film.addEventListener("click", (event) => {
  const item = event.target.closest(".film-item");
  const job = item && made.get(item.dataset.film);
  if (!job || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(job);
});

function take(job) {
  if (job.photo !== photo.photo) return;
  made.set(job.id, job);
  renderFilm(job);
  if (job.id === current) show(job);
}
onJob(take);

// Painting

async function paint() {
  const button = $("#paint-button");
  button.disabled = true;
  try {
    const job = await post(form.action, new FormData(form));
    open(addJob(job));
    studio.scrollIntoView({ block: "nearest" });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    toast(error.message, "error");
  } finally {
    button.disabled = false;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  paint();
});

// A tap on a card paints. From the keyboard the arrows only choose, and Enter paints.
for (const card of $$(".style-card", form)) {
  card.addEventListener("click", (event) => {
    if (event.target.matches("input")) return;
    event.preventDefault();
    const radio = $("input", card);
    radio.checked = true;
    radio.focus({ preventScroll: true, focusVisible: false });
    paint();
  });
}

// The shelf: resting on a style shows it on this photograph, once it is known.

function startPeek(card) {
  const frame = $(".style-picture", card);
  let peek = null;
  const leave = () => {
    peek?.remove();
    peek = null;
  };
  const enter = () => {
    const known = [...made.values()].find((job) => job.state === "done" && job.thumb && job.styles[0]?.slug === card.dataset.style);
    if (!known || peek) return;
    peek = new Image();
    peek.alt = "";
    peek.src = known.thumb;
    frame.append(peek);
  };
  card.addEventListener("pointerenter", enter);
  card.addEventListener("focusin", enter);
  card.addEventListener("pointerleave", leave);
  card.addEventListener("focusout", leave);
}
$$(".style-card", form).forEach(startPeek);

function startFilter() {
  const input = $("#filter");
  if (!input) return;
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  input.addEventListener("input", () => {
    const words = plain(input.value).split(/\s+/);
    let found = 0;
    for (const card of $$("#styles .style-card")) {
      const text = plain(card.dataset.words);
      card.hidden = !words.every((word) => text.includes(word));
      if (!card.hidden) found += 1;
    }
    $("#no-match").hidden = found > 0;
  });
  input.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
}
startFilter();

const strength = $("#strength");
strength.addEventListener("input", () => setText($("output[for=strength]"), `${strength.value} %`));

// What the page came with

current = $(".film-item[aria-current]", film)?.dataset.film || null;
if (current === null) panel.show(null);
$$("script[type='application/json']", film).forEach((data) => {
  const job = JSON.parse(data.textContent);
  take(job);
  if (isActive(job)) addJob(job);
});
