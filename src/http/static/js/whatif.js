// What if, beside a drawing: changes are collected, evaluated, and shown with what they do.
//
//   import { WhatIf } from "./whatif.js";
//   const whatIf = new WhatIf(document.getElementById("whatif"), { networks: ["collaboration"] });
//   panel.append(...whatIf.buttons({ iri, label }));   // for the node that is selected
//   whatIf.removeActor({ iri, label });
//   whatIf.tie({ iri, label }, { iri, label });
//
// The section may have `data-network` (an id: its metrics are compared) and `data-query` (filters
// such as `?sector=health`). Changes stay in the session, so that they outlive a reload and a walk
// from network to network. `onEvaluated(answer)` is called with what the service answers, for
// whoever wants to mark the nodes in `answer.actors`.

import { askJson, show } from "./api.js";
import { t, number } from "./texts.js";

const KEPT = "weft-whatif";
/** Figures that are listed here; the page of the scenario has all. */
const MOST = 12;
const MOST_LABEL = 120;

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

const short = (text) =>
  [...text].length > MOST_LABEL ? `${[...text].slice(0, MOST_LABEL).join("")}…` : text;
/** The name of a figure in the language of the page, else as the service calls it. */
function named({ metric, id, name }) {
  const key = metric ? `whatif-metric-${metric}` : `whatif-figure-${id}`;
  const text = t(key);
  return text === key ? name : text;
}

const bdi = (text) => make("bdi", {}, short(text));

export class WhatIf {
  #section;
  #options;
  /** What was chosen: a change as the service takes it, and what it is called. */
  #changes = [];
  #from = null;
  #asked = 0;
  #listeners = new Set();

