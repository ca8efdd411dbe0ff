// Results of queries: read, and shown as table, chart, map, network, or as they came.

import { ask } from "./api.js";
import { language, number, t } from "./texts.js";

/** Rows and bytes that a browser is asked to hold; the downloads have all. */
const MOST_ROWS = 10_000;
const MOST_BYTES = 12 << 20;
const PAGE = 50;
/** Characters of a value that a cell shows. */
const LONGEST = 2_000;

const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMBERS = new Set(
  [
    "integer", "decimal", "double", "float", "int", "long", "short", "byte", "nonNegativeInteger",
    "positiveInteger", "nonPositiveInteger", "negativeInteger", "unsignedInt", "unsignedLong",
    "unsignedShort", "unsignedByte",
  ].map((name) => XSD + name),
);
const DATES = new Set(["date", "dateTime", "gYear", "gYearMonth"].map((name) => XSD + name));

/** An element with text or children. */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/** An SVG element. */
export function draw(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** A select with its label. */
export function select(label, options, value, onChange) {
  const id = `c-${Math.random().toString(36).slice(2)}`;
  const control = make("select", { id });
  for (const [name, text] of options) control.append(make("option", { value: name }, text));
  control.value = value;
  control.addEventListener("change", () => onChange(control.value));
  return make("div", {}, make("label", { for: id }, label), control);
}

// Reading.

/** The results in an answer, as far as a browser should hold them. */
export async function read(response) {
  const type = response.headers.get("content-type") ?? "";
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  const parts = [];
  let bytes = 0;
  let cut = false;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(decoder.decode(value, { stream: true }));
    bytes += value.length;
    if (bytes > MOST_BYTES) {
      cut = true;
      await reader.cancel();
      break;
    }
  }
  const text = parts.join("");
  const result = type.includes("n-triples") ? ofTriples(text) : ofJson(text, cut);
  result.cut = cut || result.rows.length > MOST_ROWS;
  result.rows.length = Math.min(result.rows.length, MOST_ROWS);
  result.text = text;
  return result;
}

function ofJson(text, isCut) {
  // Between two rows, and nowhere else, stands this: inside of texts quotes are escaped.
  const whole = isCut ? `${text.slice(0, text.lastIndexOf('},{"') + 1)}]}}` : text;
  const json = JSON.parse(whole);
  if (typeof json.boolean === "boolean") {
    return { columns: [], rows: [], answer: json.boolean, kind: "ask" };
  }
  const columns = json.head.vars;
  const rows = json.results.bindings.map((row) => columns.map((name) => row[name] ?? null));
  return { columns, rows, kind: "select" };
}

function ofTriples(text) {
  const rows = [];
  for (const line of text.split("\n")) {
    const parts = /^(<[^>]*>|_:\S+)\s+(<[^>]*>)\s+(.+?)\s*\.\s*$/.exec(line);
    if (parts) rows.push(parts.slice(1).map(ofTerm));
  }
  return { columns: ["subject", "predicate", "object"], rows, kind: "construct" };
}

function ofTerm(text) {
  if (text.startsWith("<") && !text.startsWith("<<")) {
    return { type: "uri", value: unescaped(text.slice(1, -1)) };
  }
  if (text.startsWith("_:")) return { type: "bnode", value: text.slice(2) };
  const literal = /^"((?:[^"\\]|\\.)*)"(?:@([\w-]+)|\^\^<([^>]*)>)?$/s.exec(text);
  if (!literal) return { type: "triple", value: text };
  const term = { type: "literal", value: unescaped(literal[1]) };
  if (literal[2]) term["xml:lang"] = literal[2];
  if (literal[3]) term.datatype = literal[3];
  return term;
}

function unescaped(text) {
  const marks = { t: "\t", b: "\b", n: "\n", r: "\r", f: "\f" };
  return text.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g, (_, four, eight, one) => {
    if (one) return marks[one] ?? one;
    const code = Number.parseInt(four ?? eight, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
  });
}

// Terms.

/** The number that a term stands for, or NaN. */
export function numeric(term) {
  return term?.type === "literal" && NUMBERS.has(term.datatype) ? Number(term.value) : Number.NaN;
}

/** Milliseconds of a date, or NaN. */
export function moment(term) {
  if (term?.type !== "literal" || !DATES.has(term.datatype)) return Number.NaN;
  return Date.parse(term.value.replace(/^(\d{4})$/, "$1-01-01"));
}

/** What is known of IRIs here: their names, and whether the data describes them. */
const known = new Map();

