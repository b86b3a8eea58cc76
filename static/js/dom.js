// The few helpers every module needs.

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/** The part of `root` named by data-slot, or null. */
export const slot = (root, name) => root.querySelector(`[data-slot="${name}"]`);

/** A fresh copy of the first element in <template id="..."> */
export const clone = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

/** Set text only where it differs, so that nothing is read aloud or repainted twice. */
export function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** Same for an image: a picture that is already there is not fetched again. */
export function setImage(image, url) {
  if (image && url && image.getAttribute("src") !== url) image.src = url;
}

/** Whether keys mean letters there, or a dialog is open. */
export const isTyping = (element) => element.closest("dialog[open], select, textarea, input:not([type=range], [type=radio], [type=checkbox])");

const wanted = new WeakMap();

/** Put a picture in another's place once it is decoded: nothing blank is seen between the two. */
export async function swapImage(image, url) {
  if (!url || wanted.get(image) === url) return;
  wanted.set(image, url);
  if (image.getAttribute("src") === url) return;
  const next = new Image();
  next.src = url;
  try {
    await next.decode();
  } catch {
    // A newer preview took its place on the server. That one comes with the next snapshot.
    if (wanted.get(image) === url) wanted.delete(image);
    return;
  }
  if (wanted.get(image) === url) image.src = url;
}

export function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage may be refused; the choice then lasts as long as the page.
  }
}

export function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function forget(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // Then it was never kept.
  }
}

/** [key, value] of all that is remembered under keys that begin so. */
export function recalled(start) {
  try {
    return Object.entries(localStorage).filter(([key]) => key.startsWith(start));
  } catch {
    return [];
  }
}