  constructor(section, options = {}) {
    this.#section = section;
    this.#options = options;
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
      if (Array.isArray(kept)) this.#changes = kept.filter((entry) => entry?.change?.op);
    } catch {
      // Nothing is kept where the browser does not allow it.
    }
    this.#build();
    this.#draw();
  }

  /** The changes, as the service takes them. */
  get changes() {
    return this.#changes.map(({ change }) => change);
  }

  /** The page with all figures. */
  get page() {
    const query = this.#filters();
    query.set("changes", JSON.stringify(this.changes));
    return `/scenarios/evaluate?${query}`;
  }

  /** Takes an actor away. */
  removeActor({ iri, label }) {
    this.#add({ op: "removeActor", iri }, t("whatif-removed", { name: short(label) }));
  }

  /** Ties two actors. */
  tie(a, b) {
    this.#from = null;
    const text = t("whatif-tied", { a: short(a.label), b: short(b.label) });
    this.#add({ op: "addTie", source: a.iri, target: b.iri }, text);
  }

  /** Any other change that the service takes, with what it is to be called. */
  add(change, text) {
    this.#add(change, text);
  }

  /** Buttons for a node that is selected. */
  buttons(node) {
    const remove = make(
      "button",
      { type: "button", class: "plain", onclick: () => this.removeActor(node) },
      t("whatif-remove"),
    );
    const tie = make("button", { type: "button", class: "plain" });
    const name = () => {
      const from = this.#from;
      const isOther = from && from.iri !== node.iri;
      tie.textContent = isOther
        ? t("whatif-tie-to", { name: short(from.label) })
        : t("whatif-tie-from");
    };
    tie.addEventListener("click", () => {
      if (this.#from && this.#from.iri !== node.iri) {
        this.tie(this.#from, node);
      } else {
        this.#from = node;
        this.#say(t("whatif-choose-other", { name: short(node.label) }));
      }
      name();
    });
    name();
    return [remove, tie];
  }

  /** Evaluates the changes and shows what they do; answers what the service answers. */
  async evaluate() {
    const asked = ++this.#asked;
    const query = this.#filters();
    const network = this.#section.dataset.network;
    const networks = new Set(this.#options.networks ?? []);
    if (network) networks.add(network);
    if (networks.size) query.set("networks", [...networks].join(","));
    show(this.problem, null);
    this.result.setAttribute("aria-busy", "true");
    this.#say(t("whatif-wait"));
    try {
      const answer = await askJson(`/api/v1/scenarios?${query}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ changes: this.changes }),
      });
      // Another question has been asked meanwhile.
      if (asked !== this.#asked) return answer;
      this.#show(answer);
      this.#options.onEvaluated?.(answer);
      return answer;
    } catch (problem) {
      if (asked === this.#asked) {
        this.#say("");
        show(this.problem, problem);
      }
      return null;
    } finally {
      if (asked === this.#asked) this.result.removeAttribute("aria-busy");
    }
  }

  /** Calls whenever the changes are others. */
  onChange(listener) {
    this.#listeners.add(listener);
  }

  #filters() {
    const query = new URLSearchParams(this.#section.dataset.query ?? "");
    // What a drawing keeps in its address is no filter.
    for (const name of ["merged", "colour", "size", "selected", "from", "to", "off", "camera"]) {
      query.delete(name);
    }
    return query;
  }

  #add(change, text) {
    const same = JSON.stringify(change);
    if (!this.#changes.some((entry) => JSON.stringify(entry.change) === same)) {
      this.#changes.push({ change, text });
    }
    this.#draw();
    this.#say(text);
  }

  #say(text) {
    this.status.textContent = text;
  }

  #build() {
    const section = this.#section;
    section.hidden = false;
    section.setAttribute("aria-labelledby", "whatif-title");
    this.list = make("ol", { class: "whatif-list" });
    this.none = make("p", { class: "quiet" }, t("whatif-none"), " ", t("whatif-how"));
    this.button = make(
      "button",
      { type: "button", onclick: () => this.evaluate() },
      t("whatif-evaluate"),
    );
    this.clear = make(
      "button",
      {
        type: "button",
        class: "plain",
        onclick: () => {
          this.#changes = [];
          this.#from = null;
          this.#draw();
          section.focus();
        },
      },
      t("whatif-clear"),
    );
    this.link = make("a", { class: "button" }, t("whatif-page"));
    this.actions = make("p", { class: "actions whatif-actions" }, this.button, this.clear, this.link);
    this.status = make("p", { role: "status", class: "quiet" });
    this.problem = make("div", { hidden: true });
    this.result = make("div", { class: "whatif-result" });
    section.tabIndex = -1;
    section.replaceChildren(
      make("h2", { id: "whatif-title" }, t("whatif-title")),
      make("p", {}, t("whatif-lead")),
      this.none,
      this.list,
      this.actions,
      this.status,
      this.problem,
      this.result,
    );
  }

  #draw() {
    try {
      sessionStorage.setItem(KEPT, JSON.stringify(this.#changes));
    } catch {
      // Then they last as long as the page.
    }
    // What was shown was of other changes.
    this.#asked++;
    this.result.replaceChildren();
    this.result.removeAttribute("aria-busy");
    show(this.problem, null);
    this.#say("");
    const isEmpty = this.#changes.length === 0;
    this.none.hidden = !isEmpty;
    this.list.hidden = isEmpty;
    this.actions.hidden = isEmpty;
    this.link.href = isEmpty ? "/scenarios" : this.page;
    this.list.replaceChildren(
      ...this.#changes.map((entry, place) =>
        make(
          "li",
          {},
          bdi(entry.text),
          " ",
          make(
            "button",
            {
              type: "button",
              class: "plain",
              "aria-label": t("whatif-leave-out", { change: entry.text }),
              onclick: () => {
                this.#changes.splice(place, 1);
                this.#draw();
                (this.list.querySelectorAll("button")[place] ?? this.#section).focus();
              },
            },
            "✕",
          ),
        ),
      ),
    );
    for (const listener of this.#listeners) listener(this.changes);
  }

  #show(answer) {
    const pairs = (key, rows) =>
      rows.map(({ fromLabel, toLabel }) =>
        make("li", {}, t(key, { from: short(fromLabel), to: short(toLabel) })),
      );
    const figures = [...answer.networks, ...answer.indicators]
      .filter(({ difference }) => difference !== null && Math.abs(difference) > 1e-12)
      .slice(0, MOST);
    const children = [];
    if (answer.lost.length || answer.won.length) {
      children.push(
        make(
          "ul",
          {},
          ...pairs("whatif-lost", answer.lost.slice(0, MOST)),
          ...pairs("whatif-won", answer.won.slice(0, MOST)),
        ),
      );
    }
    if (figures.length) {
      const head = ["figure", "today", "then"].map((column) =>
        make("th", { scope: "col" }, t(`whatif-column-${column}`)),
      );
      children.push(
        make(
          "div",
          { class: "scroll", tabindex: "0", role: "region", "aria-label": t("whatif-caption") },
          make(
            "table",
            { class: "compared" },
            make("caption", {}, t("whatif-caption")),
            make("thead", {}, make("tr", {}, ...head)),
            make(
              "tbody",
              {},
              ...figures.map((figure) =>
                make(
                  "tr",
                  {},
                  make(
                    "th",
                    { scope: "row" },
                    make(
                      "a",
                      { href: `/help#${encodeURIComponent(figure.metric ?? figure.id)}` },
                      named(figure),
                    ),
                  ),
                  make("td", { class: "number" }, number(figure.today)),
                  make("td", { class: "number" }, number(figure.scenario)),
                ),
              ),
            ),
          ),
        ),
      );
    } else {
      children.push(make("p", {}, t("whatif-nothing")));
    }
    this.result.replaceChildren(...children);
    this.#say(
      t("whatif-done", {
        lost: number(answer.lost.length),
        won: number(answer.won.length),
        actors: number(answer.actorsAffected),
      }),
    );
  }
}