/** Looks up names of IRIs, in the language of the page. */
export async function lookUp(iris) {
  const isPlain = (iri) => /^https?:\/\/[^\s<>"{}|\\^`]+$/.test(iri) && iri.length < 500;
  const wanted = [...new Set(iris)].filter((iri) => isPlain(iri) && !known.has(iri)).slice(0, 500);
  if (!wanted.length) return;
  const tag = /^[a-z]{2}$/.test(language) ? language : "en";
  const query = `PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX dct: <http://purl.org/dc/terms/>
SELECT ?x (MIN(?own) AS ?label) (MIN(?any) AS ?other) WHERE {
  VALUES ?x { ${wanted.map((iri) => `<${iri}>`).join(" ")} }
  FILTER EXISTS { ?x ?p ?o }
  OPTIONAL { ?x skos:prefLabel|rdfs:label|dct:title ?own . FILTER(LANG(?own) = "${tag}") }
  OPTIONAL { ?x skos:prefLabel|rdfs:label|dct:title ?any . FILTER(LANG(?any) IN ("en", "")) }
} GROUP BY ?x`;
  try {
    const response = await ask("/sparql?timeout=10", {
      method: "POST",
      headers: { "content-type": "application/sparql-query", accept: "application/sparql-results+json" },
      body: query,
    });
    const { results } = await response.json();
    for (const iri of wanted) known.set(iri, { label: null, here: false });
    for (const row of results.bindings) {
      const label = row.label?.value ?? row.other?.value ?? null;
      known.set(row.x.value, { label, here: true });
    }
  } catch {
    // Identifiers do as well.
  }
}

/** Without case and accents. */
const plain = (text) => text.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase();

function brief(text, most = 200) {
  return text.length > most ? `${[...text].slice(0, most).join("")}…` : text;
}

/** What the views need to know of the page. */
export class Context {
  constructor({ base, prefixes, parameters, headings }) {
    this.base = base;
    /** Columns that repeat what was asked for. */
    this.parameters = parameters ?? [];
    /** What columns are called, where that is not the name of their variable. */
    this.headings = headings ?? {};
    this.prefixes = Object.entries(prefixes).sort((a, b) => b[1].length - a[1].length);
    this.names = true;
  }

  /** The heading of a column. */
  heading(name) {
    return Object.hasOwn(this.headings, name) ? this.headings[name] : name;
  }

  /** An IRI with a prefix, where one fits. */
  shortened(iri) {
    for (const [name, namespace] of this.prefixes) {
      const local = iri.startsWith(namespace) ? iri.slice(namespace.length) : "";
      if (local && /^[\p{L}\p{N}_-]+$/u.test(local)) return `${name}:${local}`;
    }
    return iri;
  }

  /** Where an IRI leads to. */
  href(iri) {
    const weft = "https://w3id.org/weft/";
    for (const base of [this.base, weft]) {
      const rest = iri.startsWith(base) ? iri.slice(base.length) : "";
      if (rest.startsWith("id/") && !/[#?]/.test(rest)) return `/${rest}`;
    }
    const rest = iri.startsWith(weft) ? iri.slice(weft.length) : "";
    if (/^(code\/|ns|graph\/|network\/|\.well-known\/genid\/|shape\/)/.test(rest)) return `/${rest}`;
    if (known.get(iri)?.here) return `/resource?iri=${encodeURIComponent(iri)}`;
    return /^https?:\/\//.test(iri) ? iri : null;
  }

  /** A term in words. */
  text(term, most = 200) {
    if (!term) return "";
    if (term.type === "uri") {
      const label = this.names ? known.get(term.value)?.label : null;
      return brief(label ?? this.shortened(term.value), most);
    }
    if (term.type === "bnode") return `_:${term.value}`;
    if (term.type === "triple") return brief(this.triple(term), most);
    const value = numeric(term);
    if (Number.isFinite(value)) return number(value, 6);
    if (term.datatype === `${XSD}boolean`) {
      return term.value === "true" || term.value === "1" ? t("results-true") : t("results-false");
    }
    return brief(term.value, most);
  }

  triple(term) {
    if (typeof term.value === "string") return term.value;
    const { subject, predicate, object } = term.value;
    return `<<( ${[subject, predicate, object].map((part) => this.text(part)).join(" ")} )>>`;
  }
}

function cell(term, context) {
  const node = make("td");
  if (!term) return node;
  const text = make("bdi", {}, context.text(term, LONGEST));
  if (term.type === "uri") {
    const href = context.href(term.value);
    const title = brief(term.value, 500);
    const link = href ? make("a", { href, title }, text) : make("span", { title }, text);
    if (href && !href.startsWith("/")) link.rel = "noopener noreferrer";
    node.append(link);
    return node;
  }
  const isNumber = Number.isFinite(numeric(term));
  if (isNumber) {
    node.className = "number";
    node.title = term.value;
  }
  node.append(term.value.length > 400 ? make("span", { class: "clip" }, text) : text);
  const note = term["xml:lang"] ?? typeNote(term, context, isNumber);
  if (note) node.append(make("span", { class: "note" }, note));
  return node;
}

function typeNote(term, context, isNumber) {
  const plain = [`${XSD}string`, `${XSD}boolean`, `${XSD}date`, `${XSD}gYear`, `${XSD}anyURI`];
  const { datatype } = term;
  return !datatype || isNumber || plain.includes(datatype) ? "" : context.shortened(datatype);
}

// The table.

function showTable(panel, result, context) {
  let order = null;
  let words = "";
  let at = 0;
  let rows = result.rows;
  const filter = make("input", { type: "search", id: "rows-filter", autocomplete: "off" });
  const names = make("input", { type: "checkbox", id: "rows-names" });
  names.checked = context.names;
  const controls = make("div", { class: "view-controls" });
  controls.append(
    make("div", {}, make("label", { for: "rows-filter" }, t("results-filter")), filter),
    make("div", { class: "check" }, names, make("label", { for: "rows-names" }, t("results-names"))),
  );
  const table = make("table", { class: "rows" });
  const region = make(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": t("results-table") },
    table,
  );
  const where = make("span", { class: "quiet", role: "status" });
  const back = make("button", { type: "button", class: "plain" }, t("results-previous"));
  const on = make("button", { type: "button", class: "plain" }, t("results-next"));
  const pager = make("div", { class: "pager" }, where, back, on);
  panel.append(controls, region, pager);

  const compare = (column) => {
    const collator = new Intl.Collator(language, { numeric: true });
    return (a, b) => {
      const [x, y] = [a[column], b[column]];
      if (!x || !y) return x ? -1 : y ? 1 : 0;
      const [m, n] = [numeric(x), numeric(y)];
      if (Number.isFinite(m) && Number.isFinite(n)) return m - n;
      return collator.compare(context.text(x), context.text(y));
    };
  };
  const arrange = () => {
    const wanted = plain(words);
    rows = result.rows.filter(
      (row) =>
        !wanted ||
        row.some(
          (term) =>
            term &&
            (plain(context.text(term, LONGEST)).includes(wanted) ||
              (term.type === "uri" && term.value.toLowerCase().includes(wanted))),
        ),
    );
    if (order) {
      rows = [...rows].sort(compare(order.column));
      if (order.down) rows.reverse();
    }
    at = 0;
  };
  const isNumber = result.columns.map((_, column) =>
    result.rows.slice(0, PAGE).some((row) => Number.isFinite(numeric(row[column]))),
  );
  // Beside the name of a thing a column `…Label` says the same again, perhaps in another language.
  const twins = result.columns.map((name) =>
    name.endsWith("Label") ? result.columns.indexOf(name.slice(0, -5)) : -1,
  );
  const isTwin = (column) =>
    twins[column] >= 0 &&
    context.names &&
    rows.slice(at, at + PAGE).every((row) => {
      const thing = row[twins[column]];
      return !row[column] || (thing?.type === "uri" && known.get(thing.value)?.label);
    });
  const head = (shown) => {
    const line = make("tr");
    result.columns.forEach((name, column) => {
      if (!shown[column]) return;
      const isMine = order?.column === column;
      const heading = context.heading(name);
      const label = t("results-sort", { column: heading });
      const button = make("button", { type: "button", "aria-label": label, title: name, "data-column": column });
      button.append(make("bdi", {}, heading), isMine ? (order.down ? " ▼" : " ▲") : "");
      button.addEventListener("click", () => {
        order = isMine && order.down ? null : { column, down: Boolean(isMine) };
        arrange();
        show().then(() => table.querySelector(`thead [data-column="${column}"]`)?.focus());
      });
      const sort = isMine ? (order.down ? "descending" : "ascending") : false;
      const kind = isNumber[column] ? "number" : false;
      line.append(make("th", { scope: "col", class: kind, "aria-sort": sort }, button));
    });
    return make("thead", {}, line);
  };
  const fill = () => {
    const body = make("tbody");
    const shown = result.columns.map((_, column) => !isTwin(column));
    for (const row of rows.slice(at, at + PAGE)) {
      const cells = row.filter((_, column) => shown[column]).map((term) => cell(term, context));
      body.append(make("tr", {}, ...cells));
    }
    const caption = t("results-caption", { rows: number(result.rows.length) });
    table.replaceChildren(make("caption", { class: "unseen" }, caption), head(shown), body);
  };
  const show = async () => {
    const shown = rows.slice(at, at + PAGE);
    const to = Math.min(at + PAGE, rows.length);
    where.textContent = rows.length
      ? t("results-rows-of", { from: number(at + 1), to: number(to), total: number(rows.length) })
      : t("results-rows-none");
    back.disabled = at === 0;
    on.disabled = to >= rows.length;
    back.hidden = on.hidden = rows.length <= PAGE;
    fill();
    const iris = shown.flat().filter((term) => term?.type === "uri");
    const before = known.size;
    await lookUp(iris.map((term) => term.value));
    if (known.size !== before) fill();
  };
  const turn = (by) => {
    at += by;
    show();
    region.scrollTop = 0;
  };
  back.addEventListener("click", () => turn(-PAGE));
  on.addEventListener("click", () => turn(PAGE));
  names.addEventListener("change", () => {
    context.names = names.checked;
    fill();
  });
  let waiting;
  filter.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      words = filter.value.trim();
      arrange();
      show();
    }, 150);
  });
  show();
}

