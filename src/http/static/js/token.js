// The key of a token: kept for this tab only, and sent in a header only.

const NAME = "weft-token";

/** The key, or an empty text. */
export function key() {
  return sessionStorage.getItem(NAME) ?? "";
}

/** Keeps a key until the tab is closed; an empty one is forgotten. */
export function keep(value) {
  if (value) sessionStorage.setItem(NAME, value);
  else sessionStorage.removeItem(NAME);
}

/** The headers that a request needs besides others. */
export function authorization() {
  return key() ? { authorization: `Bearer ${key()}` } : {};
}
