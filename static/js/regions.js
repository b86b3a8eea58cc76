// Regions: masks on one photograph, each with a style of its own.

import { ApiError } from "./api.js";
import { startBrush } from "./brush.js";
import { brushSettings, startBrushRoom } from "./brushroom.js";
import { $, $$, setText, slot } from "./dom.js";
import { startKeeping } from "./keepwork.js";
import { askSubject, lightOfPhoto, readMask } from "./maskfiles.js";
import { brightness, combine, gradient, invert, maskSize, pack, samePacked, share, unpack, whole } from "./masks.js";
import { startPainting } from "./paintregions.js";
import { startPieces } from "./pieces.js";
import { startRegionRows } from "./regionrows.js";
import { startPicker } from "./stylepicker.js";
import { startBox } from "./subjectbox.js";
import { startTints } from "./tints.js";
import { toast } from "./toast.js";
import { Undo } from "./undo.js";
import { gettext } from "./words.js";

const PHOTO = "photo"; // as a style: what is left as it is
const FEATHER = 400; // px, the widest
const WIDEST = 3000; // px on the screen: a larger picture is shown without feather

const page = $("#regions");
const form = $("#paint");
const stage = $(".region-stage", page);
const frame = $(".region-frame", page);
const photo = $("[data-layer=photo]", frame);
const picture = { width: Number(page.dataset.width), height: Number(page.dataset.height) };
const most = Number(page.dataset.max) || 4;
const size = maskSize(picture.width, picture.height);
const pixels = size.width * size.height;
const nothing = pack(new Uint8Array(pixels));
const picker = startPicker($("#picker"));
const tints = startTints(frame, size);
const field = (id) => document.getElementById(id);
const chosen = (name) => $(`input[name=${name}]:checked`, form).value;

function say(sentence) {
  setText(slot(page, "status"), sentence);
}

const whisper = (sentence) => setText(slot(page, "said"), sentence);

/** What an ApiError says is for the visitor; anything else is a fault of ours. */
function told(error) {
  if (!(error instanceof ApiError)) throw error;
  toast(error.message, "error");
}

// What is on the page is a frozen whole; masks are packed. Regions are {id, style, mask}, ids from 1.

/** The weight follows the last colon: the name of a style that was taught has one too. */
const nameAndWeight = (part) => [part.slice(0, part.lastIndexOf(":")), part.slice(part.lastIndexOf(":") + 1)];

function first() {
  const query = new URLSearchParams(location.search);
  const sent = (query.get("mix") || "").split(",").map(nameAndWeight).filter(([slug, weight]) => picker.known.has(slug) && Number(weight) > 0);
  const slugs = sent.length ? sent.map(([slug]) => slug).slice(0, most) : [[...picker.known.keys()].find((slug) => slug !== PHOTO) || PHOTO];
  return Object.freeze({
    regions: slugs.map((style, index) => Object.freeze({ id: index + 1, style, mask: nothing })),
    current: 1,
    rest: PHOTO,
    feather: Number(field("feather").value),
    strength: Number(query.get("strength") ?? 100),
    keep: query.get("keep") === "1",
    size: Number(chosen("size")),
  });
}

const work = startKeeping(page.dataset.photo, ({ regions, rest }) => [rest, ...regions.map(({ style }) => style)].every((style) => picker.known.has(style)));
let state = work.recall() || first();
const undo = new Undo(state);
let trial = null; // the mask before a proposal whose sliders are still moved

const regionOf = (id) => state.regions.find((region) => region.id === id);
const styleOf = (slug) => (slug === PHOTO ? { ...picker.known.get(PHOTO), title: gettext("The photograph") } : picker.known.get(slug));

function percentOf({ id, mask }) {
  const part = 100 * share(mask, pixels);
  if (!part) return id === state.current ? gettext("Paint where it goes") : gettext("Nothing yet");
  return part < 1 ? gettext("less than 1 %") : `${Math.round(part)} %`;
}

/** Change what is on the page. It is a step to undo unless `by` is false; `by` names the control that may go on with it. */
function set(change, by = null) {
  state = Object.freeze({ ...state, ...change });
  if (by !== false) undo.keep(state, by);
  render();
}

function go(to) {
  if (!to) return;
  trial = null;
  state = to;
  render();
  whisper(state.regions.map((region) => gettext("Region {id}, {title}: {percent}", { id: region.id, title: styleOf(region.style).title, percent: percentOf(region) })).join(gettext(". ")));
}

function setRegion(id, change, by) {
  set({ regions: state.regions.map((region) => (region.id === id ? Object.freeze({ ...region, ...change }) : region)) }, by);
}

// The mask of the chosen region, as the tools write into it