function showRaw(panel, result) {
  const most = 200_000;
  if (result.text.length > most) panel.append(make("p", { class: "quiet" }, t("results-raw-cut")));
  let text = result.text.slice(0, most);
  if (result.text.length <= most && result.kind !== "construct") {
    text = JSON.stringify(JSON.parse(text), null, 1);
  }
  panel.append(make("pre", { class: "raw", tabindex: "0" }, text));
}

const VIEWS = {
  table: showTable,
  chart: async (...all) => (await import("./chart.js")).showChart(...all),
  map: async (...all) => (await import("./map.js")).showMap(...all),
  network: async (...all) => (await import("./graph.js")).showNetwork(...all),
  raw: showRaw,
};

/**
 * Shows results in an element, with a choice of views. `options`: `view` to begin with, `onView`
 * to hear of another, `downloads` as pairs of name and address.
 */
export function show(element, result, context, options = {}) {
  element.replaceChildren();
  if (result.kind === "ask") {
    const word = result.answer ? t("results-yes") : t("results-no");
    element.append(make("p", { class: "answer" }, word));
    return;
  }
  if (result.cut) {
    const text = t("results-cut", { rows: number(result.rows.length) });
    element.append(make("p", { class: "quiet" }, text));
  }
  if (!result.rows.length) {
    element.append(make("p", {}, t("results-empty")));
    return;
  }
  const texts = {
    table: t("results-table"),
    chart: t("results-chart"),
    map: t("results-map"),
    network: t("results-network"),
    raw: t("results-raw"),
  };
  const list = make("div", { class: "views", role: "tablist", "aria-label": t("results-views") });
  const panel = make("div", { role: "tabpanel", id: "view-panel", tabindex: "-1" });
  const buttons = Object.keys(VIEWS).map((name) => {
    const attributes = { type: "button", role: "tab", id: `view-${name}`, "aria-controls": "view-panel" };
    const button = make("button", attributes, texts[name]);
    button.addEventListener("click", () => choose(name));
    return button;
  });
  const choose = async (name) => {
    for (const button of buttons) {
      const isMine = button.id === `view-${name}`;
      button.setAttribute("aria-selected", String(isMine));
      button.tabIndex = isMine ? 0 : -1;
    }
    panel.setAttribute("aria-labelledby", `view-${name}`);
    const content = make("div");
    panel.replaceChildren(content);
    await VIEWS[name](content, result, context);
    options.onView?.(name);
  };
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const here = buttons.indexOf(document.activeElement);
    const next = buttons[(here + step + buttons.length) % buttons.length];
    next.focus();
    next.click();
  });
  list.append(...buttons);
  element.append(list, panel);
  if (options.downloads?.length) {
    const line = make("p", { class: "view-downloads" }, `${t("results-download")} `);
    for (const [name, href] of options.downloads) {
      line.append(make("a", { href, download: `weft.${name.toLowerCase()}` }, name), " ");
    }
    element.append(line);
  }
  choose(options.view in VIEWS ? options.view : "table");
}
