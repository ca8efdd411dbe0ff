// The page to write queries on: the editor, running, and what can be done with an answer.

import { ApiProblem, ask, askJson, show as showProblem } from "./api.js";
import { filterQuestions } from "./queries.js";
import { Context, make, read, show as showResults } from "./results.js";
import { copyText, ofQuery, showSnippets } from "./snippets.js";
import { language, number, t } from "./texts.js";

const EDITOR = "/static/vendor/yasqe-4.6.2/yasqe.esm.js";
const KEPT = "weft-sparql";
const MOST_TABS = 12;
const MOST_HISTORY = 25;

const at = (id) => document.getElementById(id);
const form = at("editor");
const plainText = at("query");
const settings = JSON.parse(form.dataset.settings);
const context = new Context(settings);
const TEXT = { "content-type": "application/sparql-query" };

let editor = null;
let view = "table";
let running = null;

// What is open, and what was run: kept in this browser.

const kept = (() => {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    const tabs = Array.isArray(found.tabs) ? found.tabs.filter((tab) => typeof tab.query === "string") : [];
    const history = Array.isArray(found.history)
      ? found.history.filter((entry) => typeof entry.query === "string")
      : [];
    return { tabs, history, open: Number(found.open) || 0 };
  } catch {
    return { tabs: [], history: [], open: 0 };
  }
})();

function keep() {
  try {
    localStorage.setItem(KEPT, JSON.stringify(kept));
  } catch {
    // Without storage the page forgets when it is left.
  }
}

const text = () => (editor ? editor.getValue() : plainText.value);

function setText(query) {
  plainText.value = query;
  clearMarks();
  editor?.setValue(query);
}

/** What a query is about: its first comment, else nothing. */
function titleOf(query) {
  const comment = /^[ \t]*#\+?[ \t]*(?:title:)?[ \t]*(\S.*)$/m.exec(query)?.[1];
  return comment ? comment.slice(0, 80) : "";
}

/** What asks for the merged view, if it is chosen. */
function asMerged(before) {
  return at("merged").checked ? `${before}merged=true` : "";
}

function begin() {
  const parameters = new URLSearchParams(location.search);
  const isAsked = parameters.has("edit") || parameters.has("example");
  if (!kept.tabs.length) kept.tabs.push({ query: plainText.value });
  else if (isAsked) addTab(plainText.value);
  kept.open = Math.min(Math.max(kept.open, 0), kept.tabs.length - 1);
  plainText.value = kept.tabs[kept.open].query;
}

function addTab(query) {
  const same = kept.tabs.findIndex((tab) => tab.query === query);
  if (same >= 0) {
    kept.open = same;
    return;
  }
  if (kept.tabs.length >= MOST_TABS) kept.tabs.shift();
  kept.open = kept.tabs.push({ query }) - 1;
}

function openTab(index) {
  if (index !== kept.open || text() !== kept.tabs[index].query) forget();
  kept.open = index;
  setText(kept.tabs[index].query);
  keep();
  showTabs();
}

function openInTab(query) {
  addTab(query);
  openTab(kept.open);
  editor?.focus();
}

function showTabs() {
  const row = at("query-tabs");
  row.hidden = false;
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", t("sparql-tabs"));
  const hadFocus = row.contains(document.activeElement);
  row.replaceChildren();
  kept.tabs.forEach((tab, index) => {
    const name = titleOf(tab.query) || t("sparql-tab", { n: index + 1 });
    const isOpen = index === kept.open;
    const button = make("button", { type: "button", "aria-pressed": String(isOpen), title: name }, name);
    button.addEventListener("click", () => openTab(index));
    const entry = make("span", { class: isOpen ? "open" : false }, button);
    if (kept.tabs.length > 1) {
      const close = make("button", { type: "button", "aria-label": t("sparql-tab-close", { name }) }, "×");
      close.addEventListener("click", () => {
        kept.tabs.splice(index, 1);
        if (kept.open >= index && kept.open > 0) kept.open -= 1;
        openTab(kept.open);
      });
      entry.append(close);
    }
    row.append(entry);
  });
  const more = make("button", { type: "button", "aria-label": t("sparql-tab-new"), title: t("sparql-tab-new") }, "+");
  more.addEventListener("click", () => openInTab("SELECT * WHERE {\n  ?thing a weft:Actor .\n}\nLIMIT 10"));
  row.append(make("span", {}, more));
  if (hadFocus) row.querySelector(".open button")?.focus();
}