const board = {
  size,
  data: () => tints.data(state.current),
  touch(rect) {
    tints.touch(state.current, rect);
    showView("regions");
  },
  done(by = null) {
    const mask = pack(board.data());
    if (samePacked(mask, regionOf(state.current).mask)) return;
    if (!(by in proposals)) trial = null;
    tints.settle(state.current, mask);
    setRegion(state.current, { mask }, by);
  },
  revert() {
    unpack(regionOf(state.current).mask, board.data());
    board.touch(whole(size));
  },
};

/** Work on all of the mask at once: `change(data)`. */
function rework(change, by) {
  change(board.data());
  board.touch(whole(size));
  board.done(by);
}

// Tools

const box = startBox($(".subject-box", frame), findSubject, whisper);
const pieces = startPieces(board, { lines: layer("lines"), cursor: layer("cursor") }, { url: page.dataset.propose, say: whisper });
const tools = { brush: startBrush(board, brushSettings, false), eraser: startBrush(board, brushSettings, true), pieces, subject: box };

function layer(name) {
  return Object.assign($(`[data-layer=${name}]`, frame), size);
}

function pickTool(name) {
  $(`input[name=tool][value=${name}]`, form).checked = true;
  stage.dataset.tool = name;
  trial = null;
  for (const part of $$("[data-for]", form)) part.hidden = !part.dataset.for.split(" ").includes(name);
  room.letGo();
  if (name === "pieces") showPieces();
}

async function showPieces() {
  say(gettext("Cutting the photograph into pieces…"));
  try {
    const count = await pieces.show(Number(chosen("pieces")));
    if (!count) return;
    whisper(gettext("{count} pieces. The arrows go from one to the next, Space takes it.", { count }));
  } catch (error) {
    told(error);
  }
  say("");
}

let looking = false;

async function findSubject() {
  if (looking) return;
  looking = true;
  say(gettext("Looking for it…"));
  try {
    const found = await askSubject(page.dataset.propose, box.box, size);
    if (field("all-but").checked) invert(found);
    rework((data) => combine(data, data, found, chosen("how")));
    whisper(gettext("Region {id}: {percent}", { id: state.current, percent: percentOf(regionOf(state.current)) }));
  } catch (error) {
    told(error);
  }
  say("");
  looking = false;
}

let light = null;
const sliders = (...ids) => ids.map((id) => Number(field(id).value) / 100);

const proposals = {
  brightness() {
    // Before the photograph is there nothing is known of it, and that is not kept.
    if (!light && photo.complete && photo.naturalWidth) light = lightOfPhoto(photo, size);
    return light ? brightness(light, ...sliders("light-from", "light-to")) : new Uint8Array(pixels);
  },
  gradient: () => gradient(size, chosen("edge"), ...sliders("full", "gone")),
};

/** Try what the sliders say on the mask as it was when they were first touched. */
function propose(done) {
  trial ||= board.data().slice();
  const before = trial;
  combine(board.data(), before, proposals[chosen("tool")](), chosen("how"));
  board.touch(whole(size));
  if (done) board.done(chosen("tool"));
}

let frameAsked = 0;

for (const [low, high] of [["light-from", "light-to"], ["full", "gone"]]) {
  for (const id of [low, high]) {
    field(id).addEventListener("input", () => {
      // Neither passes the other.
      if (id === low) field(high).value = Math.max(field(high).value, field(low).value);
      else field(low).value = Math.min(field(high).value, field(low).value);
      showOutputs();
      frameAsked ||= requestAnimationFrame(() => {
        frameAsked = 0;
        propose(false);
      });
    });
    field(id).addEventListener("change", () => {
      cancelAnimationFrame(frameAsked);
      frameAsked = 0;
      propose(true);
    });
  }
}
for (const radio of form.elements.edge) radio.addEventListener("change", () => propose(true));
for (const radio of form.elements.how) radio.addEventListener("change", () => trial && propose(true));
for (const radio of form.elements.pieces) radio.addEventListener("change", showPieces);
for (const radio of form.elements.tool) radio.addEventListener("change", () => pickTool(radio.value));

async function takeFile(file) {
  try {
    const mask = await readMask(file, size);
    rework((data) => data.set(mask));
  } catch (error) {
    told(error);
  }
}

field("mask-file").addEventListener("change", (event) => {
  const [file] = event.target.files;
  if (file) takeFile(file);
  event.target.value = "";
});

// The picture: what is shown of it, zoom and pan

function showView(name) {
  if (stage.dataset.view === name) return;
  stage.dataset.view = name;
  $(`input[name=view][value=${name}]`, page).checked = true;
}

