// What the scripts say, in the language of the page.

const language = document.documentElement.lang || "en";
const response = await fetch(`/static/texts/${language}.json`);
const texts = response.ok ? await response.json() : {};

/** A text of `src/http/texts` (without its `js-`), with its values in place. */
export function t(name, values = {}) {
  const text = texts[name] ?? name;
  return text.replace(/\{([\w-]+)\}/g, (place, value) =>
    value in values ? String(values[value]) : place,
  );
}

const whole = new Intl.NumberFormat(language);

/** A number as the language of the page writes it, with at most so many digits after the mark. */
export function number(value, digits = 3) {
  if (value === null || value === undefined || value === "") return "–";
  if (Number.isInteger(value)) return whole.format(value);
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
}

export { language };