function showHistory() {
  at("history").hidden = !kept.history.length;
  const list = at("history-list");
  const date = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  list.replaceChildren(
    ...kept.history.map((entry) => {
      const name = titleOf(entry.query) || entry.query.replace(/\s+/g, " ").slice(0, 80);
      const button = make("button", { type: "button", class: "plain" }, name);
      button.addEventListener("click", () => openInTab(entry.query));
      const when = Number.isFinite(entry.when) ? date.format(entry.when) : "";
      const isCounted = Number.isFinite(entry.rows);
      const note = isCounted ? t("sparql-history-at", { when, rows: number(entry.rows) }) : when;
      return make("li", {}, button, make("span", { class: "note" }, note));
    }),
  );
}

function remember(query, rows) {
  kept.history = kept.history.filter((entry) => entry.query !== query);
  kept.history.unshift({ query: query.slice(0, 20_000), when: Date.now(), rows });
  kept.history.length = Math.min(kept.history.length, MOST_HISTORY);
  keep();
  showHistory();
}

// The editor.

/** Terms that complete what is typed, with their names and how often they are used. */
function completer(Yasqe, name, kind) {
  let found = [];
  Yasqe.forkAutocompleter(kind, {
    name,
    bulk: false,
    persistenceId: null,
    get: async (_, token) => {
      const query = new URLSearchParams({ kind, lang: language, limit: "40" });
      query.set("q", token?.autocompletionString ?? token?.string?.trim() ?? "");
      try {
        found = await askJson(`/api/v1/terms?${query}`);
      } catch {
        found = [];
      }
      return found.map((term) => term.iri);
    },
    postProcessSuggestion: (_, token, iri) => {
      if (token.tokenPrefixUri && iri.startsWith(token.tokenPrefixUri)) {
        return token.tokenPrefix + iri.slice(token.tokenPrefixUri.length);
      }
      return found.find((term) => term.iri === iri)?.name ?? `<${iri}>`;
    },
    postprocessHints: (_, hints) =>
      hints.map((hint, index) => {
        const term = found[index];
        const about = [term?.label, t("sparql-used", { n: number(term?.uses ?? 0) })].join(" · ");
        const render = (element) =>
          element.append(hint.displayText, make("span", { class: "about" }, about));
        return { ...hint, render };
      }),
  });
}

async function loadEditor() {
  const { Yasqe } = await import(EDITOR);
  // None of its own: they ask other sites.
  Yasqe.defaults.autocompleters = ["variables"];
  const prefixes = Object.entries(settings.prefixes).map(([name, iri]) => `${name}: <${iri}>`);
  Yasqe.forkAutocompleter("prefixes", { name: "weft-prefixes", persistenceId: null, get: () => prefixes });
  completer(Yasqe, "weft-classes", "class");
  completer(Yasqe, "weft-properties", "property");
  const place = at("yasqe");
  place.hidden = false;
  editor = new Yasqe(place, {
    value: plainText.value,
    persistenceId: null,
    consumeShareLink: null,
    createShareableLink: null,
    showQueryButton: false,
    prefixCcApi: null,
    editorHeight: "24rem",
    // The text itself has the focus: screen readers and touch keyboards see it.
    inputStyle: "contenteditable",
    screenReaderLabel: t("sparql-editor-label"),
    // Tab leaves the field, as everywhere on the page.
    extraKeys: {
      Esc: false,
      Tab: false,
      "Shift-Tab": false,
      "Ctrl-S": false,
      "Ctrl-Enter": () => run(),
      "Cmd-Enter": () => run(),
    },
  });
  editor.setValue(plainText.value);
  const input = editor.getInputField();
  input.setAttribute("role", "textbox");
  input.setAttribute("aria-multiline", "true");
  input.setAttribute("aria-label", t("sparql-editor-label"));
  editor.on("autocompletionShown", () => {
    place.querySelector(".CodeMirror-hints")?.setAttribute("aria-label", t("sparql-completions"));
  });
  // Its own judgement knows neither our prefixes nor SPARQL 1.2, and is in English.
  editor.checkSyntax = () => {};
  editor.clearGutter("gutterErrorBar");
  const notify = editor.showNotification;
  editor.showNotification = (key) => notify(key, t("sparql-press"));
  place.querySelector(".yasqe_buttons")?.remove();
  plainText.hidden = true;
  form.querySelector("label[for=query]").hidden = true;
  at("keys").hidden = false;
  at("format").hidden = false;
  let waiting;
  editor.on("change", () => {
    clearMarks();
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      plainText.value = editor.getValue();
      kept.tabs[kept.open].query = plainText.value;
      keep();
      showTabs();
    }, 400);
  });
}

let marks = [];

function clearMarks() {
  for (const mark of marks) mark.clear();
  marks = [];
}

