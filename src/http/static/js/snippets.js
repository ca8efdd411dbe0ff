// A query or an address as code that can be pasted elsewhere.

import { make } from "./results.js";
import { t } from "./texts.js";

/** Puts code and a button that copies it into an element, one for each language. */
export function showSnippets(element, list) {
  element.replaceChildren(make("h3", {}, t("results-code")));
  for (const [name, code] of list) {
    const copy = make("button", { type: "button", class: "plain" }, t("results-copy-of", { name }));
    copy.addEventListener("click", () => copyText(code, copy));
    const pre = make("pre", { tabindex: "0" }, make("code", {}, code));
    element.append(make("details", { class: "snippet" }, make("summary", {}, name), pre, copy));
  }
}

/** Copies a text, and says so on the button. */
export async function copyText(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without permission, by way of a selection.
    const area = make("textarea", { readonly: true });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  const before = button.textContent;
  button.textContent = t("copied");
  setTimeout(() => (button.textContent = before), 2_000);
}

const shellQuoted = (text) => `'${text.replaceAll("'", `'"'"'`)}'`;
// Texts of addresses are written alike in JSON, Python and R.
const quoted = (text) => JSON.stringify(text);

/** A query for `/sparql`. */
export function ofQuery(origin, query, kind, isMerged = false) {
  const endpoint = `${origin}/sparql${isMerged ? "?merged=true" : ""}`;
  const merged = isMerged ? '\nsparql.addParameter("merged", "true")' : "";
  const isGraph = kind === "construct";
  const accept = isGraph ? "text/turtle" : "text/csv";
  const python = isGraph
    ? `# pip install SPARQLWrapper
from SPARQLWrapper import SPARQLWrapper, TURTLE

sparql = SPARQLWrapper("${origin}/sparql")
sparql.setMethod("POST")${merged}
sparql.setQuery(${pythonText(query)})
sparql.setReturnFormat(TURTLE)
print(sparql.query().convert().decode())
`
    : `# pip install SPARQLWrapper
from SPARQLWrapper import SPARQLWrapper, JSON

sparql = SPARQLWrapper("${origin}/sparql")
sparql.setMethod("POST")${merged}
sparql.setQuery(${pythonText(query)})
sparql.setReturnFormat(JSON)
${kind === "ask" ? 'print(sparql.query().convert()["boolean"])' : `for row in sparql.query().convert()["results"]["bindings"]:
    print({name: term["value"] for name, term in row.items()})`}
`;
  const r = `# install.packages("httr2"); install.packages("readr")
library(httr2)
query <- r"---(${query})---"
answer <- request("${endpoint}") |>
  req_headers(Accept = "${accept}") |>
  req_body_form(query = query) |>
  req_perform() |>
  resp_body_string()
${kind !== "select" ? "cat(answer)" : "rows <- readr::read_csv(I(answer))\nrows"}
`;
  return [
    ["curl", `curl ${isMerged ? shellQuoted(endpoint) : endpoint} -H 'Accept: ${accept}' --data-urlencode query=${shellQuoted(query)}\n`],
    ["Python", python],
    ["R", r],
  ];
}

function pythonText(query) {
  const text = query.replaceAll("\\", "\\\\").replaceAll('"""', '\\"\\"\\"');
  return `"""${text.endsWith('"') ? `${text}\n` : text}"""`;
}

/** The address of an answer as CSV. */
export function ofAddress(address) {
  return [
    ["curl", `curl ${shellQuoted(address)}\n`],
    ["Python", `import pandas\n\nrows = pandas.read_csv(${quoted(address)})\nprint(rows)\n`],
    ["R", `rows <- read.csv(${quoted(address)})\nrows\n`],
  ];
}
