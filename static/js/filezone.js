// A place that takes files: by its picker, dropped onto it, or pasted while it has the focus.

/** `zone` holds `input` (a file input); `take(files)` gets what arrived. */
export function startFileZone(zone, input, take) {
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  const light = (yes) => zone.toggleAttribute("data-over", yes);

  input.multiple = true;
  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = "";
  });

  zone.addEventListener("dragover", (event) => carriesFiles(event) && light(true));
  zone.addEventListener("dragleave", (event) => zone.contains(event.relatedTarget) || light(false));
  zone.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    light(false);
    take([...event.dataTransfer.files]);
  });
  // Dropped a little beside it, a file must not take the page away.
  for (const name of ["dragover", "drop"]) {
    document.addEventListener(name, (event) => carriesFiles(event) && event.preventDefault());
  }

  // The browser tells the body of a paste, wherever the focus is.
  document.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    if (!files.length || !zone.contains(document.activeElement)) return;
    event.preventDefault();
    take(files);
  });
}
