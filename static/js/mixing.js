// Mixing styles on one photograph: every move of the hand is a wish to the server, every answer a picture.

import { ApiError } from "./api.js";
import { inWords, MAX_STYLES, percents, placeOf, shared, sharesAt, toQuery, withShare } from "./blend.js";
import { $, $$, setText, slot } from "./dom.js";
import { startHold } from "./hold.js";
import { onJob } from "./jobs.js";
import { startLivePicture } from "./livepicture.js";
import { tellMade } from "./madeline.js";
import { startPad } from "./mixpad.js";
import { startRows } from "./mixrows.js";
import { startMixSocket } from "./mixsocket.js";
import { paint as askFor } from "./painter.js";
import { startPicker } from "./stylepicker.js";
import { toast } from "./toast.js";
import { Undo } from "./undo.js";
import { gettext } from "./words.js";

const REST = 300; // ms without a move, then the picture comes at full size
const FULL = 1024;
const MOVING = matchMedia("(max-width: 640px)").matches ? 384 : 512;

const page = $("#mixing");
const form = $("#paint");
const canvas = $("canvas", page);
const add = $("[data-action=add]", form);
const grid = $("[data-layout=grid]", form);
const strength = $("#strength");
const picker = startPicker($("#picker"));

// A mix is a frozen whole: shares sum to one, `at` is where the dot is.

function fromPage({ styles, strength: given, keep_color: keep, size }) {
  const known = styles.filter(({ slug }) => picker.known.has(slug));
  const shares = shared(known.map(({ weight }) => weight));
  return { slugs: known.map(({ slug }) => slug), shares, at: placeOf(shares), strength: given, keep, size };
}

let mix = fromPage(JSON.parse($("#mix-data").textContent));
let before = null; // the mix as a drag found it
const undo = new Undo(mix);

const styles = () => mix.slugs.map((slug) => picker.known.get(slug));
const weights = () => mix.slugs.map((slug, index) => ({ slug, weight: percents(mix.shares)[index] }));
const words = () => inWords(styles().map(({ title }) => title), percents(mix.shares));
const query = () => toQuery({ ...mix, styles: weights() });

// The picture

const picture = startLivePicture(page);
const socket = startMixSocket(page.dataset.socket, {
  onPicture(n, blob) {
    picture.draw(n, blob);
    say("");
  },
  onError: (sentence) => say(sentence),
  onState(state, wait) {
    if (state === "open") say("");
    else if (state === "lost") say(gettext("The connection is lost. Your mix is kept; trying again in {seconds} s.", { seconds: Math.round(wait / 1000) }));
    else say(gettext("You are signed out, or the photograph is gone. Load the page again to go on."));
  },
});
let frame = 0;
let resting = 0;

function say(sentence) {
  setText(slot(page, "status"), sentence);
}

function ask(size) {
  const wanted = weights().filter(({ weight }) => weight > 0).map(({ slug, weight }) => [slug, weight / 100]);
  canvas.dataset.asked = socket.ask({ styles: wanted, strength: mix.strength / 100, keep_color: mix.keep, size: Math.min(size, mix.size) });
}

function rest() {
  ask(FULL);
  canvas.setAttribute("aria-label", gettext("{title}, painted: {styles}", { title: page.dataset.title, styles: words() }));
  history.replaceState(null, "", `?${query()}`);
  $("#regions-link").search = `?${query()}`;
}

/** At most one wish a frame while the hand moves, and the full size when it rests. */
function follow() {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    ask(MOVING);
  });
  clearTimeout(resting);
  resting = setTimeout(rest, REST);
}

// The controls

const pad = startPad($("#pad"), (at, done, nudged) => {
  before ||= mix;
  const shares = sharesAt(mix.slugs.length, at, nudged ? before.shares : null);
  if (done) before = null;
  set({ at, shares }, done && "pad");
});

const rows = startRows($("#mix-styles"), {
  onShare(index, percent, done) {
    before ||= mix;
    const shares = withShare(before.shares, index, percent / 100);
    if (done) before = null;
    set({ shares, at: placeOf(shares, mix.at) }, done && `share ${index}`);
  },
  async onChange(index) {
    const slug = await picker.choose(gettext("Change the style"), { taken: mix.slugs, current: mix.slugs[index] });
    if (slug && slug !== mix.slugs[index]) set({ slugs: mix.slugs.with(index, slug) });
  },
  onRemove(index) {
    const shares = shared(mix.shares.toSpliced(index, 1));
    set({ slugs: mix.slugs.toSpliced(index, 1), shares, at: placeOf(shares) });
    if (mix.slugs.length > 1) rows.focus(Math.min(index, mix.slugs.length - 1));
    else add.focus();
  },
});

