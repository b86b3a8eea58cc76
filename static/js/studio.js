// The studio of one photograph: tap a style and it is painted; the filmstrip holds all that was made.

import { ApiError } from "./api.js";
import { toQuery } from "./blend.js";
import { Canvas } from "./canvas.js";
import { startJobPanel } from "./jobpanel.js";
import { addJob, isActive, isComparable, isOpen, onJob, stateWord } from "./jobs.js";
import { $, $$, clone, setImage, setText, slot } from "./dom.js";
import { isPainting, startMethod } from "./method.js";
import { startMix } from "./mix.js";
import { paint as askFor } from "./painter.js";
import { startPaintings } from "./paintings.js";
import { startFilter, startPeek } from "./shelf.js";
import { toast } from "./toast.js";
import { startTuning } from "./tuning.js";
import { gettext } from "./words.js";

const studio = $("#studio");
const photo = { ...studio.dataset, width: Number(studio.dataset.width), height: Number(studio.dataset.height) };
const form = $("#paint");
const film = $("#film");
const shelf = $("#styles");
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
  if (job.state === "done" && isComparable(job)) canvas.showPair({ before: photo.viewUrl, after: job.view, width: job.width, height: job.height, alt: job.alt });
  else if (job.state === "done") canvas.showSingle({ url: job.view, width: job.width, height: job.height, alt: job.alt });
  else canvas.showSingle({ url: job.preview || photo.viewUrl, width: job.width, height: job.height, alt: job.preview ? gettext("{title}, not yet finished", job) : photo.title });
  // What is watched as it forms is shown in its true colours.
  canvas.root.toggleAttribute("data-busy", isActive(job) && !job.pausable);
  if (!changed) return;
  for (const item of $$(".film-item", film)) {
    if (item.dataset.film === job.id) item.setAttribute("aria-current", "true");
    else item.removeAttribute("aria-current");
  }
}

function open(job) {
  show(job);
  const radio = $(`input[name=style][value="${CSS.escape(job.styles[0]?.slug || "")}"]:enabled`, form);
  if (radio) {
    radio.checked = true;
    method.want(job.engine);
    chosen();
  }
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
  setText(slot(item, "state"), stateWord(job));
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

// What is chosen: a style or a painting, others beside it, a method that can do them, its parameters

const tuning = startTuning($("#tuning"));
const mix = startMix($("#mix"), chosen);
const method = startMethod(form, (radio) => tuning.show(radio.value));

function chosen() {
  const radio = $("input[name=style]:checked", form);
  method.fit([...(radio ? [radio.value] : []), ...mix.refs()]);
  mix.nameFirst(radio && $(".style-title", radio.closest(".style-card")).textContent);
  showMixLink(radio?.value);
  showWays(radio);
}

/** What else can be done with the painting that is chosen. */
function showWays(radio) {
  const ways = slot(form, "ways");
  const id = radio && isPainting(radio.value) && radio.value.slice(radio.value.indexOf(":") + 1);
  ways.hidden = !id;
  if (!id) return;
  $("[data-way=teach]", ways).href = `${ways.dataset.teach}?painting=${id}`;
  $("[data-way=region]", ways).href = `${radio.closest(".style-item").dataset.region}?next=${encodeURIComponent(location.pathname)}`;
}

/** What is chosen here is what mixing begins with; it knows built-in styles only. */
function showMixLink(first) {
  const weights = mix.weights();
  const styles = [first, ...mix.refs()].map((slug, index) => ({ slug, weight: weights[index] })).filter(({ slug }) => slug && !isPainting(slug));
  const [size, keep] = [Number(form.elements.size.value), form.elements.keep_color.checked];
  const query = styles.length ? `?${toQuery({ styles, strength: Number($("#strength").value), keep, size })}` : "";
  $("#mix-link").search = query;
}

startPaintings({
  onAdd(painting, card, isLast) {
    mix.offer(painting);
    if (isLast) $("input[name=style]", card).checked = true;
    if (isLast) card.scrollIntoView({ block: "nearest", inline: "nearest" });
    chosen();
  },
  onChange(painting) {
    mix.offer(painting);
    chosen();
  },
  onRemove(ref, back) {
    mix.withhold(ref, back);
    chosen();
  },
});

// Painting

async function paint() {
  if (!form.reportValidity()) return;
  const button = $("#paint-button");
  button.disabled = true;
  try {
    open(await askFor(photo.photo, new FormData(form)));
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

// A tap on a card paints, where that takes a moment; what takes long waits for the button. From the
// keyboard the arrows only choose, and Enter paints.
shelf.addEventListener("click", (event) => {
  const card = event.target.closest("label.style-card");
  if (!card || event.target.matches("input")) return;
  event.preventDefault();
  const radio = $("input", card);
  radio.checked = true;
  radio.focus({ preventScroll: true, focusVisible: false });
  chosen();
  if (method.isQuick) paint();
});
shelf.addEventListener("change", (event) => event.target.name === "style" && chosen());

startFilter(shelf);
startPeek(shelf, (ref) => [...made.values()].find((job) => job.state === "done" && job.thumb && job.styles[0]?.slug === ref)?.thumb);

const strength = $("#strength");
strength.addEventListener("input", () => setText($("output[for=strength]"), `${strength.value} %`));
form.addEventListener("change", (event) => ["strength", "size", "keep_color"].includes(event.target.name) && chosen());

// What the page came with

current = $(".film-item[aria-current]", film)?.dataset.film || null;
if (current === null) panel.show(null);
$$("script[type='application/json']", film).forEach((data) => {
  const job = JSON.parse(data.textContent);
  take(job);
  if (isOpen(job)) addJob(job);
});
chosen();