for (const radio of $$("input[name=view]", page)) radio.addEventListener("change", () => showView(radio.value));

const room = startBrushRoom({ page, stage, frame, picture }, {
  tool: () => tools[chosen("tool")] || null,
  pick: pickTool,
  undo: () => go(undo.back()),
  redo: () => go(undo.forth()),
  onLayout: showFeather,
});

/** The tints end as softly as the painted regions will, where that is not too much to ask of the browser. */
function showFeather() {
  const long = Math.max(frame.clientWidth, frame.clientHeight);
  frame.style.setProperty("--blur", `${long > WIDEST ? 0 : ((state.feather / 5) * long) / state.size}px`);
}

// The rows

const taken = (but) => [...state.regions.filter(({ id }) => id !== but).map(({ style }) => style), ...(but === "rest" || state.rest === PHOTO ? [] : [state.rest])];

const rows = startRegionRows($("#rows"), {
  onPick(id) {
    trial = null;
    set({ current: id }, false);
    undo.now = state;
  },
  async onChange(id) {
    const current = id === "rest" ? state.rest : regionOf(id).style;
    // The rest may stay a photograph whatever the regions are.
    const others = id === "rest" ? taken(id).filter((style) => style !== PHOTO) : taken(id);
    const slug = await picker.choose(id === "rest" ? gettext("The rest of the picture") : gettext("Region {id}", { id }), { taken: others, current });
    if (!slug || slug === current) return;
    if (id === "rest") set({ rest: slug });
    else setRegion(id, { style: slug });
  },
  onRemove(id) {
    const left = state.regions.filter((region) => region.id !== id);
    trial = null;
    set({ regions: left, current: id === state.current ? left[0].id : state.current });
    rows.focus(state.current);
  },
});

const add = $("[data-action=add]", form);
add.addEventListener("click", async () => {
  const slug = await picker.choose(gettext("Add a region"), { taken: taken(null) });
  if (!slug) return;
  const id = [1, 2, 3, 4].find((number) => !regionOf(number));
  trial = null;
  set({ regions: [...state.regions, Object.freeze({ id, style: slug, mask: nothing })], current: id });
  if (["subject", "brightness", "gradient", "eraser"].includes(chosen("tool"))) pickTool("brush");
});

function showOutputs() {
  const percent = (id, text = `${field(id).value} %`) => {
    setText($(`output[for=${id}]`, form), text);
    field(id).setAttribute("aria-valuetext", text);
  };
  for (const id of ["light-from", "light-to", "full", "gone", "strength"]) percent(id);
  percent("feather", `${field("feather").value} px`);
}

function render() {
  rows.show(state.regions.map((region) => ({ id: region.id, style: styleOf(region.style), percent: percentOf(region) })), state.current, styleOf(state.rest));
  tints.show(state.regions, state.current);
  add.hidden = state.regions.length >= most;
  field("feather").value = state.feather;
  field("strength").value = state.strength;
  form.elements.keep_color.checked = state.keep;
  form.elements.size.value = state.size;
  $("[data-action=undo]", page).setAttribute("aria-disabled", String(!undo.past.length));
  $("[data-action=redo]", page).setAttribute("aria-disabled", String(!undo.future.length));
  showOutputs();
  showFeather();
  work.keep(state);
}

for (const name of ["feather", "strength"]) {
  field(name).addEventListener("input", () => set({ [name]: Number(field(name).value) }, false));
  field(name).addEventListener("change", () => set({ [name]: Number(field(name).value) }, name));
}
form.elements.keep_color.addEventListener("change", (event) => set({ keep: event.target.checked }));
for (const radio of form.elements.size) {
  radio.addEventListener("change", () => {
    const to = Number(radio.value);
    // Feather is in px of the result: a larger one looks as the smaller did.
    set({ size: to, feather: Math.min(FEATHER, Math.round((state.feather * to) / state.size)) });
  });
}

const acts = {
  invert: () => rework(invert),
  clear: () => rework((data) => data.fill(0)),
  take: () => (chosen("tool") === "subject" ? findSubject() : propose(true)),
  "pieces-keys"() {
    stage.focus();
    pieces.key({ key: "ArrowRight" });
  },
};
for (const button of $$("[data-action]", document)) if (acts[button.dataset.action]) button.addEventListener("click", acts[button.dataset.action]);

startPainting(form, page, {
  size,
  state: () => state,
  isEmpty: (region) => share(region.mask, pixels) === 0,
  onPainted() {
    $("[data-layer=painted]", frame).hidden = false;
    $("input[name=view][value=painted]", page).disabled = false;
    showView("painted");
  },
});

$$(".no-js", page).forEach((part) => part.remove());
render();
pickTool(chosen("tool"));
