// The masks on the photograph, each as a tint of its own colour.

import { unpack, whole } from "./masks.js";

function colourOf(element) {
  const [red, green, blue] = getComputedStyle(element).getPropertyValue("--tint").trim().match(/[0-9a-f]{2}/gi).map((part) => parseInt(part, 16));
  return (blue << 16) | (green << 8) | red;
}

/** One canvas with data-tint="id" for each region there may be; a mask's bytes live here while it is on the page. */
export function startTints(frame, size) {
  const layers = new Map();

  function layerOf(id) {
    if (layers.has(id)) return layers.get(id);
    const canvas = frame.querySelector(`[data-tint="${id}"]`);
    Object.assign(canvas, size);
    const layer = { canvas, colour: colourOf(canvas), data: new Uint8Array(size.width * size.height), packed: null };
    layers.set(id, layer);
    return layer;
  }

  function draw({ canvas, colour, data }, rect) {
    const width = rect.right - rect.left;
    const height = rect.bottom - rect.top;
    if (width <= 0 || height <= 0) return;
    const image = new ImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    for (let y = 0, to = 0; y < height; y += 1) {
      for (let at = (rect.top + y) * size.width + rect.left, x = 0; x < width; x += 1, at += 1, to += 1) pixels[to] = (data[at] << 24) | colour;
    }
    canvas.getContext("2d").putImageData(image, rect.left, rect.top);
  }

  return {
    /** The bytes of a region's mask, to be written into; then `touch` it and `settle` it. */
    data: (id) => layerOf(id).data,
    touch: (id, rect) => draw(layerOf(id), rect),
    /** The bytes are now what `packed` says. */
    settle(id, packed) {
      layerOf(id).packed = packed;
    },
    /** `regions` are [{id, mask}], masks packed. */
    show(regions, current) {
      for (const { id, mask } of regions) {
        const layer = layerOf(id);
        if (layer.packed === mask) continue;
        unpack(mask, layer.data);
        layer.packed = mask;
        draw(layer, whole(size));
      }
      for (const [id, { canvas }] of layers) {
        canvas.hidden = !regions.some((region) => region.id === id);
        canvas.toggleAttribute("data-current", id === current);
      }
    },
  };
}
