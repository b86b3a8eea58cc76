// Runs while the page is read: each picture gets its own colour and shape before the first paint,
// so that nothing moves when it arrives. (Style attributes are forbidden by the content policy.)
(function () {
  function prepare(element) {
    const isImage = element instanceof HTMLImageElement;
    if (!isImage && !element.matches(".style-picture")) return;
    if (element.dataset.colour) element.style.backgroundColor = element.dataset.colour;
    if (!isImage) return;
    const ratio = element.getAttribute("width") / element.getAttribute("height");
    const frame = element.closest(".wall > li, .hung > .compare, .stage");
    if (frame && ratio) frame.style.setProperty("--ratio", ratio.toFixed(4));
  }

  const observer = new MutationObserver((records) => {
    for (const { addedNodes } of records) {
      for (const node of addedNodes) if (node instanceof Element && node.hasAttribute("data-colour")) prepare(node);
    }
  });
  observer.observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", () => {
    observer.disconnect();
    document.querySelectorAll("[data-colour]").forEach(prepare);
  });
})();
