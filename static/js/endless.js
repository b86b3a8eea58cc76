// The pages of a wall follow one another. Without this there are links from page to page.

import { $, $$, setText, slot } from "./dom.js";

const AUTOMATIC = 3; // pages that come by themselves, before somebody asks for more: there is a foot to reach
const AHEAD = 900; // px below the window in which the next page is fetched
const STILL = 150; // ms without scrolling until the address follows

const root = $("[data-endless]");
const wall = root && $(".wall", root);
const nextOf = (page) => $(".pager a[rel=next]", page)?.getAttribute("href") || "";

let next = "";
let left = AUTOMATIC;
let pending = null;

/** How many pictures the wall that goes on has in all; 0 where there is none. */
export const total = () => Number(root?.dataset.total || 0);

export const hasMore = () => Boolean(next);

/** Fetch the next page; gives the new items, none at the end, or null when it could not be fetched. */
export function more() {
  if (!next) return Promise.resolve([]);
  pending ||= fetchNext().finally(() => (pending = null));
  return pending;
}

// What placeholders.js does while the page is read.
function prepare(item) {
  const image = $("img", item);
  item.style.setProperty("--ratio", (image.getAttribute("width") / image.getAttribute("height")).toFixed(4));
  image.style.backgroundColor = image.dataset.colour;
}

async function fetchNext() {
  show({ busy: true });
  try {
    const response = await fetch(next);
    if (!response.ok) throw new Error(String(response.status));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const came = $("[data-endless]", page);
    const items = came ? add(came) : [];
    next = came ? nextOf(page) : "";
    show({});
    if (came) setText(slot(root, "told"), came.dataset.range);
    return items;
  } catch {
    show({ trouble: true });
    return null;
  }
}

/** What was published meanwhile moves pictures from one page to the next: none is hung twice. */
function add(came) {
  const hung = new Set($$("a.work", wall).map((link) => link.getAttribute("href")));
  const fresh = $$(".wall > li", came).filter((item) => !hung.has($("a.work", item).getAttribute("href")));
  const items = fresh.map((item) => document.importNode(item, true));
  for (const item of items) {
    item.dataset.page = came.dataset.page;
    prepare(item);
  }
  wall.append(...items);
  return items;
}

function show({ busy = false, trouble = false }) {
  const link = $("[data-act=more]", root);
  if (next) link.href = next;
  link.hidden = !next || busy || trouble || left > 0;
  // While pages come by themselves the foot is as high as the window: what is under it is not seen to move.
  slot(root, "foot").toggleAttribute("data-coming", isComing());
  slot(root, "busy").hidden = !busy;
  slot(root, "trouble").hidden = !trouble;
  slot(root, "end").hidden = Boolean(next);
  if (!busy) holdLastRow();
}

const isComing = () => Boolean(next) && left > 0;

/** The last row is laid out anew when pictures join it: until then it is not shown. */
function holdLastRow() {
  const items = [...wall.children];
  const lowest = isComing() && slot(root, "trouble").hidden ? items.at(-1).offsetTop : -1;
  for (const item of items) if (item.offsetTop === lowest) item.toggleAttribute("data-waits", true);
  // Shown in a frame after the one in which they find their place: nobody sees them move.
  const settled = items.filter((item) => item.hasAttribute("data-waits") && item.offsetTop !== lowest);
  if (settled.length) requestAnimationFrame(() => requestAnimationFrame(() => settled.forEach(reveal)));
}

const reveal = (item) => item.removeAttribute("data-waits");

function startFoot() {
  const foot = slot(root, "foot");
  // A page that was busy is told of several changes at once: the last of them is how it is now.
  const near = new IntersectionObserver(async (changes) => {
    if (!changes.at(-1).isIntersecting || !left || !next || pending || !slot(root, "trouble").hidden) return;
    left -= 1;
    if (await more()) again();
  }, { rootMargin: `0px 0px ${AHEAD}px` });

  // An observer tells of changes only: a foot that is still near has to be looked at anew.
  function again() {
    near.unobserve(foot);
    near.observe(foot);
  }

  async function asked(event) {
    const button = event.target.closest("[data-act]");
    if (!button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const byKeyboard = button.matches(":focus-visible");
    left = AUTOMATIC - 1;
    const items = await more();
    if (byKeyboard && items?.length) {
      reveal(items[0]);
      $("a.work", items[0]).focus();
    }
    again();
  }

  foot.addEventListener("click", asked);
  show({});
  near.observe(foot);
  new ResizeObserver(holdLastRow).observe(wall);
}

const linkAt = () => $$("a.work", wall).find((link) => link.getBoundingClientRect().bottom > 60);

function addressOf(page) {
  const address = new URL(location.href);
  if (page === "1") address.searchParams.delete("page");
  else address.searchParams.set("page", page);
  return address;
}

/** The address is that of the page one looks at; with it is kept where on that page one is. */
function keepPlace() {
  const link = linkAt();
  if (!link) return;
  const page = link.closest("li").dataset.page || root.dataset.page;
  const place = scrollY > 0 ? { href: link.getAttribute("href"), top: link.getBoundingClientRect().top } : null;
  history.replaceState({ ...history.state, place }, "", addressOf(page));
}

function goBackToPlace() {
  const place = history.state?.place;
  const link = place && $$("a.work", wall).find((one) => one.getAttribute("href") === place.href);
  if (link) scrollTo({ top: link.getBoundingClientRect().top + scrollY - place.top, behavior: "instant" });
}

function startPlace() {
  let timer = 0;
  history.scrollRestoration = "manual"; // the browser would look for a place on pages that are not there yet
  addEventListener("scroll", () => {
    clearTimeout(timer);
    timer = setTimeout(keepPlace, STILL);
  }, { passive: true });
  root.addEventListener("click", keepPlace, { capture: true });
  addEventListener("pagehide", keepPlace);
}

export function startEndless() {
  if (!root) return;
  next = nextOf(root);
  goBackToPlace();
  startPlace();
  startFoot();
}
