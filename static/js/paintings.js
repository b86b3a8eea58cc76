// The visitor's own paintings: add, rename in place, share, delete with undo. In the studio and under Mine.

import { ApiError, send } from "./api.js";
import { $, $$, setText } from "./dom.js";
import { startFileZone } from "./filezone.js";
import { toast } from "./toast.js";
import { startUploads } from "./uploads.js";
import { gettext } from "./words.js";

const UNNAMED = gettext("Painter unknown");

/**
 * The page is told: `onAdd(painting, card, isLast)`, where `isLast` is false while more are on their
 * way; `onChange(painting)`; `onRemove(ref, back)`, where `back` is true for one that returned.
 */
export function startPaintings({ onAdd = () => {}, onChange = () => {}, onRemove = () => {} } = {}) {
  const room = $("#paintings");
  const cards = $(".cards", room);
  const cardOf = (id) => $(`[data-painting="${CSS.escape(id)}"]`, cards);
  const note = $("[data-slot=said]", room);

  async function tell(work) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast(error.message, "error");
      return null;
    }
  }

  // Adding. The server draws the card: the same as after a reload.

  async function arrive(painting, isLast) {
    const reply = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    const card = $(`#paintings [data-painting="${CSS.escape(painting.id)}"]`, page);
    if (!card) return location.reload();
    $(".style-picture", card).style.backgroundColor = painting.colour;
    cards.prepend(document.adoptNode(card));
    $("#painting-forms").append(...$$(`#painting-forms [data-of="${CSS.escape(painting.id)}"]`, page).map((form) => document.adoptNode(form)));
    $(".painting-edit", card).open = isLast;
    setText(note, gettext("{title} is added. You can give it a name.", painting));
    onAdd(painting, card, isLast);
  }

  // Changing

  function show(painting) {
    const card = cardOf(painting.id);
    setText($(".style-title", card), painting.title);
    setText($(".style-by", card), (painting.artist || UNNAMED) + (painting.public ? gettext(", shared") : ""));
    $("summary", card).setAttribute("aria-label", gettext("Edit {title}", painting));
    card.dataset.words = `${painting.title} ${painting.artist}`;
    card.dataset.artist = painting.artist;
    onChange(painting);
  }

  /** Of a box the last value counts: a hidden one stands in for it while it is not ticked. */
  function valuesOf(form) {
    const data = new FormData(form);
    return { title: data.get("title"), artist: data.get("artist"), public: data.getAll("public").at(-1) === "1" };
  }

  // One after the other: an older answer must not overtake a newer wish.
  let saving = Promise.resolve();

  function save(form) {
    saving = saving.then(async () => {
      const painting = await tell(() => send("PATCH", form.dataset.api, valuesOf(form)));
      if (!painting) return;
      show(painting);
      setText(note, gettext("Saved."));
    });
  }

  cards.addEventListener("change", (event) => {
    const { form } = event.target;
    if (!form?.matches("[data-edit]")) return;
    if (form.reportValidity()) save(form);
  });

  // Deleting

  async function remove(form) {
    const { api } = form.dataset;
    if (!(await tell(() => send("DELETE", api)))) return;
    const card = cardOf(form.dataset.of);
    const title = $(".style-title", card).textContent;
    hide(card, true);
    ($(".cards > :not([hidden]) summary", room) || $("input[type=file]", room)).focus();
    toast(gettext("{title} is deleted.", { title }), "", () => tell(async () => {
      await send("POST", `${api}/restore`);
      hide(card, false);
      setText(note, gettext("{title} is back.", { title }));
    }));
  }

  function hide(card, yes) {
    card.hidden = yes;
    const pick = $("input[type=radio], .style-card > input[type=checkbox]", card);
    if (pick) {
      pick.disabled = yes;
      if (yes) pick.checked = false;
    }
    onRemove(card.dataset.ref, !yes);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-edit]")) {
      event.preventDefault();
      // What was typed has told of its change already; Done only closes.
      const edit = $(".painting-edit", cardOf(form.dataset.of));
      edit.open = false;
      $("summary", edit).focus();
    }
    if (form.matches("[data-delete]")) {
      event.preventDefault();
      remove(form);
    }
  });

  cards.addEventListener("keydown", (event) => {
    const edit = event.target.closest(".painting-edit[open]");
    if (event.key !== "Escape" || !edit) return;
    edit.open = false;
    $("summary", edit).focus();
  });

  const uploads = startUploads($(".uploads", room), room.dataset.create, arrive);
  startFileZone(room, $("input[type=file]", room), uploads.add);
}
