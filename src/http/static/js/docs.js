// Puts Swagger UI in the place of the list that the service wrote.

import { ask } from "./api.js";
import { t } from "./texts.js";

const DESCRIPTION = "/openapi.json";
const list = document.getElementById("list");
const place = document.getElementById("swagger");
const SwaggerUI = globalThis.SwaggerUIBundle;

/** Swagger UI is dark where the root says so. */
function follow(scheme) {
  document.documentElement.classList.toggle("dark-mode", scheme.matches);
}

/** Gives names to what Swagger UI leaves without, and takes links out of its buttons. */
function mend() {
  for (const link of place.querySelectorAll(".opblock-summary-control a[href]")) {
    link.removeAttribute("href");
  }
  // The page has its title already.
  const title = place.querySelector("h1:not([aria-level])");
  title?.setAttribute("role", "heading");
  title?.setAttribute("aria-level", "3");
  // The page has its main part already, and a table is no landmark.
  place.querySelector("main:not([role])")?.setAttribute("role", "group");
  for (const table of place.querySelectorAll("table[role=region]")) table.removeAttribute("role");
  // What is wider than its place is scrolled by keyboard too.
  for (const code of place.querySelectorAll(".microlight:not([tabindex])")) code.tabIndex = 0;
  const fields = "select:not([aria-label]), input:not([aria-label]), textarea:not([aria-label])";
  for (const field of place.querySelectorAll(fields)) {
    const row = field.closest("[data-param-name]");
    const name = row?.dataset.paramName || field.title || field.placeholder || t("docs-value");
    field.setAttribute("aria-label", name);
  }
  // What is read on a button is what it is called.
  for (const button of place.querySelectorAll(".auth-btn-wrapper button[aria-label]")) {
    if (button.textContent.trim()) button.removeAttribute("aria-label");
  }
  for (const button of place.querySelectorAll("button:not([aria-label])")) {
    if (!button.textContent.trim()) button.setAttribute("aria-label", t("docs-expand"));
  }
}

/** The description without the twins that only take the format from the end of the path. */
async function described() {
  const response = await ask(DESCRIPTION, { headers: { accept: "application/json" } });
  const description = await response.json();
  for (const path of Object.keys(description.paths)) {
    if (path.endsWith(".{format}")) delete description.paths[path];
  }
  return description;
}

/** Shows Swagger UI; where the description cannot be had, the list stays. */
async function show() {
  const spec = await described();
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  follow(scheme);
  scheme.addEventListener("change", follow);
  new MutationObserver(mend).observe(place, { childList: true, subtree: true });
  const ui = SwaggerUI({
    spec,
    domNode: place,
    layout: "BaseLayout",
    presets: [SwaggerUI.presets.apis],
    deepLinking: true,
    docExpansion: "none",
    defaultModelsExpandDepth: 0,
    defaultModelRendering: "model",
    displayRequestDuration: true,
    filter: true,
    // Nothing leaves this service, and no other is asked to look at the document.
    validatorUrl: null,
    // A token is forgotten with the page.
    persistAuthorization: false,
    onComplete() {
      // Addresses in the description count from its own.
      ui.specActions.updateUrl(DESCRIPTION);
      place.hidden = false;
      list.hidden = true;
    },
  });
}

if (SwaggerUI && place) {
  show().catch((error) => console.warn(error));
}
