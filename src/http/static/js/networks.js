// The page of a network: from what is chosen to what is drawn, and back into the address.

import { ask, askJson, show as showProblem } from "./api.js";
import { t, number, language } from "./texts.js";
import { COLOURS, Drawing, Network, canDraw, short } from "./networks-drawing.js";
import { Picker } from "./networks-pick.js";
import { keep, png, svg } from "./networks-files.js";
import { WhatIf } from "./whatif.js";

const element = (id) => document.getElementById(id);
const settings = JSON.parse(element("settings").textContent);
const PAGE = 25;
const MOST_NEIGHBOURS = 30;
const ATTRIBUTES = ["sector", "level", "sphere", "place", "community"];
const CODE = "https://w3id.org/weft/code/";

/** Makes an element with a text or with children. */
function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

const bdi = (text) => make("bdi", {}, short(text, 200));
const say = (text) => (element("said").textContent = text);
const name = (node) => short(network.label[node], 80);

/** Where the page of a thing is. */
function pageOf(iri) {
  for (const base of [settings.base, "https://w3id.org/weft/"]) {
    const rest = iri.startsWith(base) ? iri.slice(base.length) : "";
    if (/^(id|code)\/[^?#]+$/.test(rest)) return `/${rest}`;
  }
  return `/resource?iri=${encodeURIComponent(iri)}`;
}

/** An address of the API about this network, within its filters. */
function api(part, parameters = {}) {
  const query = new URLSearchParams(settings.filters);
  for (const [key, value] of Object.entries(parameters)) query.set(key, value);
  const text = query.toString();
  return `${settings.api}${part}${text ? `?${text}` : ""}`;
}

function value(metric, score) {
  if (score === null || score === undefined) return "–";
  if (score === true) return t("networks-yes");
  if (score === false) return t("networks-no");
  return number(score);
}

/** Networks whose nodes are actors: they can be removed and tied in a scenario. */
const OF_ACTORS = ["collaboration", "funding"];
const section = element("whatif");
const whatIf = OF_ACTORS.includes(section?.dataset.network) ? new WhatIf(section) : null;

let network;
let drawing;
/** Columns of scores by metric, as far as they have been asked for. */
const scores = {};
let allScores = null;
const state = { off: new Set() };
const pickers = {};

// ---------------------------------------------------------------------------------------------
// The state, in the address

function readState() {
  const query = new URLSearchParams(location.search);
  const known = (key) => network.position.get(query.get(key) ?? "") ?? null;
  state.colour = query.get("colour") || settings.colour;
  state.size = query.get("size") || settings.size;
  state.selected = known("selected");
  state.from = known("from");
  state.to = known("to");
  state.alone = query.get("alone") === "true";
  state.off = new Set((query.get("off") || "").split(",").filter(Boolean));
  const camera = (query.get("camera") || "").split(",").map(Number);
  state.camera = camera.length === 3 && camera.every(Number.isFinite) && camera[2] > 0 ? camera : null;
}

let writing;
function writeState() {
  clearTimeout(writing);
  writing = setTimeout(() => history.replaceState(null, "", address()), 250);
}

function address() {
  const query = new URLSearchParams(settings.filters);
  if (state.colour !== settings.usualColour) query.set("colour", state.colour);
  if (state.size !== "degree") query.set("size", state.size);
  if (state.alone) query.set("alone", "true");
  if (state.off.size) query.set("off", [...state.off].join(","));
  for (const key of ["selected", "from", "to"]) {
    if (state[key] !== null && state[key] !== undefined) query.set(key, network.iri[state[key]]);
  }
  const camera = drawing?.camera ?? [0.5, 0.5, 1];
  const rounded = camera.map((part) => Number(part.toFixed(4)));
  if (rounded.join() !== "0.5,0.5,1") query.set("camera", rounded.join(","));
  const text = query.toString();
  return `${location.pathname}${text ? `?${text}` : ""}`;
}

// ---------------------------------------------------------------------------------------------
// Legend

/** What the address calls a category. */
const key = (id) => (id.startsWith(CODE) ? id.slice(CODE.length) : id).replaceAll(",", "%2C");

/** The entries of the legend: key, text, count, which nodes. */
function entries() {
  const group = network.groups[state.colour];
  const counts = new Uint32Array(group.categories.length);
  let unknown = 0;
  let others = 0;
  for (let node = 0; node < network.count; node++) {
    if (isFolded(node)) continue;
    const own = group.of[node];
    if (!own.length) unknown++;
    if (own.some((category) => category >= COLOURS)) others++;
    for (const category of own) counts[category]++;
  }
  const found = group.categories
    .slice(0, COLOURS)
    .map(({ id, label }, place) => ({
      key: key(id),
      text: label,
      count: counts[place],
      hue: String(place),
    }))
    .filter(({ count }) => count > 0);
  if (others) {
    const count = number(counts.subarray(COLOURS).filter(Boolean).length);
    found.push({ key: "*", text: t("networks-others", { count }), count: others, hue: "other" });
  }
  if (unknown) {
    found.push({ key: "-", text: t("networks-not-known"), count: unknown, hue: "unknown" });
  }
  return found;
}

/** The keys that a node stands under. */
function keysOf(node) {
  const group = network.groups[state.colour];
  const own = group.of[node];
  if (!own.length) return ["-"];
  return own.map((place) => (place < COLOURS ? key(group.categories[place].id) : "*"));
}

function drawLegend() {
  const found = entries();
  const known = new Set(found.map((entry) => entry.key));
  for (const off of state.off) if (!known.has(off)) state.off.delete(off);
  const title = element("colour").selectedOptions[0]?.textContent ?? "";
  const hidden = () => {
    let count = 0;
    for (let node = 0; node < network.count; node++) if (!isFolded(node) && isOff(node)) count++;
    return count;
  };
  const note = make("p", { class: "quiet", id: "legend-note" });
  const all = make("button", { type: "button", class: "plain", onclick: showAll }, t("networks-show-all"));
  const tell = () => {
    const count = state.off.size ? hidden() : 0;
    note.textContent = count ? t("networks-hidden", { count: number(count) }) : t("networks-legend-help");
    all.hidden = !state.off.size;
  };
  function showAll() {
    state.off.clear();
    for (const box of list.querySelectorAll("input")) box.checked = true;
    changed();
    list.querySelector("input")?.focus();
  }
  function changed() {
    tell();
    drawing?.hideByLegend(state.off.size ? isOff : () => false);
    fillTable();
    writeState();
  }
  const list = make(
    "ul",
    {},
    ...found.map((entry) => {
      const box = make("input", {
        type: "checkbox",
        checked: !state.off.has(entry.key),
        "aria-label": `${t("networks-show", { name: entry.text })} (${number(entry.count)})`,
        onchange: () => {
          if (box.checked) state.off.delete(entry.key);
          else state.off.add(entry.key);
          changed();
        },
      });
      return make(
        "li",
        {},
        make(
          "label",
          {},
          box,
          make("span", { class: `swatch hue-${entry.hue}` }),
          " ",
          bdi(entry.text),
          " ",
          make("span", { class: "quiet" }, number(entry.count)),
        ),
      );
    }),
  );
  const several = network.groups[state.colour].of.some((own) => own.length > 1);
  element("legend").replaceChildren(
    make("h3", { id: "legend-title" }, title),
    list,
    note,
    all,
    several ? make("p", { class: "quiet" }, t("networks-several")) : "",
    make("p", { class: "quiet" }, t("networks-size-means", { name: metricName(state.size) })),
  );
  tell();
  drawing?.hideByLegend(state.off.size ? isOff : () => false);
}

/** Whether nodes without ties are left out of the drawing, and this is one. */
const isFolded = (node) => !state.alone && network.source.length > 0 && network.isAlone(node);

/** Whether the legend hides a node: all that it stands under is unticked. */
const isOff = (node) => state.off.size > 0 && keysOf(node).every((own) => state.off.has(own));

const metric = (id) => settings.metrics.find((metric) => metric.id === id);
const metricName = (id) => metric(id)?.name ?? id;

// ---------------------------------------------------------------------------------------------
// Scores

async function column(id) {
  if (!scores[id]) {
    const query = new URLSearchParams(settings.filters);
    query.set("metrics", id);
    query.set("only", "metrics");
    const path = settings.drawing.split("?")[0];
    Object.assign(scores, (await askJson(`${path}?${query}`)).metrics);
  }
  return scores[id];
}

/** The scores of all usual metrics, asked for once. */
function columns() {
  allScores ??= (async () => {
    const query = new URLSearchParams(settings.filters);
    query.set("only", "metrics");
    const path = settings.drawing.split("?")[0];
    Object.assign(scores, (await askJson(`${path}?${query}`)).metrics);
    return settings.metrics.filter(({ id }) => scores[id]);
  })();
  allScores.catch(() => (allScores = null));
  return allScores;
}

// ---------------------------------------------------------------------------------------------
// The selected node

const categories = (hue, node) =>
  network.groups[hue].of[node].map((place) => network.groups[hue].categories[place].label);

function linkTo(node, text = name(node)) {
  return make(
    "button",
    { type: "button", class: "as-link", onclick: () => select(node, true) },
    bdi(text),
  );
}

function tieRow(tie, node, other) {
  const weight = network.weight[tie];
  return make(
    "li",
    {},
    linkTo(other),
    weight === null ? "" : ` ${t("networks-weight", { weight: number(weight) })}`,
    " ",
    make(
      "button",
      {
        type: "button",
        class: "plain small",
        "aria-label": t("networks-evidence-of", { a: name(node), b: name(other) }),
        onclick: (event) => evidence(tie, event.currentTarget.closest("li")),
      },
      t("networks-evidence"),
    ),
  );
}

function drawSelected(node) {
  const panel = element("selected");
  panel.hidden = node === null;
  if (node === null) return panel.replaceChildren();
  const iri = network.iri[node];
  const facts = make("dl");
  for (const hue of ATTRIBUTES) {
    const own = categories(hue, node);
    if (!network.groups[hue].categories.length) continue;
    facts.append(
      make("dt", {}, t(`networks-${hue}`)),
      make("dd", {}, bdi(own.join("; ") || t("networks-not-known"))),
    );
  }
  const neighbours = network.neighbours(node);
  const list = make("ul", { class: "neighbours" });
  for (const [other, tie] of neighbours.slice(0, MOST_NEIGHBOURS)) {
    list.append(tieRow(tie, node, other));
  }
  if (neighbours.length > MOST_NEIGHBOURS) {
    const count = number(neighbours.length - MOST_NEIGHBOURS);
    list.append(make("li", { class: "quiet" }, t("networks-neighbours-more", { count })));
  }
  const figures = make("div", {}, make("p", { class: "quiet" }, t("networks-figures-wait")));
  panel.replaceChildren(
    make("h3", {}, bdi(network.label[node])),
    make(
      "p",
      { class: "actions" },
      make("a", { class: "button", href: pageOf(iri) }, t("networks-open")),
      make("button", { type: "button", class: "plain", onclick: () => end("from", node) }, t("networks-path-from-here")),
      make("button", { type: "button", class: "plain", onclick: () => end("to", node) }, t("networks-path-to-here")),
      ...(whatIf?.buttons({ iri, label: network.label[node] }) ?? []),
      make("button", { type: "button", class: "plain", onclick: () => select(null) }, t("networks-close")),
    ),
    facts,
    make("h4", {}, t("networks-neighbours", { count: number(neighbours.length) })),
    list,
    make("h4", {}, t("networks-figures")),
    figures,
  );
  columns().then(
    (known) => {
      if (state.selected !== node) return;
      const rows = known.filter(({ id, isDetail }) => id !== "community" && !isDetail).map((metric) => {
        const ranks = network.ranks(scores[metric.id]);
        const score = scores[metric.id][node];
        const rank = ranks.of(node);
        return make(
          "tr",
          {},
          make("th", { scope: "row" }, make("a", { href: `/help#${metric.id}`, title: metric.about }, metric.name)),
          make("td", { class: "number" }, value(metric, score)),
          make(
            "td",
            { class: "number" },
            metric.kind === "flag" || rank === undefined || score === null
              ? "–"
              : t("networks-rank-of", { rank: number(rank), count: number(ranks.count) }),
          ),
        );
      });
      const heads = ["figure", "value", "rank"].map((head) =>
        make("th", { scope: "col" }, t(`networks-${head}`)),
      );
      figures.replaceChildren(
        make(
          "table",
          { class: "figures-table", "aria-label": t("networks-figures") },
          make("thead", {}, make("tr", {}, ...heads)),
          make("tbody", {}, ...rows),
        ),
      );
    },
    (problem) => {
      const place = make("div");
      figures.replaceChildren(place);
      showProblem(place, problem);
    },
  );
}

function select(node, isToBeSeen = false) {
  state.selected = node;
  drawing?.select(node);
  drawSelected(node);
  pickers.find?.set(node);
  if (node === null) say(t("networks-cleared"));
  else {
    const count = number(network.tiesOf(node).length);
    say(t("networks-selected", { name: name(node), count }));
    if (isToBeSeen) drawing?.show([node]);
  }
  writeState();
}

// ---------------------------------------------------------------------------------------------
// Evidence of a tie

const last = (iri) => decodeURIComponent(iri.split(/[/#]/).filter(Boolean).pop() ?? iri);

async function evidence(tie, place) {
  const known = place.querySelector(".evidence");
  if (known) return known.remove();
  const ends = {
    source: network.iri[network.source[tie]],
    target: network.iri[network.target[tie]],
  };
  const box = make("div", { class: "evidence", role: "group" });
  place.append(box);
  try {
    const found = await askJson(api("/evidence.json", ends));
    const rows = found.statements.map((statement) => {
      const what = statement.event ?? statement.statement;
      const text = statement.eventLabel ?? (what ? last(what) : t("networks-evidence"));
      const row = make("li", {}, what ? make("a", { href: pageOf(what) }, bdi(text)) : bdi(text));
      if (statement.memberLabel) row.append(": ", bdi(statement.memberLabel));
      if (statement.role) row.append(`, ${t("networks-evidence-role", { role: last(statement.role) })}`);
      const graphs = statement.graphs.filter((graph) => !statement.sources.includes(graph));
      for (const [kind, iris] of [["source", statement.sources], ["graph", graphs]]) {
        for (const iri of iris.slice(0, 3)) {
          row.append(" · ", make("a", { href: pageOf(iri), title: iri }, t(`networks-evidence-${kind}`)));
        }
      }
      return row;
    });
    const list = rows.length ? make("ul", {}, ...rows) : make("p", {}, t("networks-evidence-none"));
    box.append(list, make("p", {}, make("a", { href: api("/evidence.json", ends) }, t("networks-evidence-all"))));
    box.setAttribute("aria-label", t("networks-evidence"));
  } catch (problem) {
    showProblem(box, problem);
  }
}

// ---------------------------------------------------------------------------------------------
// Paths

function end(which, node) {
  state[which] = node;
  pickers[which].set(node);
  if (state.from !== null && state.to !== null) findPath();
  else {
    writeState();
    element(which === "from" ? "path-to" : "path-from").focus();
  }
}

function clearPath() {
  state.from = state.to = null;
  pickers.from.set(null);
  pickers.to.set(null);
  element("route").hidden = true;
  element("route").replaceChildren();
  element("path-clear").hidden = true;
  drawing?.showPath(null);
  writeState();
}

function findPath() {
  const panel = element("route");
  panel.hidden = false;
  element("path-clear").hidden = false;
  drawing?.showPath(null);
  const tell = (text) => panel.replaceChildren(make("p", {}, text));
  const { from, to } = state;
  writeState();
  if (from === null || to === null) return tell(t("networks-path-choose"));
  if (from === to) return tell(t("networks-path-same"));
  const [a, b] = [name(from), name(to)];
  const path = network.path(from, to, (node) => !isOff(node) && !drawing?.hidden.has(node));
  if (!path) return tell(t("networks-path-none", { a, b }));
  const names = path.nodes.map(name).join(" – ");
  const count = number(path.ties.length);
  const notes = [];
  if (network.directed) notes.push(t("networks-path-undirected"));
  if (network.source.length < network.ties) notes.push(t("networks-path-partly"));
  panel.replaceChildren(
    make("h3", {}, bdi(t("networks-path-title", { a, b }))),
    make(
      "p",
      {},
      make(
        "bdi",
        {},
        path.ties.length === 1
          ? t("networks-path-direct", { a, b })
          : t("networks-path-steps", { a, b, count, list: names }),
      ),
    ),
    make("h4", {}, t("networks-path-links")),
    make(
      "ol",
      { class: "neighbours" },
      ...path.ties.map((tie, step) => {
        const row = tieRow(tie, path.nodes[step], path.nodes[step + 1]);
        row.prepend(linkTo(path.nodes[step]), " – ");
        return row;
      }),
    ),
    ...notes.map((note) => make("p", { class: "quiet" }, note)),
  );
  if (state.selected !== null) select(null);
  drawing?.showPath(path);
  drawing?.show(path.nodes);
}

// ---------------------------------------------------------------------------------------------
// The table

const table = { sort: "degree", down: true, first: 0, find: "" };

/** Whether an attribute says more than the names: the sector of a sector is itself. */
function isTold(hue) {
  const { of, categories } = network.groups[hue];
  return of.some((own, node) => own.some((place) => categories[place].id !== network.iri[node]));
}

function tableColumns() {
  const own = [["name", t("networks-name"), (node) => network.label[node]]];
  for (const hue of ["sector", "level"]) {
    if (isTold(hue)) {
      own.push([hue, t(`networks-${hue}`), (node) => categories(hue, node).join("; ")]);
    }
  }
  for (const id of new Set(["degree", state.size])) {
    if (scores[id]) own.push([id, metricName(id), (node) => scores[id][node]]);
  }
  return own;
}

function fillTable() {
  if (!network) return;
  const own = tableColumns();
  const sorted = own.find(([id]) => id === table.sort) ?? own[0];
  const fits = table.find ? network.find(table.find, network.count).nodes : null;
  const nodes = (fits ?? Array.from({ length: network.count }, (_, node) => node)).filter(
    (node) => !isOff(node),
  );
  const collator = new Intl.Collator(language, { numeric: true });
  const sign = table.down ? -1 : 1;
  const values = new Map(nodes.map((node) => [node, sorted[2](node)]));
  nodes.sort((a, b) => {
    const [x, y] = [values.get(a), values.get(b)];
    if (typeof x === "string") return sign * collator.compare(x, y) || a - b;
    // What is not known comes last either way.
    if (x === null || y === null) return (x === null) - (y === null) || a - b;
    return sign * (x - y) || a - b;
  });
  table.first = Math.min(table.first, Math.max(0, Math.ceil(nodes.length / PAGE) - 1) * PAGE);
  const shown = nodes.slice(table.first, table.first + PAGE);
  const heads = own.map(([id, text]) => {
    const isSorted = id === sorted[0];
    const arrow = isSorted ? (table.down ? " ↓" : " ↑") : "";
    return make(
      "th",
      { scope: "col", "aria-sort": isSorted ? (table.down ? "descending" : "ascending") : undefined },
      make(
        "button",
        {
          type: "button",
          class: "as-link",
          "data-sort": id,
          onclick: () => {
            table.down = isSorted ? !table.down : typeof own.find(([known]) => known === id)[2](0) !== "string";
            table.sort = id;
            table.first = 0;
            fillTable();
            element("table").querySelector(`[data-sort="${id}"]`)?.focus();
          },
        },
        text + arrow,
      ),
    );
  });
  const rows = shown.map((node) =>
    make(
      "tr",
      {},
      ...own.map(([id, , of]) => {
        if (id === "name") {
          const button = make(
            "button",
            {
              type: "button",
              class: "as-link",
              "aria-label": t("networks-select", { name: name(node) }),
              onclick: () => {
                select(node, true);
                element("selected").focus();
                element("network").scrollIntoView({ block: "start" });
              },
            },
            bdi(network.label[node]),
          );
          return make("th", { scope: "row" }, button);
        }
        const cell = of(node);
        return typeof cell === "string"
          ? make("td", {}, bdi(cell || t("networks-not-known")))
          : make("td", { class: "number" }, value(metric(id), cell));
      }),
    ),
  );
  element("table").replaceChildren(
    make("caption", {}, t("networks-table-caption", { count: number(nodes.length) })),
    make("thead", {}, make("tr", {}, ...heads)),
    make("tbody", {}, ...rows),
  );
  const turn = (step, text, isPossible) =>
    make(
      "button",
      {
        type: "button",
        class: "plain",
        disabled: !isPossible,
        onclick: () => {
          table.first += step;
          fillTable();
        },
      },
      text,
    );
  const lastShown = table.first + shown.length;
  element("pages").replaceChildren(
    turn(-PAGE, t("networks-previous"), table.first > 0),
    make(
      "span",
      { role: "status" },
      t("networks-page", {
        first: number(Math.min(table.first + 1, lastShown)),
        last: number(lastShown),
        count: number(nodes.length),
      }),
    ),
    turn(PAGE, t("networks-next"), lastShown < nodes.length),
  );
}

// ---------------------------------------------------------------------------------------------
// What is pressed

function keys(event) {
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const step = steps[event.key];
  if (step) drawing.pan(...step);
  else if (event.key === "+" || event.key === "=") drawing.zoom(1.5);
  else if (event.key === "-") drawing.zoom(1 / 1.5);
  else if (event.key === "0") drawing.showAll();
  else if (event.key === "Escape" && state.selected !== null) select(null);
  else if (event.key === "Enter" && state.selected !== null) element("selected").focus();
  else if (/^[np]$/i.test(event.key)) walk(event.key.toLowerCase() === "n" ? 1 : -1);
  else return;
  event.preventDefault();
}

/** Goes through the neighbours of the node that was selected first; without one to the best-tied. */
const walking = { from: null, at: -1 };
function walk(step) {
  if (state.selected === null) {
    const degrees = scores.degree;
    let best = 0;
    for (let node = 1; node < network.count; node++) {
      if (!isOff(node) && degrees[node] > degrees[best]) best = node;
    }
    Object.assign(walking, { from: best, at: -1 });
    return select(best, true);
  }
  let around = walking.from === null ? [] : network.neighbours(walking.from).map(([node]) => node);
  if (walking.from !== state.selected && around[walking.at] !== state.selected) {
    Object.assign(walking, { from: state.selected, at: -1 });
    around = network.neighbours(state.selected).map(([node]) => node);
  }
  if (!around.length) return;
  walking.at = (walking.at + step + around.length) % around.length;
  select(around[walking.at], true);
}

function caption() {
  const date = new Date().toLocaleDateString(language);
  return t("networks-cite", { title: settings.title, version: network.dataVersion, date });
}

function listen() {
  element("colour").addEventListener("change", (event) => {
    state.colour = event.target.value;
    state.off.clear();
    drawing?.colourBy(state.colour);
    drawLegend();
    fillTable();
    writeState();
  });
  element("size").addEventListener("change", async (event) => {
    state.size = event.target.value;
    element("size-help").href = `/help#${state.size}`;
    const wanted = state.size;
    try {
      const values = await column(wanted);
      if (state.size !== wanted) return;
      drawing?.sizeBy(values);
      table.sort = wanted;
      table.down = true;
      showProblem(element("problem"), null);
    } catch (problem) {
      showProblem(element("problem"), problem);
    }
    drawLegend();
    fillTable();
    writeState();
  });
  const describe = (node) =>
    [categories("sector", node)[0], categories("level", node)[0]].filter(Boolean).join(", ");
  const common = { describe, say };
  pickers.find = new Picker(element("find-node"), network, { ...common, onPick: (node) => select(node, true) });
  for (const which of ["from", "to"]) {
    const onPick = (node) => (state[which] = node);
    pickers[which] = new Picker(element(`path-${which}`), network, { ...common, onPick });
  }
  element("path").addEventListener("submit", (event) => {
    event.preventDefault();
    for (const which of ["from", "to"]) {
      const picker = pickers[which];
      // A name that is written out counts as chosen.
      if (picker.node === null) picker.node = network.find(picker.input.value, 1).nodes[0] ?? null;
      state[which] = picker.node;
      if (picker.node !== null) picker.set(picker.node);
    }
    findPath();
  });
  element("path-clear").addEventListener("click", () => {
    clearPath();
    element("path-from").focus();
  });
  element("table-find").addEventListener("input", (event) => {
    table.find = event.target.value;
    table.first = 0;
    fillTable();
  });
  element("alone")
    ?.querySelector("a")
    .addEventListener("click", (event) => {
      event.preventDefault();
      state.alone = !state.alone;
      if (drawing) {
        drawing.showAlone(state.alone);
        fitHeight();
      }
      tellAlone();
      drawLegend();
      writeState();
    });
  if (!drawing) return;
  element("zoom-in").addEventListener("click", () => drawing.zoom(1.5));
  element("zoom-out").addEventListener("click", () => drawing.zoom(1 / 1.5));
  element("zoom-all").addEventListener("click", () => drawing.showAll());
  element("share").addEventListener("click", async () => {
    history.replaceState(null, "", address());
    await navigator.clipboard?.writeText(location.href);
    say(t("networks-copied"));
    element("share").textContent = t("networks-copied");
  });
  const full = element("full");
  full.hidden = !document.fullscreenEnabled;
  full.addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else element("network").requestFullscreen();
  });
  document.addEventListener("fullscreenchange", () => {
    const isFull = Boolean(document.fullscreenElement);
    fitHeight();
    full.setAttribute("aria-pressed", String(isFull));
    full.textContent = isFull ? t("networks-full-on") : t("networks-full-off");
  });
  element("drawing").addEventListener("keydown", keys);
  drawing.onSelect((iri, node) => {
    if (node !== state.selected) select(node);
  });
  drawing.onTie((tie) => {
    select(network.source[tie]);
    const rows = element("selected").querySelectorAll(".neighbours > li");
    const at = network.neighbours(network.source[tie]).findIndex(([, known]) => known === tie);
    if (rows[at]) evidence(tie, rows[at]);
  });
  drawing.sigma.getCamera().on("updated", writeState);
  for (const kind of ["png", "svg"]) element(kind).hidden = false;
  element("png").addEventListener("click", async () => keep(`${settings.id}.png`, await png(drawing, caption())));
  element("svg").addEventListener("click", () => {
    const legend = entries().map((entry) => ({
      ...entry,
      count: number(entry.count),
      colour: /^\d+$/.test(entry.hue) ? drawing.look.hues[Number(entry.hue)] : drawing.look[entry.hue],
    }));
    keep(`${settings.id}.svg`, svg(drawing, settings.title, caption(), legend));
  });
}

/** Says whether nodes without ties are drawn, and offers the other. */
function tellAlone() {
  const line = element("alone");
  if (!line) return;
  let count = 0;
  for (let node = 0; node < network.count; node++) if (network.isAlone(node)) count++;
  line.hidden = count === 0 || network.source.length === 0;
  const text = state.alone ? "networks-alone-shown" : "networks-alone-folded";
  line.querySelector("span").textContent = t(text, { count: number(count) });
  const link = line.querySelector("a");
  link.textContent = t(state.alone ? "networks-alone-fold" : "networks-alone-show");
  link.href = address();
}

/** On a narrow screen the drawing is as high as what is in it. */
function fitHeight() {
  const place = element("drawing");
  const isNarrow = matchMedia("(max-width: 62rem)").matches && !document.fullscreenElement;
  const room = 2 * 28;
  const wanted = (place.clientWidth - room) * drawing.proportion + room + 24;
  const height = Math.max(220, Math.min(wanted, 0.65 * innerHeight));
  const before = place.style.height;
  place.style.height = isNarrow ? `${Math.round(height)}px` : "";
  if (place.style.height !== before) drawing.sigma.resize(true);
}

// ---------------------------------------------------------------------------------------------

async function start() {
  const place = element("drawing");
  const response = await ask(settings.drawing, { headers: { accept: "application/json" } });
  network = new Network(await response.json());
  Object.assign(scores, network.metrics);
  readState();
  let values = scores.degree;
  try {
    values = await column(state.size);
  } catch (problem) {
    showProblem(element("problem"), problem);
    state.size = "degree";
  }
  if (canDraw()) {
    place.replaceChildren();
    const counts = { nodes: number(network.count), ties: number(network.source.length) };
    place.setAttribute("role", "application");
    place.setAttribute("tabindex", "0");
    place.setAttribute("aria-label", t("networks-drawing-of", { title: settings.title, ...counts }));
    place.setAttribute("aria-describedby", "keys");
    element("network").dataset.state = "drawn";
    drawing = new Drawing(place, network, {
      alone: state.alone || network.source.length === 0,
      onSlow: () => {
        element("slow").textContent = t("networks-edges-on-move");
        element("slow").hidden = false;
      },
    });
    drawing.sizeBy(values);
    drawing.colourBy(state.colour);
    fitHeight();
    addEventListener("resize", fitHeight);
    if (state.camera) drawing.camera = state.camera;
    element("buttons").hidden = false;
    element("keys").hidden = false;
  } else {
    element("network").dataset.state = "still";
    const wait = element("wait");
    if (wait) wait.textContent = t("networks-no-webgl");
  }
  element("tools").hidden = false;
  element("everything").hidden = false;
  // The table of all begins with them.
  element("best-nodes").hidden = true;
  listen();
  tellAlone();
  drawLegend();
  fillTable();
  if (state.selected !== null) select(state.selected);
  if (state.from !== null) pickers.from.set(state.from);
  if (state.to !== null) pickers.to.set(state.to);
  if (state.from !== null && state.to !== null) {
    const { camera } = state;
    findPath();
    if (camera) drawing.camera = camera;
  }
  document.documentElement.dataset.ready = "network";
}

if (element("network")) {
  start().catch((problem) => showProblem(element("problem"), problem));
}
