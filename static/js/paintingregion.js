// A region of a painting, to be a style of its own: one mask, painted by hand.

import { ApiError } from "./api.js";
import { startBrush } from "./brush.js";
import { brushSettings, startBrushRoom } from "./brushroom.js";
import { $, $$, setText, slot } from "./dom.js";
import { readMask, sendMask } from "./maskfiles.js";
import { invert, maskSize, pack, samePacked, share, unpack, whole } from "./masks.js";
import { startTints } from "./tints.js";
import { toast } from "./toast.js";
import { Undo } from "./undo.js";
import { gettext } from "./words.js";

const LEAST = 0.01; // of the painting: with less there is no style to see
const MASK = 1; // its number among the tints

const page = $("#region-work");
const form = $("#use");
const stage = $(".region-stage", page);
const frame = $(".region-frame", page);
const picture = { width: Number(page.dataset.width), height: Number(page.dataset.height) };
const size = maskSize(picture.width, picture.height);
const tints = startTints(frame, size);
const chosen = () => $("input[name=tool]:checked", form).value;

let mask = pack(new Uint8Array(size.width * size.height)); // packed, and never changed
const undo = new Undo(mask);

const covered = () => share(mask, size.width * size.height);

/** The page this one was opened from, on this site, or null. */
function cameFrom() {
  const next = new URLSearchParams(location.search).get("next");
  const address = next && new URL(next, location.origin);
  return address && address.origin === location.origin ? address : null;
}

function inWords() {
  const part = 100 * covered();
  if (!part) return gettext("Nothing is marked yet");
  return part < 1 ? gettext("Less than {percent} of the painting", { percent: "1 %" }) : gettext("{percent} of the painting", { percent: `${Math.round(part)} %` });
}

function render() {
  tints.show([{ id: MASK, mask }], MASK);
  setText(slot(form, "cover"), inWords());
  $("[data-action=undo]", page).setAttribute("aria-disabled", String(!undo.past.length));
  $("[data-action=redo]", page).setAttribute("aria-disabled", String(!undo.future.length));
}

function go(to) {
  if (!to) return;
  mask = to;
  render();
}

const board = {
  size,
  data: () => tints.data(MASK),
  touch: (rect) => tints.touch(MASK, rect),
  done() {
    const next = pack(board.data());
    if (samePacked(next, mask)) return;
    tints.settle(MASK, next);
    mask = next;
    undo.keep(mask, null);
    render();
  },
};

function rework(change) {
  change(board.data());
  board.touch(whole(size));
  board.done();
}

const tools = { brush: startBrush(board, brushSettings, false), eraser: startBrush(board, brushSettings, true) };

function pick(name) {
  $(`input[name=tool][value=${name}]`, form).checked = true;
  stage.dataset.tool = name;
  room.letGo();
}

const room = startBrushRoom({ page, stage, frame, picture }, {
  tool: () => tools[chosen()],
  pick,
  undo: () => go(undo.back()),
  redo: () => go(undo.forth()),
});

for (const radio of form.elements.tool) radio.addEventListener("change", () => pick(radio.value));

/** What an ApiError says is for the visitor; anything else is a fault of ours. */
function told(error) {
  if (!(error instanceof ApiError)) throw error;
  toast(error.message, "error");
}

$("#mask-file").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  event.target.value = "";
  if (!file) return;
  try {
    const read = await readMask(file, size);
    rework((data) => data.set(read));
  } catch (error) {
    told(error);
  }
});

const acts = { invert: () => rework(invert), clear: () => rework((data) => data.fill(0)) };
for (const [name, act] of Object.entries(acts)) $(`[data-action=${name}]`, form).addEventListener("click", act);

/** Where the visitor goes on with the new painting. */
function onward(painting, then) {
  if (then === "teach") return `${form.dataset.teach}?painting=${painting.id}`;
  const back = cameFrom();
  if (!back) return `${form.dataset.mine}#paintings`;
  back.searchParams.set("style", painting.ref);
  return back;
}

let sending = false;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (sending) return;
  if (covered() < LEAST) {
    toast(covered() ? gettext("Less than a hundredth of the painting is marked. Mark more of it.") : gettext("Nothing is marked yet. Paint over the part you like."), "error");
    return;
  }
  sending = true;
  setText(slot(page, "status"), gettext("Cutting it out…"));
  try {
    const data = new Uint8Array(size.width * size.height);
    unpack(mask, data);
    location.href = onward(await sendMask(data, size, "region", form.action), event.submitter?.value);
  } catch (error) {
    told(error);
  }
  setText(slot(page, "status"), "");
  sending = false;
});

const back = cameFrom();
if (back) $("[data-back]", page).href = back;
$$(".no-js", page).forEach((part) => part.remove());
render();
pick(chosen());
