// The canvas of the studio and the picture page: compare views, zoom and pan.

import { startCompare } from "./compare.js";
import { $, $$, setImage, swapImage } from "./dom.js";

const MAX_FIT = 2;
const MAX_ZOOM = 8;
const STEP = Math.SQRT2;
const NUDGE = 60;
const GAP = 16;
const TAP = 250;

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

export class Canvas {
  constructor(root) {
    this.root = root;
    this.stage = $(".stage", root);
    this.compare = $(".compare", root);
    this.before = $("img[data-side=before]", root);
    this.after = $("img[data-side=after]", root);
    this.input = $("input[type=range]", this.compare);
    this.level = $("[data-zoom-level]", root);
    this.flipButton = $(".flip-button", root);
    this.size = { width: Number(this.after.getAttribute("width")) || 3, height: Number(this.after.getAttribute("height")) || 2 };
    this.zoom = null; // null means "fit"; otherwise picture pixels per device pixel
    this.pan = { x: 0, y: 0 };
    this.pointers = new Map();

    startCompare(this.compare, { mayDrag: (event) => this.mode === "compare" && (!this.zoomed || Boolean(event.target.closest(".grip"))) });
    this.listenToViews();
    this.listenToZoom();
    this.listenToPointers();
    this.listenToKeys();
    new ResizeObserver(() => this.layout()).observe(this.stage);
    this.layout();
  }

  get mode() { return this.root.dataset.mode; }
  get view() { return this.mode === "single" ? "single" : this.compare.dataset.view; }
  get zoomed() { return this.stage.classList.contains("zoomed"); }

  /** One picture alone: a photograph, a preview. */
  showSingle({ url, width, height, alt }) {
    this.show("single", { width, height });
    swapImage(this.after, url);
    this.after.alt = alt;
  }

  /** The photograph and what became of it. */
  showPair({ before, after, width, height, alt }) {
    this.show("compare", { width, height });
    setImage(this.before, before);
    swapImage(this.after, after);
    this.after.alt = alt;
  }

  show(mode, size) {
    this.root.dataset.mode = mode;
    if (size.width && size.height) this.size = size;
    this.stage.style.setProperty("--ratio", this.size.width / this.size.height);
    this.setFlipped(false);
    this.flipButton.hidden = this.view !== "flip";
    this.input.disabled = this.view !== "slider";
    this.layout();
  }

  // Views

  listenToViews() {
    for (const radio of $$("[data-views] input", this.root)) {
      radio.addEventListener("change", () => {
        this.compare.dataset.view = radio.value;
        this.show(this.mode, this.size);
      });
      // A reload may restore the radio the visitor had chosen.
      if (radio.checked) this.compare.dataset.view = radio.value;
    }
    this.flipButton.addEventListener("click", () => this.setFlipped(!this.flipped));
    this.show(this.mode, this.size);
  }

  setFlipped(yes) {
    this.flipped = yes;
    this.compare.toggleAttribute("data-flipped", yes);
    this.flipButton.setAttribute("aria-pressed", String(yes));
  }

  // Geometry: the picture is placed to the pixel inside a box no larger than the stage.

  layout() {
    const { clientWidth, clientHeight } = this.stage;
    if (!clientWidth || !clientHeight) return;
    const panes = this.view === "side" ? 2 : 1;
    const room = { width: (clientWidth - GAP * (panes - 1)) / panes, height: clientHeight };
    const dots = window.devicePixelRatio || 1;
    const fit = Math.min(room.width / this.size.width, room.height / this.size.height, MAX_FIT);
    const scale = this.zoom === null ? fit : this.zoom / dots;
    const width = this.size.width * scale;
    const height = this.size.height * scale;
    const box = { width: Math.min(room.width, width), height: Math.min(room.height, height) };
    const spare = { x: Math.max(0, (width - box.width) / 2), y: Math.max(0, (height - box.height) / 2) };
    this.pan = { x: clamp(this.pan.x, -spare.x, spare.x), y: clamp(this.pan.y, -spare.y, spare.y) };
    this.scale = scale * dots;
    this.fit = fit * dots;

    const style = this.stage.style;
    style.setProperty("--w", `${width}px`);
    style.setProperty("--h", `${height}px`);
    style.setProperty("--x", `${(box.width - width) / 2 + this.pan.x}px`);
    style.setProperty("--y", `${(box.height - height) / 2 + this.pan.y}px`);
    this.compare.style.width = `${box.width * panes + GAP * (panes - 1)}px`;
    this.compare.style.height = `${box.height}px`;
    this.stage.classList.add("measured");
    this.stage.classList.toggle("zoomed", spare.x > 0.5 || spare.y > 0.5);
    this.stage.classList.toggle("sharp", this.scale >= 4);
    this.level.textContent = `${Math.round(100 * this.scale)} %`;
    this.press("fit", this.zoom === null);
    this.press("full", this.zoom === 1);
  }