/** Marks the place of a mistake, and offers to go there. */
function mark(problem) {
  if (!editor || !Number.isInteger(problem.line)) return;
  const line = Math.min(problem.line - 1, editor.lineCount() - 1);
  const length = editor.getLine(line).length;
  const from = Math.min(Math.max((problem.column ?? 1) - 1, 0), Math.max(length - 1, 0));
  const handle = editor.addLineClass(line, "background", "problem-line");
  const to = problem.column ? Math.min(from + 1, length) : length;
  const word = editor.markText({ line, ch: from }, { line, ch: to }, { className: "problem-place" });
  marks.push(word, { clear: () => editor.removeLineClass(handle, "background", "problem-line") });
  const go = make("button", { type: "button", class: "plain" });
  go.textContent = t("sparql-error-go");
  go.addEventListener("click", () => {
    editor.focus();
    editor.setCursor({ line, ch: from });
    editor.scrollIntoView({ line, ch: from }, 80);
  });
  const column = problem.column ?? 1;
  const where = make("strong", {}, t("sparql-error-place", { line: problem.line, column }));
  at("problem").prepend(make("p", {}, where));
  at("problem").append(go);
}

function fail(error) {
  showProblem(at("problem"), error);
  if (error instanceof ApiProblem) mark(error);
}

// Running.

/** Puts away what an earlier text was answered with. */
function forget() {
  for (const id of ["answer", "plan-shown", "keep"]) at(id).hidden = true;
}

function busy(isBusy) {
  // A button that is disabled or hidden loses the focus.
  if (!isBusy && document.activeElement === at("cancel")) at("run").focus();
  at("cancel").hidden = !isBusy;
  for (const id of ["run", "plan"]) at(id).setAttribute("aria-disabled", String(isBusy));
}

/** Sends the query; it can be cancelled by its id. */
async function send(path, headers) {
  const id = `page-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
  const controller = new AbortController();
  running = { id, controller };
  return ask(`${path}?timeout=${encodeURIComponent(at("timeout").value)}${asMerged("&")}`, {
    method: "POST",
    headers: { ...TEXT, ...headers, "weft-query-id": id },
    body: text(),
    signal: controller.signal,
  });
}

async function attempt(work) {
  if (running) return;
  showProblem(at("problem"), null);
  clearMarks();
  at("status").textContent = t("sparql-running");
  busy(true);
  try {
    await work();
  } catch (error) {
    at("status").textContent = "";
    forget();
    if (error.name === "AbortError") at("status").textContent = t("sparql-cancelled");
    else fail(error);
  } finally {
    running = null;
    busy(false);
  }
}

function run() {
  return attempt(async () => {
    const query = text();
    const began = performance.now();
    const response = await send("/sparql", {
      accept: "application/sparql-results+json, application/n-triples;q=0.9",
    });
    const result = await read(response);
    const seconds = number((performance.now() - began) / 1000, 2);
    const version = response.headers.get("weft-data-version") ?? "–";
    const rows = number(result.rows.length);
    let status = t("sparql-done", { rows, seconds, version });
    if (result.kind === "ask") status = t("sparql-done-ask", { seconds, version });
    else if (result.rows.length === 1) status = t("sparql-done-one", { seconds, version });
    at("status").textContent = status;
    const names = result.kind === "construct" ? settings.graphFormats : settings.rowFormats;
    const address = (name) => `/sparql?query=${encodeURIComponent(query)}&format=${name}${asMerged("&")}`;
    at("answer").hidden = false;
    at("plan-shown").hidden = true;
    showResults(at("results"), result, context, {
      view,
      onView: (name) => (view = name),
      downloads: names.map((name) => [name.toUpperCase(), address(name)]),
    });
    const top = at("answer").getBoundingClientRect().top;
    if (top > innerHeight * 0.85) at("answer").scrollIntoView({ block: "start" });
    at("keep").hidden = false;
    at("kept").replaceChildren();
    showSnippets(at("snippets"), ofQuery(location.origin, query, result.kind, at("merged")?.checked));
    remember(query, result.kind === "ask" ? null : result.rows.length);
  });
}

function plan() {
  return attempt(async () => {
    const response = await send("/api/v1/explain", { accept: "application/json" });
    const told = await response.json();
    at("status").textContent = "";
    at("plan-shown").hidden = false;
    const body = at("plan-body");
    const summary = t("sparql-plan-summary", {
      rows: number(told.rows ?? 0),
      planning: number(told.seconds.planning, 4),
      evaluation: number(told.seconds.evaluation, 4),
    });
    body.replaceChildren(make("p", {}, summary));
    if (told.stopped) {
      body.append(make("p", { class: "alert" }, t("sparql-plan-stopped", { why: told.stopped })));
    }
    const lines = make("tbody");
    const add = (step, depth) => {
      const rows = make("td", { class: "number" }, number(step.rows));
      const seconds = make("td", { class: "number" }, number(step.seconds, 4));
      const name = make("td", {}, `${"\u00a0\u00a0".repeat(Math.min(depth, 20))}${step.name ?? ""}`);
      lines.append(make("tr", {}, name, rows, seconds));
      for (const child of step.children ?? []) add(child, depth + 1);
    };
    if (told.operators) add(told.operators, 0);
    const head = [
      make("th", { scope: "col" }, t("sparql-plan-step")),
      make("th", { scope: "col", class: "number" }, t("sparql-plan-rows")),
      make("th", { scope: "col", class: "number" }, t("sparql-plan-seconds")),
    ];
    const table = make(
      "table",
      { class: "plan-steps" },
      make("caption", {}, t("sparql-plan-steps")),
      make("thead", {}, make("tr", {}, ...head)),
      lines,
    );
    const label = t("sparql-plan-steps");
    body.append(make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, table));
    const planned = make("details", {}, make("summary", {}, t("sparql-plan-query")));
    planned.append(make("pre", { class: "raw", tabindex: "0" }, told.planned ?? ""));
    body.append(planned);
    at("plan-heading").focus();
  });
}

async function cancel() {
  const mine = running;
  if (!mine) return;
  // Leaving ends the query too; asking for it as well frees its place at once.
  ask(`/api/v1/running/${encodeURIComponent(mine.id)}`, { method: "DELETE" }).catch(() => {});
  mine.controller.abort();
}

// Keeping.

function showKept(line, href, more) {
  const place = at("kept");
  place.replaceChildren(make("p", {}, `${line} `, make("a", { href }, href.slice(0, 200))));
  for (const paragraph of more) place.append(make("p", {}, paragraph));
}

async function copyLink() {
  const chosen = view === "table" ? "" : `&view=${view}`;
  const address = `${location.origin}/sparql?query=${encodeURIComponent(text())}${chosen}${asMerged("&")}`;
  await copyText(address, at("copy-link"));
  showKept(t("sparql-link-here"), address, [t("sparql-link-copied")]);
}

async function shortLink() {
  try {
    const response = await ask("/api/v1/permalinks", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: text(), view, merged: at("merged").checked }),
    });
    const link = await response.json();
    const cite = make("span", {}, `${t("sparql-cite")} `, make("cite", {}, link.citeAs));
    const more = link.lasting ? [cite] : [t("sparql-short-fleeting"), cite];
    showKept(t("sparql-short", { version: link.version }), link.url, more);
  } catch (error) {
    const box = make("div");
    showProblem(box, error);
    at("kept").replaceChildren(box);
  }
}

async function save(event) {
  event.preventDefault();
  const authorization = `Bearer ${at("save-token").value.trim()}`;
  const title = at("save-title").value.replace(/\s+/g, " ").trim();
  const place = at("saved");
  try {
    const own = await askJson("/api/v1/tokens/self", { headers: { authorization } });
    const path = `~${encodeURIComponent(own.name)}/${encodeURIComponent(at("save-name").value)}`;
    const plain = text().replace(/^\s*#\+\s*title:.*\n?/gm, "");
    await ask(`/api/v1/queries/${path}`, {
      method: "PUT",
      headers: { ...TEXT, authorization },
      body: `#+ title: ${title}\n${plain}`,
    });
    const href = `/queries/${path}`;
    place.className = "";
    place.removeAttribute("role");
    place.replaceChildren(t("sparql-saved"), " ", make("a", { href }, title));
    at("save-token").value = "";
  } catch (error) {
    showProblem(place, error);
  }
}

