// Quick or fine. A painting of somebody's own can only be painted finely: then the choice moves there by
// itself and says why; with a style that the quick method knows, it goes back to what the visitor wanted.

import { $, $$, setText } from "./dom.js";

export const isPainting = (ref) => ref.startsWith("painting:");

/** `onChange(radio)` is called with the method that holds, whenever that may have changed. */
export function startMethod(form, onChange) {
  const radios = $$("input[name=engine]", form);
  const note = $("[data-slot=method]", form);
  const chosen = () => radios.find((radio) => radio.checked) || radios[0];
  let wanted = chosen();

  function show() {
    const radio = chosen();
    setText(note, radios.some((one) => one.disabled) ? note.dataset.reason : radio.dataset.note);
    onChange(radio);
  }

  for (const radio of radios) {
    radio.addEventListener("change", () => {
      wanted = radio;
      show();
    });
  }

  return {
    get name() { return chosen().value; },
    /** Whether a tap on a style is a wish to paint it at once. */
    get isQuick() { return chosen().dataset.lane === "fast"; },
    want(name) {
      wanted = radios.find((radio) => radio.value === name) || wanted;
    },
    /** `refs` are the styles that are to be painted with. */
    fit(refs) {
      const needed = refs.some(isPainting);
      for (const radio of radios) radio.disabled = needed && !("paintings" in radio.dataset);
      const able = wanted.disabled ? radios.find((radio) => !radio.disabled) : wanted;
      if (able) able.checked = true;
      show();
    },
  };
}