  press(name, yes) {
    $(`[data-zoom=${name}]`, this.root).setAttribute("aria-pressed", String(yes));
  }

  // Zoom

  setZoom(zoom) {
    const before = this.scale;
    this.zoom = zoom === null ? null : clamp(zoom, Math.min(this.fit, 1), MAX_ZOOM);
    const ratio = (this.zoom ?? this.fit) / before;
    this.pan = { x: this.pan.x * ratio, y: this.pan.y * ratio };
    this.layout();
  }

  zoomBy(factor) {
    const next = this.scale * factor;
    this.setZoom(next <= this.fit * 1.01 ? null : next);
  }

  listenToZoom() {
    const acts = {
      fit: () => this.setZoom(null),
      full: () => this.setZoom(1),
      in: () => this.zoomBy(STEP),
      out: () => this.zoomBy(1 / STEP),
    };
    for (const button of $$("[data-zoom]", this.root)) {
      button.addEventListener("click", acts[button.dataset.zoom]);
    }
    this.stage.addEventListener("dblclick", () => this.setZoom(this.zoom === null ? 1 : null));
    this.stage.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.zoomBy(Math.exp(-event.deltaY / 200));
    }, { passive: false });
  }

  move(x, y) {
    this.pan = { x: this.pan.x + x, y: this.pan.y + y };
    this.layout();
  }

  // Pointers: one drags, two pinch, a short one flips.

  listenToPointers() {
    this.compare.addEventListener("pointerdown", (event) => this.down(event));
    this.compare.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) {
      this.compare.addEventListener(end, (event) => this.up(event));
    }
  }

  down(event) {
    if (event.button !== 0 || event.target.closest(".grip")) return;
    if (this.view === "slider" && !this.zoomed) return;
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.compare.setPointerCapture(event.pointerId);
    this.stage.classList.add("panning");
    this.spread = this.span();
    this.pressedAt = event.timeStamp;
    this.travelled = 0;
    if (this.view === "flip") this.setFlipped(!this.flipped);
  }

  drag(event) {
    const from = this.pointers.get(event.pointerId);
    if (!from) return;
    const by = { x: event.clientX - from.x, y: event.clientY - from.y };
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.travelled += Math.hypot(by.x, by.y);
    if (this.pointers.size === 1) return this.move(by.x, by.y);
    const spread = this.span();
    if (this.spread && spread) this.zoomBy(spread / this.spread);
    this.spread = spread;
  }

  up(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    if (this.pointers.size === 0) this.stage.classList.remove("panning");
    // A tap leaves the other picture showing; a hold or a drag gives the first one back.
    const tapped = event.timeStamp - this.pressedAt < TAP && this.travelled < 6;
    if (this.view === "flip" && !tapped) this.setFlipped(!this.flipped);
  }

  span() {
    const [a, b] = [...this.pointers.values()];
    return b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  }

  // Keys, while the stage itself has the focus (the slider keeps its own arrows).

  listenToKeys() {
    const acts = {
      "+": () => this.zoomBy(STEP), "=": () => this.zoomBy(STEP), "-": () => this.zoomBy(1 / STEP),
      0: () => this.setZoom(null), 1: () => this.setZoom(1),
      ArrowLeft: () => this.move(NUDGE, 0), ArrowRight: () => this.move(-NUDGE, 0),
      ArrowUp: () => this.move(0, NUDGE), ArrowDown: () => this.move(0, -NUDGE),
      " ": () => this.view === "flip" && this.setFlipped(!this.flipped),
    };
    this.stage.addEventListener("keydown", (event) => {
      const fromSlider = event.target === this.input;
      const moves = event.key.startsWith("Arrow");
      if (event.ctrlKey || event.metaKey || event.altKey || !acts[event.key]) return;
      if (moves && (fromSlider || !this.zoomed)) return;
      event.preventDefault();
      acts[event.key]();
    });
  }
}
