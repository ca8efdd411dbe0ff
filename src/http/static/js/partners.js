// A partner's way from a file to data that is there: check, impact, load.

import { ApiProblem, ask, askJson, show } from "./api.js";
import { enhance } from "./report.js";
import { number, t } from "./texts.js";
import { authorization, key } from "./token.js";
import { graphIri, named, tokenPanel } from "./token-panel.js";

const at = (id) => document.getElementById(id);
for (const element of document.querySelectorAll(".scripted")) element.hidden = false;

/** What was checked last: its form, its files, its graph. */
let checked = null;
let isAllowed = false;

const door = tokenPanel((token) => {
  isAllowed = Boolean(token) || door === "open";
  const own = token?.graphs?.[0];
  if (own) {
    for (const id of ["rdf-graph", "table-graph", "d-graph"]) {
      const input = at(id);
      if (input && !input.value) input.value = named(own);
    }
  }
  ready();
});
isAllowed ||= door === "open";

/** Says which steps can be taken now, and why others cannot. */
function ready() {
  const impact = at("impact-button");
  const load = at("load-button");
  const set = (button, why, reason, remark = "") => {
    if (!button) return;
    button.disabled = Boolean(reason);
    at(why).textContent = reason || remark;
  };
  const graph = checked?.graph();
  const unfit = !checked
    ? t("partners-after-check")
    : !checked.isReadable
      ? t("partners-after-mending")
      : !graph
        ? t("partners-needs-graph")
        : "";
  set(impact, "impact-why", unfit);
  const refused = !isAllowed && door === "token" ? t("partners-needs-token") : "";
  const violations = checked?.violations
    ? t("partners-has-violations", { count: number(checked.violations) })
    : "";
  set(load, "load-why", unfit || refused, violations);
}

/** Sends a form and tells how far it is; answers the text and the headers. */
function send(method, address, body, { accept, what }) {
  const progress = at("progress");
  const bar = at("bar");
  progress.hidden = false;
  bar.removeAttribute("value");
  at("progress-text").textContent = what;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, address);
    request.setRequestHeader("accept", accept);
    if (key()) request.setRequestHeader("authorization", `Bearer ${key()}`);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable && event.loaded < event.total) {
        bar.value = (100 * event.loaded) / event.total;
      } else {
        bar.removeAttribute("value");
        at("progress-text").textContent = t("partners-working");
      }
    });
    request.addEventListener("loadend", () => {
      progress.hidden = true;
      if (request.status >= 200 && request.status < 300) {
        resolve({ text: request.responseText, header: (name) => request.getResponseHeader(name) });
      } else if (!request.status) {
        reject(new ApiProblem({ title: t("error-network"), detail: "" }));
      } else {
        let problem = { title: t("error-status", { status: request.status }) };
        try {
          problem = { ...problem, ...JSON.parse(request.responseText) };
        } catch {
          problem.detail = request.responseText.slice(0, 500);
        }
        reject(new ApiProblem({ status: request.status, ...problem }));
      }
    });
    request.send(body);
  });
}

const JSON_OR_ANY = "application/problem+json, application/json, */*;q=0.5";

/** Takes the report out of a page, and puts it where it belongs. */
function place(text, where) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const report = document.importNode(page.getElementById("report"), true);
  if (where.id === "impact-result") {
    const impact = report.querySelector(".impact");
    where.replaceChildren(impact ?? report);
  } else {
    where.replaceChildren(report);
    enhance(report);
  }
  where.focus();
  return report;
}

function download(text, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

for (const form of document.querySelectorAll("form.intake")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const submitter = event.submitter ?? form.querySelector("button[type=submit]");
    const body = new FormData(form, submitter);
    const address = submitter.getAttribute("formaction") ?? form.getAttribute("action");
    const problem = at("check-problem");
    show(problem, null);
    try {
      const what = t("partners-sending");
      const answer = await send("POST", address, body, { accept: JSON_OR_ANY, what });
      if (submitter.dataset.download) {
        download(answer.text, submitter.dataset.download);
        return;
      }
      const report = place(answer.text, at("check-result"));
      const isTable = form.dataset.kind === "tables";
      checked = {
        form,
        isTable,
        isReadable: isTable || report.dataset.parsed === "true",
        violations: Number(report.dataset.violations ?? 0),
        graph: () => (isTable ? named(report.dataset.graph) : form.elements.graph.value.trim()),
      };
      at("impact-result").replaceChildren();
      at("load-result")?.replaceChildren();
      for (const id of ["impact-problem", "load-problem"]) if (at(id)) show(at(id), null);
    } catch (error) {
      checked = null;
      at("check-result").replaceChildren();
      show(problem, error);
      problem.scrollIntoView({ block: "nearest" });
    }
    ready();
  });
  form.addEventListener("input", (event) => {
    // Other files, or another mapping, have not been checked.
    if (checked?.form === form && ["file", "shapes", "mapping"].includes(event.target.name)) {
      checked = null;
    }
    ready();
  });
}

/** What the checked data does with what the graph holds. */
const change = () => (checked.isTable ? "replace" : checked.form.elements.change.value || "add");

