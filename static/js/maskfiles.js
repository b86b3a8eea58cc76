// Masks to and from files, and what the server proposes as pictures.

import { ApiError, upload } from "./api.js";
import { gettext } from "./words.js";

async function pixelsOf(blob, width, height, smoothing) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  } catch {
    throw new ApiError(gettext("That file cannot be read as a picture. Choose a PNG, a JPEG or a WebP."));
  }
  const canvas = new OffscreenCanvas(width ?? bitmap.width, height ?? bitmap.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingEnabled = smoothing;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return { bitmap, image: context.getImageData(0, 0, canvas.width, canvas.height) };
}

function lightOf({ data }) {
  const light = new Uint8Array(data.length / 4);
  // Rec. 709, on the values as they are stored.
  for (let at = 0; at < light.length; at += 1) light[at] = (0.2126 * data[4 * at] + 0.7152 * data[4 * at + 1] + 0.0722 * data[4 * at + 2]) * (data[4 * at + 3] / 255);
  return light;
}

const RATIO = 0.02; // by which a mask's proportions may differ, as the server has it

/** A file of the visitor's as a mask of `size`: white is inside. */
export async function readMask(file, { width, height }) {
  const { bitmap, image } = await pixelsOf(file, width, height, true);
  if (Math.abs((bitmap.width * height) / (bitmap.height * width) - 1) > RATIO) {
    throw new ApiError(gettext("A mask of {width} × {height} px does not fit this photograph. Give it the photograph’s proportions.", { width: bitmap.width, height: bitmap.height }));
  }
  return lightOf(image);
}

/** How light the photograph is, a byte a pixel. */
export function lightOfPhoto(image, { width, height }) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  return lightOf(context.getImageData(0, 0, width, height));
}

/** Send a mask to the server; gives what it makes of it. */
export async function sendMask(data, { width, height }, name, url) {
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let at = 0; at < data.length; at += 1) pixels[at] = 0xff000000 | (data[at] * 0x010101);
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d").putImageData(image, 0, 0);
  const blob = await canvas.convertToBlob({ type: "image/png" });
  const { done } = upload(new File([blob], `${name}.png`, { type: "image/png" }), () => {}, url);
  return done;
}

async function proposed(url, query) {
  let response;
  try {
    response = await fetch(`${url}?${new URLSearchParams(query)}`);
  } catch {
    throw new ApiError(gettext("The server cannot be reached. Check the connection and try again."));
  }
  if (response.ok) return response.blob();
  const { error } = await response.json().catch(() => ({}));
  throw new ApiError(error || gettext("The server could not do that. Try again in a moment."), response.status);
}

/** The subject in a box {x, y, w, h} of shares, as a mask of `size`. */
export async function askSubject(url, { x, y, w, h }, { width, height }) {
  const box = [x, y, w, h].map((value) => value.toFixed(4)).join(",");
  return lightOf((await pixelsOf(await proposed(url, { kind: "subject", box }), width, height, true)).image);
}

/** Superpixels: the number of each pixel's piece, {labels, width, height}. */
export async function askPieces(url, count) {
  const { image } = await pixelsOf(await proposed(url, { kind: "superpixels", count }), null, null, false);
  const labels = new Uint16Array(image.width * image.height);
  for (let at = 0; at < labels.length; at += 1) labels[at] = image.data[4 * at] + 256 * image.data[4 * at + 1];
  return { labels, width: image.width, height: image.height };
}
