// What the page says. The English words in the code are the keys of the catalogue, a plain script
// that comes before all modules; for English there is none.

const catalogue = globalThis.django;
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/** `text` in the visitor's language, with values for what stands in braces. */
export const gettext = (text, values = {}) => filled(catalogue ? catalogue.gettext(text) : text, values);

/** One of two, as `number` has it. */
export function ngettext(one, many, number, values = {}) {
  const text = catalogue ? catalogue.ngettext(one, many, number) : number === 1 ? one : many;
  return filled(text, { number, ...values });
}