/** The files of a table's import as statements, which can be tried out. */
async function statements() {
  const body = new FormData(checked.form);
  body.set("dry-run", "true");
  const what = t("partners-sending");
  const answer = await send("POST", "/api/v1/import.nq", body, { accept: JSON_OR_ANY, what });
  const end = ` <${graphIri(checked.graph())}> .`;
  const lines = answer.text.split("\n").map((line) => {
    return line.endsWith(end) ? `${line.slice(0, -end.length)} .` : line;
  });
  return new File([lines.join("\n")], "import.nt");
}

at("impact-button")?.addEventListener("click", async () => {
  const problem = at("impact-problem");
  show(problem, null);
  try {
    const body = new FormData();
    if (checked.isTable) {
      body.append("file", await statements());
    } else {
      for (const file of checked.form.elements.file.files) body.append("file", file);
    }
    body.append("graph", checked.graph());
    body.append("change", change());
    body.append("impact", "true");
    const what = t("partners-trying");
    const answer = await send("POST", "/api/v1/check.html", body, { accept: JSON_OR_ANY, what });
    place(answer.text, at("impact-result"));
  } catch (error) {
    show(problem, error);
  }
});

at("load-button")?.addEventListener("click", async () => {
  const problem = at("load-problem");
  const result = at("load-result");
  show(problem, null);
  result.replaceChildren();
  const graph = checked.graph();
  try {
    let told;
    const what = t("partners-loading");
    if (checked.isTable) {
      const body = new FormData(checked.form);
      body.delete("dry-run");
      const answer = await send("POST", "/api/v1/import.json", body, { accept: JSON_OR_ANY, what });
      const report = JSON.parse(answer.text);
      told = t("partners-loaded-rows", {
        version: number(report.dataVersion),
        added: number(report.added),
        removed: number(report.removed),
      });
    } else {
      const body = new FormData();
      for (const file of checked.form.elements.file.files) body.append("file", file);
      const address = `/store?graph=${encodeURIComponent(graphIri(graph))}`;
      const method = change() === "replace" ? "PUT" : "POST";
      const answer = await send(method, address, body, { accept: JSON_OR_ANY, what });
      const version = Number(answer.header("weft-data-version"));
      told = t("partners-loaded", { version: number(version) });
    }
    cameOfIt(result, told, graph);
    if (at("d-graph")) at("d-graph").value = graph;
  } catch (error) {
    show(problem, error);
  }
});

/** Where to look at what was loaded. */
function cameOfIt(result, told, graph) {
  const first = document.createElement("p");
  const strong = document.createElement("strong");
  strong.textContent = told;
  first.append(strong);
  const list = document.createElement("ul");
  const iri = encodeURIComponent(graphIri(graph));
  const name = encodeURIComponent(graph);
  const isNamed = !graph.includes(":");
  const leads = [
    [isNamed ? `/graph/${graph}` : `/resource?iri=${iri}`, t("partners-lead-graph")],
    [`/explore?dataset=${name}`, t("partners-lead-explore")],
    [`/networks/collaboration?dataset=${name}`, t("partners-lead-network")],
    [`/partners/links?graph=${name}`, t("partners-lead-links")],
    [`/api/v1/graphs/report.html?graph=${iri}`, t("partners-lead-report")],
  ];
  for (const [href, text] of leads) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = href;
    link.textContent = text;
    item.append(link);
    list.append(item);
  }
  result.replaceChildren(first, list);
  result.focus();
}

// Whose data it is.

const description = at("describe-form");
const DESCRIBED = ["title", "description", "publisher", "licence", "contact"];

/** What is said of a graph already, so that nothing is lost by saying it again. */
async function described(graph) {
  try {
    const address = `/api/v1/datasets/${graph}.json`;
    return await askJson(address, { headers: authorization() });
  } catch (error) {
    if (error.status === 404) return {};
    throw error;
  }
}

at("describe")?.addEventListener("toggle", async () => {
  const graph = description.elements.graph.value.trim();
  if (!at("describe").open || !graph) return;
  try {
    const known = await described(named(graph));
    for (const name of DESCRIBED) {
      const value = known[name];
      const text = typeof value === "object" && value ? Object.values(value)[0] : value;
      const field = description.elements[name];
      if (!field.value && text) field.value = text;
    }
  } catch (error) {
    show(at("describe-problem"), error);
  }
});

description?.addEventListener("submit", async (event) => {
  event.preventDefault();
  show(at("describe-problem"), null);
  at("describe-state").textContent = "";
  const graph = named(description.elements.graph.value.trim());
  try {
    const known = await described(graph);
    const about = {};
    for (const [name, value] of Object.entries(known)) {
      if (value !== null && value !== undefined) about[name] = value;
    }
    for (const name of DESCRIBED) {
      const value = description.elements[name].value.trim();
      const isText = typeof about[name] !== "object";
      if (value && isText) about[name] = value;
      else if (value) about[name] = { ...about[name], [document.documentElement.lang]: value };
      else delete about[name];
    }
    await ask(`/api/v1/datasets/${graph}`, {
      method: "PUT",
      headers: { ...authorization(), "content-type": "application/json" },
      body: JSON.stringify(about),
    });
    at("describe-state").textContent = t("partners-described");
  } catch (error) {
    show(at("describe-problem"), error);
  }
});

ready();
