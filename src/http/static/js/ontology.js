// Searches the vocabulary as one types: the same answer as the form gives, put in its place.

import { ask } from "./api.js";
import { t } from "./texts.js";

const form = document.querySelector(".search-terms");
const input = form?.querySelector("input");
const status = document.getElementById("found-status");
let waiting;
let running;

/** Puts what a search finds in the place of what is shown. */
async function search() {
  const q = input.value.trim();
  const address = q ? `/ontology?q=${encodeURIComponent(q)}` : "/ontology";
  running?.abort();
  running = new AbortController();
  try {
    const response = await ask(address, {
      headers: { accept: "text/html" },
      signal: running.signal,
    });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = page.getElementById("found");
    document.getElementById("found").replaceWith(document.importNode(found, true));
    status.textContent = page.getElementById("found-status").textContent;
    // The frame leads to this page in other languages and to its reference.
    for (const frame of ["header .languages", "body > footer"]) {
      const [old, made] = [document, page].map((known) => known.querySelector(frame));
      if (old && made) old.replaceWith(document.importNode(made, true));
    }
    history.replaceState(null, "", address);
  } catch (error) {
    if (error.name !== "AbortError") status.textContent = error.message || t("error-network");
  }
}

if (form) {
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 200);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    search();
  });
  // What was typed before this script was ready.
  const asked = new URLSearchParams(location.search).get("q") ?? "";
  if (input.value.trim() !== asked.trim()) search();
}
