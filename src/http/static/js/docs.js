// Puts Swagger UI in the place of the list that the service wrote.

const list = document.getElementById("list");
const place = document.getElementById("swagger");
const SwaggerUI = globalThis.SwaggerUIBundle;

/** Swagger UI is dark where the root says so. */
function follow(scheme) {
  document.documentElement.classList.toggle("dark-mode", scheme.matches);
}

if (SwaggerUI && place) {
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  follow(scheme);
  scheme.addEventListener("change", follow);
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
