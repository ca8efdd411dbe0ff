// Puts Swagger UI in the place of the list that the service wrote.

import { t } from "./texts.js";

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
  const fields = "select:not([aria-label]), input:not([aria-label]), textarea:not([aria-label])";
  for (const field of place.querySelectorAll(fields)) {
    const row = field.closest("[data-param-name]");
    const name = row?.dataset.paramName || field.title || field.placeholder || t("docs-value");
    field.setAttribute("aria-label", name);
  }
  for (const button of place.querySelectorAll("button:not([aria-label])")) {
    if (!button.textContent.trim()) button.setAttribute("aria-label", t("docs-expand"));
  }
}

if (SwaggerUI && place) {
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  follow(scheme);
  scheme.addEventListener("change", follow);
  new MutationObserver(mend).observe(place, { childList: true, subtree: true });
  SwaggerUI({
    url: "/openapi.json",
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
      place.hidden = false;
      list.hidden = true;
      // The page has its main part already.
      place.querySelector("main")?.setAttribute("role", "group");
    },
  });
}