// Putting the page together.

begin();
showTabs();
showHistory();
at("plan").hidden = false;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
at("cancel").addEventListener("click", cancel);
at("plan").addEventListener("click", plan);
at("format").addEventListener("click", () => editor?.autoformat());
at("copy-link").addEventListener("click", copyLink);
at("short-link").addEventListener("click", shortLink);
at("save-form").addEventListener("submit", save);
at("history-clear").addEventListener("click", () => {
  kept.history = [];
  keep();
  showHistory();
});
plainText.addEventListener("input", () => {
  kept.tabs[kept.open].query = plainText.value;
  keep();
});

const examples = [...document.querySelectorAll("[data-example]")];
at("examples-find").hidden = false;
filterQuestions(
  at("examples-filter"),
  at("examples-found"),
  examples.map((link) => link.parentElement),
  [...document.querySelectorAll("#examples .topic")],
  (item) => `${item.textContent} ${item.firstElementChild.title}`,
);
for (const link of examples) {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      const name = link.dataset.example;
      const response = await ask(`/api/v1/queries/${encodeURIComponent(name)}.rq?runnable=true`);
      const query = await response.text();
      openInTab(`# ${link.textContent}\n${query}\n`);
      form.scrollIntoView({ block: "nearest" });
    } catch (error) {
      fail(error);
    }
  });
}

try {
  await loadEditor();
} catch (error) {
  console.error(error);
  at("yasqe").hidden = true;
  plainText.hidden = false;
  at("status").textContent = t("sparql-unloaded");
}
document.documentElement.dataset.ready = "true";
