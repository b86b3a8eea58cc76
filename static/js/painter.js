// Asking for a picture: the fields of a form as the API takes them.

import { send } from "./api.js";
import { addJob } from "./jobs.js";

const ADDRESS = document.body.dataset.renderings;
const FEATHER = "feather";
const share = (percent) => Number(percent || 100) / 100;

function valueOf(text) {
  if (text === "on" || text === "off") return text === "on";
  return Number.isNaN(Number(text)) ? text : Number(text);
}

/** Of the engine that is chosen; what is left empty is as the engine has it. */
function paramsOf(data, engine) {
  const params = {};
  for (const [name, text] of data) {
    if (text === "") continue;
    if (name.startsWith(`${engine}_`)) params[name.slice(engine.length + 1)] = valueOf(text);
    if (name === FEATHER) params[name] = Number(text);
  }
  return params;
}

/** `data` is a FormData with the names of the studio's form: see PaintForm. */
function wishOf(data) {
  const engine = data.get("engine") || "stylebank";
  const weights = data.getAll("extra_weight");
  const first = data.get("style") ? [{ style: data.get("style"), weight: share(data.get("weight")) }] : [];
  const rest = data.getAll("extra_style").map((style, index) => ({ style, weight: share(weights[index]) }));
  const masks = data.getAll("mask");
  return {
    engine,
    styles: [...first, ...rest.filter(({ style }) => style)],
    masks: data.getAll("mask_style").map((style, index) => ({ style, mask: masks[index] })),
    size: Number(data.get("size") || 1024),
    strength: share(data.get("strength")),
    keep_color: data.has("keep_color"),
    params: paramsOf(data, engine),
  };
}

const submit = async (wish) => addJob(await send("POST", ADDRESS, wish));

/** The job as it is newest known; or throws ApiError. */
export const paint = (photo, data) => submit({ photo, ...wishOf(data) });

/** By the recipe of another picture. */
export const paintLike = (photo, picture) => submit({ photo, remix_of: picture });
