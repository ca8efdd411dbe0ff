// A field that finds a node by its name: a combobox with a list (WAI-ARIA APG).

import { t, number } from "./texts.js";
import { short } from "./networks-drawing.js";

const MOST = 12;

/** Makes an input and the list after it find nodes; calls with the node that is chosen. */
export class Picker {
  constructor(input, network, { onPick, describe, say }) {
    Object.assign(this, { input, network, onPick, describe, say });
    this.list = document.getElementById(input.getAttribute("aria-controls"));
    this.node = null;
    this.at = -1;
    input.addEventListener("input", () => this.#look());
    input.addEventListener("keydown", (event) => this.#key(event));
    input.addEventListener("blur", () => setTimeout(() => this.#close(), 150));
    this.list.addEventListener("pointerdown", (event) => {
      const option = event.target.closest("[role=option]");
      if (!option) return;
      event.preventDefault();
      this.#pick(Number(option.dataset.node));
    });
  }

  /** Shows a node without calling; null clears. */
  set(node) {
    this.node = node;
    this.input.value = node === null ? "" : this.network.label[node];
    this.#close();
  }

  #look() {
    this.node = null;
    this.at = -1;
    const { nodes, count } = this.network.find(this.input.value, MOST);
    this.list.replaceChildren(
      ...nodes.map((node, place) => {
        const option = document.createElement("li");
        option.id = `${this.list.id}-${place}`;
        option.dataset.node = node;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        const name = document.createElement("bdi");
        name.textContent = short(this.network.label[node], 90);
        const more = document.createElement("span");
        more.className = "quiet";
        more.textContent = this.describe(node);
        option.append(name, " ", more);
        return option;
      }),
    );
    const isAsked = this.input.value.trim() !== "";
    this.list.hidden = !nodes.length;
    this.input.setAttribute("aria-expanded", String(nodes.length > 0));
    this.input.removeAttribute("aria-activedescendant");
    if (isAsked) {
      this.say(count ? t("networks-found", { count: number(count) }) : t("networks-found-none"));
    }
  }

  #key(event) {
    const options = [...this.list.children];
    const move = (step) => {
      event.preventDefault();
      if (this.list.hidden) return this.#look();
      this.at = (this.at + step + options.length) % options.length;
      options.forEach((option, place) =>
        option.setAttribute("aria-selected", String(place === this.at)),
      );
      options[this.at].scrollIntoView({ block: "nearest" });
      this.input.setAttribute("aria-activedescendant", options[this.at].id);
    };
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(this.at < 0 ? 0 : -1);
    else if (event.key === "Escape") this.#close();
    else if (event.key === "Enter" && !this.list.hidden && options.length) {
      event.preventDefault();
      this.#pick(Number(options[Math.max(0, this.at)].dataset.node));
    }
  }

  #pick(node) {
    this.set(node);
    this.onPick(node);
  }

  #close() {
    this.list.hidden = true;
    this.at = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}
