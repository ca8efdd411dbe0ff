// The page of an answer: other views of it, and suggestions for what can be chosen.

import { ask, askJson } from "./api.js";
import { Context, make, read, show } from "./results.js";
import { ofAddress, showSnippets } from "./snippets.js";
import { language, t } from "./texts.js";

const place = document.getElementById("results");
if (place) {
  const settings = JSON.parse(place.dataset.settings);
  const view = new URLSearchParams(location.search).get("view");
  try {
    const result = await read(await ask(settings.data));
    if (result.rows.length) show(place, result, new Context(settings), { view });
  } catch {
    // The table of the page is there already.
  }
  if (settings.data.startsWith("/api/")) {
    showSnippets(document.getElementById("snippets"), ofAddress(settings.csv));
  }
}

// A short address, for those who cite.
const short = document.getElementById("short-link");
if (short) {
  const { query, merged, version } = JSON.parse(short.dataset.settings);
  short.hidden = !query;
  short.addEventListener("click", async () => {
    const said = document.getElementById("short-said");
    try {
      const pinned = version ?? Number(short.dataset.version);
      const response = await ask("/api/v1/permalinks", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query, merged: Boolean(merged), version: pinned }),
      });
      const link = await response.json();
      document.getElementById("cited").textContent = link.citeAs;
      short.hidden = true;
      said.textContent = t("results-short-done");
    } catch (error) {
      said.textContent = error.message;
    }
  });
}

// Names of things for parameters that have too many to list.
for (const input of document.querySelectorAll("input[data-suggest]")) {
  const list = document.getElementById(input.getAttribute("list"));
  let waiting;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    const words = input.value.trim();
    if (words.length < 2 || /^https?:/.test(words)) return;
    waiting = setTimeout(async () => {
      const type = input.dataset.suggest;
      const query = new URLSearchParams({ q: words, type, limit: "20" });
      try {
        const found = await askJson(`/api/v1/search?${query}`);
        list.replaceChildren(
          ...found.map((thing) => {
            // The name will do where nothing else has it.
            const isOnly = found.filter((other) => other.label === thing.label).length === 1;
            return make("option", { value: isOnly ? thing.label : thing.iri, lang: language }, thing.label);
          }),
        );
      } catch {
        list.replaceChildren();
      }
    }, 250);
  });
}
