// Masks as bytes, one a pixel, row by row: 0 is outside, 255 inside. No page in here.

const LONGEST = 1024; // px on the long side: a region's edge is softer than that anyway
const RUN = 0xffffff;

/** The size of the masks of a photograph. */
export function maskSize(width, height) {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const smooth = (t) => t * t * (3 - 2 * t);

// History keeps masks as runs of equal bytes: a painted one is a hundredth of its pixels.

/** Runs as 32 bits each, the byte above its length; or a copy, where runs would take more. */
export function pack(data) {
  const most = data.length >> 2;
  const runs = new Uint32Array(most);
  let count = 0;
  for (let start = 0; start < data.length; ) {
    const value = data[start];
    let end = start + 1;
    while (end < data.length && data[end] === value && end - start < RUN) end += 1;
    if (count === most) return data.slice();
    runs[count++] = ((value << 24) | (end - start)) >>> 0;
    start = end;
  }
  return runs.slice(0, count);
}

export function unpack(packed, into) {
  if (packed instanceof Uint8Array) {
    into.set(packed);
    return;
  }
  let at = 0;
  for (const run of packed) {
    const length = run & RUN;
    into.fill(run >>> 24, at, at + length);
    at += length;
  }
}

/** How much of the picture is inside, 0 to 1. */
export function share(packed, pixels) {
  let total = 0;
  if (packed instanceof Uint8Array) for (const value of packed) total += value;
  else for (const run of packed) total += (run >>> 24) * (run & RUN);
  return total / 255 / pixels;
}

export const samePacked = (a, b) => a === b || (a.constructor === b.constructor && a.length === b.length && a.every((value, index) => value === b[index]));

// Strokes

export const whole = ({ width, height }) => ({ left: 0, top: 0, right: width, bottom: height });

export function around(a, b) {
  if (!a || !b) return a || b;
  return { left: Math.min(a.left, b.left), top: Math.min(a.top, b.top), right: Math.max(a.right, b.right), bottom: Math.max(a.bottom, b.bottom) };
}

/**
 * Draw from one point {x, y, r} to another into `stroke`, by its greater value: so a soft edge stays soft
 * however often the hand passes. `softness` 0..1 is how much of the radius is edge. Gives what has changed.
 */
export function dab(stroke, { width, height }, from, to, softness) {
  const reach = Math.max(from.r, to.r) + 1;
  const left = clamp(Math.floor(Math.min(from.x, to.x) - reach), 0, width);
  const right = clamp(Math.ceil(Math.max(from.x, to.x) + reach), 0, width);
  const top = clamp(Math.floor(Math.min(from.y, to.y) - reach), 0, height);
  const bottom = clamp(Math.ceil(Math.max(from.y, to.y) + reach), 0, height);
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length2 = dx * dx + dy * dy;
  for (let y = top; y < bottom; y += 1) {
    const py = y + 0.5 - from.y;
    for (let x = left; x < right; x += 1) {
      const px = x + 0.5 - from.x;
      const t = length2 ? clamp((px * dx + py * dy) / length2, 0, 1) : 0;
      const radius = from.r + t * (to.r - from.r);
      const away = Math.sqrt((px - t * dx) ** 2 + (py - t * dy) ** 2);
      if (away >= radius + 0.5) continue;
      const edge = Math.max(1, radius * softness);
      const value = 255 * smooth(Math.min(1, (radius + 0.5 - away) / edge));
      const at = y * width + x;
      if (value > stroke[at]) stroke[at] = value;
    }
  }
  return { left, top, right, bottom };
}

/** Lay a stroke over what was, inside `rect`; or rub it out. */
export function lay(into, before, stroke, width, rect, erase) {
  for (let y = rect.top; y < rect.bottom; y += 1) {
    for (let at = y * width + rect.left; at < y * width + rect.right; at += 1) {
      const rest = (before[at] * (255 - stroke[at]) + 127) / 255;
      into[at] = erase ? rest : stroke[at] + rest;
    }
  }
}

// Whole masks

/** What was, with a proposal: "add", "remove" or "replace". */
export function combine(into, before, proposal, how) {
  for (let at = 0; at < into.length; at += 1) {
    if (how === "add") into[at] = Math.max(before[at], proposal[at]);
    else if (how === "remove") into[at] = Math.min(before[at], 255 - proposal[at]);
    else into[at] = proposal[at];
  }
}

export function invert(into) {
  for (let at = 0; at < into.length; at += 1) into[at] = 255 - into[at];
}

/** From an edge of the picture ("top", "right", "bottom", "left"): all of it up to `full`, none from `gone` on, both 0..1. */
export function gradient({ width, height }, edge, full, gone) {
  const mask = new Uint8Array(width * height);
  const upright = edge === "top" || edge === "bottom";
  const length = upright ? height : width;
  const far = edge === "bottom" || edge === "right";
  const line = Uint8Array.from({ length }, (_, index) => {
    const at = ((far ? length - 1 - index : index) + 0.5) / length;
    return Math.round(255 * smooth(clamp((gone - at) / Math.max(1e-3, gone - full), 0, 1)));
  });
  for (let y = 0; y < height; y += 1) {
    if (upright) mask.fill(line[y], y * width, (y + 1) * width);
    else mask.set(line, y * width);
  }
  return mask;
}

const FALL = 10; // of 255: how soft a range of brightness ends

/** Where the picture's `light` (a byte a pixel) lies between two values 0..1. */
export function brightness(light, low, high) {
  const table = Uint8Array.from({ length: 256 }, (_, value) => {
    const inside = Math.min(low <= 0 ? 255 : value - low * 255, high >= 1 ? 255 : high * 255 - value);
    return Math.round(255 * smooth(clamp((inside + FALL) / FALL, 0, 1)));
  });
  return light.map((value) => table[value]);
}