function render() {
  const whole = percents(mix.shares);
  rows.show(styles(), whole);
  pad.show(styles().map((style, index) => ({ ...style, share: mix.shares[index] })), mix.at, words());
  form.dataset.count = mix.slugs.length;
  add.hidden = mix.slugs.length === MAX_STYLES;
  // Between two styles a grid is one row, and of one alone there is only the strip.
  grid.hidden = mix.slugs.length === 1;
  setText(grid, mix.slugs.length === 2 ? gettext("Row of 5") : gettext("Grid 5 × 5"));
  strength.value = mix.strength;
  setText($("output[for=strength]", form), `${mix.strength} %`);
  form.elements.keep_color.checked = mix.keep;
  form.elements.size.value = mix.size;
  $("[data-action=undo]", page).setAttribute("aria-disabled", String(!undo.past.length));
  $("[data-action=redo]", page).setAttribute("aria-disabled", String(!undo.future.length));
}

/** Change the mix. It is a step to undo unless `by` is false; `by` names the control that may go on with it. */
function set(change, by = null) {
  mix = Object.freeze({ ...mix, ...change });
  if (by !== false && JSON.stringify(mix) !== JSON.stringify(undo.now)) undo.keep(mix, by);
  render();
  follow();
}

function go(to) {
  if (!to) return;
  mix = to;
  render();
  follow();
  setText(slot(page, "said"), words());
}

function shuffle() {
  const count = Math.max(2, mix.slugs.length);
  const pool = [...picker.known.keys()].map((slug) => [Math.random(), slug]).sort().map(([, slug]) => slug);
  // Exponential variates: every division of the whole is as likely as any other.
  const shares = percents(shared(pool.slice(0, count).map(() => -Math.log(1 - Math.random())))).map((value) => value / 100);
  set({ slugs: pool.slice(0, count), shares, at: placeOf(shares) });
  setText(slot(page, "said"), words());
}

add.addEventListener("click", async () => {
  const slug = await picker.choose(gettext("Add a style"), { taken: mix.slugs });
  if (!slug) return;
  const count = mix.slugs.length;
  const shares = [...mix.shares.map((share) => (share * count) / (count + 1)), 1 / (count + 1)];
  set({ slugs: [...mix.slugs, slug], shares, at: placeOf(shares) });
});
strength.addEventListener("input", () => set({ strength: Number(strength.value) }, false));
strength.addEventListener("change", () => set({ strength: Number(strength.value) }, "strength"));
form.elements.keep_color.addEventListener("change", (event) => set({ keep: event.target.checked }));
for (const radio of form.elements.size) radio.addEventListener("change", () => set({ size: Number(radio.value) }));

const acts = { undo: () => go(undo.back()), redo: () => go(undo.forth()), shuffle, link: copyLink };
for (const button of $$("[data-action]", $(".mix-tools"))) button.addEventListener("click", acts[button.dataset.action]);

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.closest("dialog")) return;
  const key = event.key.toLowerCase();
  const act = key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" ? "undo" : null;
  if (!act) return;
  event.preventDefault();
  acts[act]();
});

startHold($(".live", page), $("[data-hold]", page));

// Sending it to a friend, who chooses a photograph of their own

async function copyLink() {
  const link = `${location.origin}${page.dataset.start}?${query()}`;
  try {
    await navigator.clipboard.writeText(link);
    toast(gettext("The link is copied. Whoever opens it tries this mix on a photograph of their own."));
  } catch {
    // Without HTTPS there is no clipboard: then the visitor's own hand copies it.
    const box = $("#link-box");
    box.hidden = false;
    $("input", box).value = link;
    $("input", box).select();
  }
}

// Painting it

async function paint(button) {
  const layout = button?.dataset.layout;
  const fields = new FormData();
  // In a grid a style with no share still has its corner.
  const wanted = weights().map(({ slug, weight }) => ({ slug, weight: layout === "grid" ? Math.max(1, weight) : weight })).filter(({ weight }) => weight > 0);
  wanted.forEach(({ slug, weight }, index) => {
    fields.append(index ? "extra_style" : "style", slug);
    fields.append(index ? "extra_weight" : "weight", weight);
  });
  fields.append("engine", layout ? "sheet" : "stylebank");
  if (layout) fields.append("sheet_layout", layout);
  fields.append("strength", mix.strength);
  fields.append("size", mix.size);
  if (mix.keep) fields.append("keep_color", "on");
  try {
    made = (await askFor(page.dataset.photo, fields)).id;
    onJob(showMade);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    toast(error.message, "error");
  }
}

let made = null;

function showMade(job) {
  if (job.id === made) tellMade(form, job);
}

let painting = false;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (painting) return;
  painting = true;
  await paint(event.submitter);
  painting = false;
});

$$(".no-js", form).forEach((part) => part.remove());
render();
follow();
