// The picture that follows the hand: frames are decoded off the page and put on one after the other.

import { $ } from "./dom.js";

/** Gives `draw(n, blob)`; data-drawn on the canvas is the number of the frame on it. */
export function startLivePicture(root) {
  const canvas = $("canvas", root);
  const context = canvas.getContext("bitmaprenderer");
  let waiting = null;
  let busy = false;

  function put(n, bitmap) {
    const { width, height } = bitmap;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.transferFromImageBitmap(bitmap);
    canvas.hidden = false;
    canvas.dataset.drawn = n;
  }

  async function work() {
    busy = true;
    while (waiting) {
      const { n, blob } = waiting;
      waiting = null;
      try {
        put(n, await createImageBitmap(blob));
      } catch {
        // A frame that cannot be read is left out: the next one is on its way, or was drawn already.
      }
    }
    busy = false;
  }

  return {
    draw(n, blob) {
      waiting = { n, blob };
      if (!busy) work();
    },
  };
}
