// The place of a page where a key is given, looked at and forgotten.

import { askJson, show } from "./api.js";
import { t } from "./texts.js";
import { authorization, keep, key } from "./token.js";

const GRAPHS = "https://w3id.org/weft/graph/";

/** The name of a graph as people write it. */
export const named = (graph) => (graph.startsWith(GRAPHS) ? graph.slice(GRAPHS.length) : graph);

/** The IRI of a graph that is named as people write it. */
export const graphIri = (name) => (name.includes(":") ? name : GRAPHS + name);

/**
 * Makes the panel work. `known` is called with what the token allows, or null; the answer is how
 * the service takes writes: `token`, `open` or `closed`.
 */
export function tokenPanel(known) {
  const panel = document.getElementById("token-panel");
  if (!panel) return "closed";
  const form = document.getElementById("token-form");
  const input = document.getElementById("token-key");
  const state = document.getElementById("token-state");
  const problem = document.getElementById("token-problem");
  const forget = document.getElementById("token-forget");
  panel.hidden = panel.dataset.door === "closed";

  const say = (texts) => {
    state.replaceChildren();
    for (const text of texts.filter(Boolean)) {
      const line = document.createElement("p");
      line.textContent = text;
      state.append(line);
    }
  };
  const look = async () => {
    show(problem, null);
    forget.hidden = !key();
    if (!key()) {
      say([]);
      known(null);
      return;
    }
    try {
      const token = await askJson("/api/v1/tokens/self", { headers: authorization() });
      const graphs = token.graphs.map(named).join(", ");
      say([
        t("partners-token-is", { name: token.name }),
        token.admin ? t("partners-token-admin") : graphs && t("partners-token-graphs", { graphs }),
        token.expires ? t("partners-token-until", { date: token.expires.slice(0, 10) }) : "",
      ]);
      known(token);
    } catch (error) {
      say([]);
      show(problem, error);
      known(null);
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) keep(input.value.trim());
    input.value = "";
    look();
  });
  forget.addEventListener("click", () => {
    keep("");
    look();
    input.focus();
  });
  // Whoever called has the answer before it is told what the token allows.
  queueMicrotask(look);
  return panel.dataset.door;
}
