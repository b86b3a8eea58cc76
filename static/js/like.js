// The heart beside a picture: answered on the spot.

import { ApiError, post } from "./api.js";
import { $, setText, slot } from "./dom.js";
import { toast } from "./toast.js";

const form = $("[data-like]");

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const { on, count } = await post(form.action, new FormData(form));
    form.elements.on.value = on ? "0" : "1";
    $("button", form).setAttribute("aria-pressed", String(on));
    setText(slot(form, "likes"), String(count));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    toast(error.message, "error");
  }
});
