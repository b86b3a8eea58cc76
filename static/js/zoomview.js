// A picture in a stage, to zoom and to pan. The frame is placed to the pixel inside the stage.

const MAX_ZOOM = 8;
const STEP = Math.SQRT2;

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** `size` is the picture's, in px; `onLayout(view)` is called when the frame has moved. */
export class ZoomView {
  constructor(stage, frame, size, onLayout) {
    Object.assign(this, { stage, frame, size, onLayout });
    this.zoom = null; // null means "fit"; otherwise picture pixels per device pixel
    this.pan = { x: 0, y: 0 };
    new ResizeObserver(() => this.layout()).observe(stage);
    this.layout();
  }

  get zoomed() { return this.zoom !== null && this.zoom > this.fit; }

  layout() {
    const { clientWidth, clientHeight } = this.stage;
    if (!clientWidth || !clientHeight) return;
    const dots = window.devicePixelRatio || 1;
    this.fit = dots * Math.min(clientWidth / this.size.width, clientHeight / this.size.height);
    this.scale = this.zoom ?? this.fit;
    const width = (this.size.width * this.scale) / dots;
    const height = (this.size.height * this.scale) / dots;
    const spare = { x: Math.max(0, (width - clientWidth) / 2), y: Math.max(0, (height - clientHeight) / 2) };
    this.pan = { x: clamp(this.pan.x, -spare.x, spare.x), y: clamp(this.pan.y, -spare.y, spare.y) };
    const { style } = this.frame;
    style.width = `${width}px`;
    style.height = `${height}px`;
    style.translate = `${(clientWidth - width) / 2 + this.pan.x}px ${(clientHeight - height) / 2 + this.pan.y}px`;
    this.width = width;
    this.onLayout(this);
  }

  /** Zoom to picture pixels per device pixel, or null for "fit"; what is at `at` on the screen stays there. */
  setZoom(zoom, at = null) {
    const before = this.scale;
    this.zoom = zoom === null ? null : clamp(zoom, Math.min(this.fit, 1), MAX_ZOOM * Math.max(1, this.fit));
    const ratio = (this.zoom ?? this.fit) / before;
    const box = this.stage.getBoundingClientRect();
    const x = at ? at.x - box.left - box.width / 2 : 0;
    const y = at ? at.y - box.top - box.height / 2 : 0;
    this.pan = { x: x - (x - this.pan.x) * ratio, y: y - (y - this.pan.y) * ratio };
    this.layout();
  }

  zoomBy(factor, at = null) {
    const next = this.scale * factor;
    this.setZoom(next <= this.fit * 1.01 ? null : next, at);
  }

  in() { this.zoomBy(STEP); }
  out() { this.zoomBy(1 / STEP); }

  move(x, y) {
    this.pan = { x: this.pan.x + x, y: this.pan.y + y };
    this.layout();
  }

  /** Where on the picture a pointer is, in shares of its sides. */
  placeOf({ clientX, clientY }) {
    const box = this.frame.getBoundingClientRect();
    return { x: (clientX - box.left) / box.width, y: (clientY - box.top) / box.height };
  }
}
