// A network drawn with WebGL (sigma.js on graphology), and questions about what is drawn.
//
// Other scripts of the page can change how it looks without knowing how it is drawn:
//
//   import { drawing } from "./networks-drawing.js";
//   const shown = await drawing;          // resolves when the network is on the screen
//   shown.recolour(new Map([[iri, "#c00"]]));   // null: back to the legend's colours
//   shown.hide([iri, …]);  shown.hide([]);      // nodes, besides those the legend hides
//   shown.addTies([{ source: iri, target: iri }]); shown.addTies([]);  // ties that are not there
//   shown.onSelect((iri) => …);

const { Sigma, graphology } = globalThis;

let settle;
/** The drawing of this page; never settles where there is none. */
export const drawing = new Promise((resolve) => {
  settle = resolve;
});

/** Colours of the legend's first entries; what comes after shares one. */
export const COLOURS = 11;
/** Parts of a node that belongs to several categories; more than these are not told apart. */
const SLICES = 3;
/** Above so many ties the pointer cannot pick them: that costs a second pass of each frame. */
const PICKABLE = 4_000;
/** Of so few nodes all have their names written. */
const FEW = 60;
/** Of so many nodes names keep off the nodes. */
const SOME = 400;
/** Names that are written however far away: of the best-tied, of the second kind, of those who pay. */
const HUBS = 12;
const SECONDS = 30;
const PAYERS = 15;
/** Milliseconds of a frame above which ties are hidden while the drawing moves. */
const SLOW = 34;

/** Whether this browser has WebGL. */
export function canDraw() {
  if (!Sigma || !graphology) return false;
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
}

/** What is drawn: the columns that `/networks/{id}/drawing` answers, and questions about them. */
export class Network {
  constructor(data) {
    Object.assign(this, data);
    this.count = this.iri.length;
    this.position = new Map(this.iri.map((iri, node) => [iri, node]));
    // Ties of each node, in compressed rows.
    const degree = new Uint32Array(this.count + 1);
    for (let tie = 0; tie < this.source.length; tie++) {
      degree[this.source[tie] + 1]++;
      degree[this.target[tie] + 1]++;
    }
    for (let node = 0; node < this.count; node++) degree[node + 1] += degree[node];
    this.offsets = degree;
    this.around = new Uint32Array(2 * this.source.length);
    const next = degree.slice();
    for (let tie = 0; tie < this.source.length; tie++) {
      this.around[next[this.source[tie]]++] = tie;
      this.around[next[this.target[tie]]++] = tie;
    }
  }

  /** The ties of a node. */
  tiesOf(node) {
    return this.around.subarray(this.offsets[node], this.offsets[node + 1]);
  }

  /** Whether a node has no tie. */
  isAlone(node) {
    return this.offsets[node] === this.offsets[node + 1];
  }

  /**
   * Places for when nodes without ties are left out: the parts keep their form and stand in rows,
   * the highest first, in about the shape of a screen.
   */
  packed() {
    const part = new Int32Array(this.count).fill(-1);
    const parts = [];
    let lengths = 0;
    for (let first = 0; first < this.count; first++) {
      if (part[first] >= 0 || this.isAlone(first)) continue;
      const nodes = [first];
      part[first] = parts.length;
      for (let next = 0; next < nodes.length; next++) {
        for (const tie of this.tiesOf(nodes[next])) {
          const other = this.otherEnd(tie, nodes[next]);
          if (part[other] >= 0) continue;
          part[other] = parts.length;
          nodes.push(other);
        }
      }
      const box = [Infinity, Infinity, -Infinity, -Infinity];
      for (const node of nodes) {
        box[0] = Math.min(box[0], this.x[node]);
        box[1] = Math.min(box[1], this.y[node]);
        box[2] = Math.max(box[2], this.x[node]);
        box[3] = Math.max(box[3], this.y[node]);
      }
      parts.push({ nodes, box, wide: box[2] - box[0], tall: box[3] - box[1] });
    }
    for (let tie = 0; tie < this.source.length; tie++) {
      const [a, b] = [this.source[tie], this.target[tie]];
      lengths += Math.hypot(this.x[a] - this.x[b], this.y[a] - this.y[b]);
    }
    const gap = (1.2 * lengths) / Math.max(1, this.source.length);
    const area = parts.reduce((sum, { wide, tall }) => sum + (wide + gap) * (tall + gap), 0);
    const widest = parts.reduce((most, { wide }) => Math.max(most, wide + gap), 0);
    const room = Math.max(widest, Math.sqrt(1.5 * area));
    const order = parts.map((_, number) => number);
    order.sort((a, b) => parts[b].tall - parts[a].tall || a - b);
    const x = Array.from(this.x);
    const y = Array.from(this.y);
    let [left, top, row] = [0, 0, 0];
    for (const number of order) {
      const { nodes, box, wide, tall } = parts[number];
      if (left > 0 && left + wide > room) {
        top -= row + gap;
        [left, row] = [0, 0];
      }
      for (const node of nodes) {
        x[node] += left - box[0];
        y[node] += top - box[3];
      }
      left += wide + gap;
      row = Math.max(row, tall);
    }
    return { x, y };
  }

  /** The other end of a tie. */
  otherEnd(tie, node) {
    return this.source[tie] === node ? this.target[tie] : this.source[tie];
  }

  /** The neighbours of a node with the strongest tie to each, strongest first. */
  neighbours(node) {
    const found = new Map();
    for (const tie of this.tiesOf(node)) {
      const other = this.otherEnd(tie, node);
      const known = found.get(other);
      if (known === undefined || (this.weight[tie] ?? 0) > (this.weight[known] ?? 0)) {
        found.set(other, tie);
      }
    }
    const name = (node) => this.label[node];
    return [...found].sort(
      ([a, tie], [b, other]) =>
        (this.weight[other] ?? 0) - (this.weight[tie] ?? 0) || name(a).localeCompare(name(b)),
    );
  }

  /** A shortest path as nodes and the ties between them; null if there is none. */
  path(from, to, isShown = () => true) {
    const before = new Int32Array(this.count).fill(-1);
    const by = new Int32Array(this.count).fill(-1);
    before[from] = from;
    const reached = [from];
    for (let next = 0; next < reached.length && before[to] < 0; next++) {
      const node = reached[next];
      for (const tie of this.tiesOf(node)) {
        const other = this.otherEnd(tie, node);
        if (before[other] >= 0 || !isShown(other)) continue;
        before[other] = node;
        by[other] = tie;
        reached.push(other);
      }
    }
    if (before[to] < 0) return null;
    const nodes = [to];
    const ties = [];
    while (nodes[0] !== from) {
      ties.unshift(by[nodes[0]]);
      nodes.unshift(before[nodes[0]]);
    }
    return { nodes, ties };
  }

  /** The nodes whose names have all the words, those that begin with the text first. */
  find(text, most) {
    const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    this.plain ??= this.label.map(plain);
    const whole = plain(text.trim());
    const words = whole.split(/\s+/).filter(Boolean);
    const fits = [];
    if (!words.length) return { nodes: fits, count: 0 };
    for (let node = 0; node < this.count; node++) {
      if (words.every((word) => this.plain[node].includes(word))) fits.push(node);
    }
    const rank = (node) => (this.plain[node].startsWith(whole) ? 0 : 1);
    fits.sort((a, b) => rank(a) - rank(b) || this.label[a].localeCompare(this.label[b]));
    return { nodes: fits.slice(0, most), count: fits.length };
  }

  /** The place of each node in a ranking, from 1, the greatest first; the same for equals. */
  ranks(values) {
    const known = values.filter((value) => value !== null).map(Number);
    const sorted = known.sort((a, b) => b - a);
    const first = new Map();
    sorted.forEach((value, place) => {
      if (!first.has(value)) first.set(value, place + 1);
    });
    return { of: (node) => first.get(Number(values[node])), count: sorted.length };
  }
}

function look() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  return {
    hues: Array.from({ length: COLOURS }, (_, number) => of(`--hue-${number}`)),
    other: of("--hue-other"),
    unknown: of("--hue-unknown"),
    ink: of("--ink"),
    quiet: of("--quiet"),
    raised: of("--raised"),
    ground: of("--ground"),
    line: of("--line"),
    accent: of("--accent"),
    warm: of("--warm"),
    faint: of("--faint"),
    tie: of("--tie"),
  };
}

/** A colour `#rrggbb` that lets through what is below it, premultiplied as WebGL adds it. */
function thin(colour, share) {
  const parts = /^#(..)(..)(..)$/.exec(colour);
  if (!parts) return colour;
  const [red, green, blue] = parts.slice(1).map((part) => Math.round(parseInt(part, 16) * share));
  return `rgba(${red},${green},${blue},${share})`;
}

/** The drawing on the screen. */
export class Drawing {
  constructor(container, network, { onSlow = () => {}, alone = true } = {}) {
    this.network = network;
    this.container = container;
    this.hidden = new Set();
    this.hiddenByLegend = () => false;
    this.colours = null;
    this.extra = [];
    this.chosen = null;
    this.near = new Set();
    this.onPath = { nodes: new Set(), ties: new Set() };
    this.waiting = [];
    this.hubs = new Set();
    this.listeners = new Set();
    this.tieListeners = new Set();
    this.look = this.#look();
    this.values = null;
    this.hue = "sector";
    this.radii = new Float32Array(network.count).fill(1);

    // Several ties may join two nodes: those of the data, and those that are tried out.
    const { MultiDirectedGraph, MultiUndirectedGraph } = graphology;
    const graph = network.directed ? new MultiDirectedGraph() : new MultiUndirectedGraph();
    this.graph = graph;
    this.places = alone ? network : network.packed();
    for (let node = 0; node < network.count; node++) {
      if (alone || !network.isAlone(node)) this.#place(node);
    }
    this.#findHubs();
    // Weights are told by width, up to three times the usual.
    const weights = network.weight.filter((weight) => weight > 0).sort((a, b) => a - b);
    const usual = weights[Math.floor(weights.length / 2)] || 1;
    const thick = network.count > 2_000 ? 0.6 : network.count > 400 ? 0.8 : 1;
    for (let tie = 0; tie < network.source.length; tie++) {
      const weight = network.weight[tie];
      const width = weight > 0 ? Math.min(4, Math.max(1, 1.3 * Math.sqrt(weight / usual))) : 1;
      graph.addEdgeWithKey(String(tie), String(network.source[tie]), String(network.target[tie]), {
        size: width * thick,
        type: network.directed ? "arrow" : "line",
      });
    }
    const many = network.source.length > 10_000;
    this.sigma = new Sigma(graph, container, {
      allowInvalidContainer: true,
      defaultEdgeType: network.directed ? "arrow" : "line",
      nodeProgramClasses: {
        pie: Sigma.rendering.createNodePiechartProgram({
          slices: Array.from({ length: SLICES }, (_, slice) => ({
            color: { attribute: `colour${slice}` },
            value: { attribute: `share${slice}` },
          })),
        }),
      },
      edgeProgramClasses: many ? { line: Sigma.rendering.EdgeLineProgram } : {},
      enableEdgeEvents: network.source.length <= PICKABLE,
      hideLabelsOnMove: network.count > 3_000,
      labelFont: getComputedStyle(document.body).fontFamily,
      labelSize: 13,
      labelWeight: "500",
      labelDensity: 0.7,
      labelGridCellSize: 90,
      labelRenderedSizeThreshold: network.count > 2_000 ? 7 : 6,
      labelColor: { color: this.look.ink },
      defaultDrawNodeHover: (...given) => this.drawHover(...given),
      defaultDrawNodeLabel: (...given) => this.drawLabel(...given),
      minEdgeThickness: 0.4,
      minCameraRatio: 0.005,
      maxCameraRatio: 4,
      stagePadding: 28,
      zIndex: true,
      nodeReducer: (node, data) => ({ ...data, ...this.node(Number(node)) }),
      edgeReducer: (tie, data) => ({ ...data, ...this.tie(Number(tie)) }),
    });
    this.sigma.on("beforeRender", () => (this.waiting = []));
    this.sigma.on("afterRender", () => this.#write());
    this.sigma.on("clickNode", ({ node }) => this.select(Number(node)));
    this.sigma.on("clickEdge", ({ edge }) => {
      for (const listener of this.tieListeners) listener(Number(edge));
    });
    this.sigma.on("clickStage", () => this.select(null));
    this.sigma.on("enterNode", () => (container.style.cursor = "pointer"));
    this.sigma.on("leaveNode", () => (container.style.cursor = ""));
    this.sigma.on("resize", () => this.sizeBy(this.values));
    this.watchSpeed(onSlow);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", () => this.restyle());
    settle(this);
  }

  /** Takes the colours of the page anew. */
  restyle() {
    this.look = this.#look();
    this.sigma.setSetting("labelColor", { color: this.look.ink });
    this.refresh();
  }

  #look() {
    const found = look();
    // Many ties over each other show where they are dense rather than a plain area.
    const ties = this.network.source.length;
    const share = ties > 20_000 ? 0.22 : ties > 5_000 ? 0.4 : ties > 1_500 ? 0.7 : 1;
    return { ...found, tie: thin(found.tie, share) };
  }

  /** Hides ties while the drawing moves where that takes too long otherwise. */
  watchSpeed(onSlow) {
    let last = 0;
    let slow = 0;
    let isMoving = false;
    let wasMoving = false;
    this.frames = [];
    this.sigma.getCamera().on("updated", () => (isMoving = true));
    this.sigma.on("afterRender", () => {
      const now = performance.now();
      const took = now - last;
      last = now;
      const counts = isMoving && wasMoving && took < 3_000;
      wasMoving = isMoving;
      isMoving = false;
      if (!counts) return;
      this.frames.push(took);
      if (this.frames.length > 240) this.frames.shift();
      slow = took > SLOW ? slow + Math.min(4, took / SLOW) : Math.max(0, slow - 1);
      if (slow > 16 && !this.sigma.getSetting("hideEdgesOnMove")) {
        this.sigma.setSetting("hideEdgesOnMove", true);
        onSlow();
      }
    });
  }

  // ---- what nodes and ties look like

  /** Puts a node into the drawing. */
  #place(node) {
    if (this.graph.hasNode(String(node))) return;
    this.graph.addNode(String(node), {
      x: this.places.x[node],
      y: this.places.y[node],
      size: 3,
      label: this.network.label[node],
      type: this.network.groups[this.hue].of[node].length > 1 ? "pie" : "circle",
    });
  }

  /** Draws the nodes without ties, too, or leaves them out. */
  showAlone(isWanted) {
    this.places = isWanted ? this.network : this.network.packed();
    for (let node = 0; node < this.network.count; node++) {
      if (!this.network.isAlone(node)) continue;
      const key = String(node);
      if (isWanted) this.#place(node);
      else if (this.graph.hasNode(key) && node !== this.chosen && !this.graph.degree(key)) {
        this.graph.dropNode(key);
      }
    }
    this.graph.updateEachNodeAttributes((node, attributes) => ({
      ...attributes,
      x: this.places.x[Number(node)],
      y: this.places.y[Number(node)],
    }));
    this.#findHubs();
    this.sizeBy(this.values);
  }

  /** The nodes that are named however far away: all of few, else the best-tied of each kind. */
  #findHubs() {
    const { network } = this;
    const drawn = this.graph.nodes().map(Number);
    if (drawn.length <= FEW) {
      this.hubs = new Set(drawn);
      return;
    }
    const degree = (node) => network.offsets[node + 1] - network.offsets[node];
    const best = (nodes, count, most) =>
      nodes
        .filter((node) => count(node) > 0)
        .sort((a, b) => count(b) - count(a) || a - b)
        .slice(0, most);
    this.hubs = new Set(best([...drawn], degree, HUBS));
    const add = (nodes) => nodes.forEach((node) => this.hubs.add(node));
    if (network.mode) add(best(drawn.filter((node) => network.mode[node] === 1), degree, SECONDS));
    if (network.directed) {
      const out = new Uint32Array(network.count);
      for (const source of network.source) out[source]++;
      add(best([...drawn], (node) => out[node], PAYERS));
    }
  }

  isShown(node) {
    return this.graph.hasNode(String(node)) && !this.hidden.has(node) && !this.hiddenByLegend(node);
  }

  /** The colours of a node: one for each of its categories, as far as they are told apart. */
  coloursOf(node) {
    const own = this.colours?.get(node);
    if (own) return [own];
    const categories = this.network.groups[this.hue].of[node].slice(0, SLICES);
    if (!categories.length) return [this.look.unknown];
    return categories.map((one) => (one < COLOURS ? this.look.hues[one] : this.look.other));
  }

  /** The attributes that give a node these colours. */
  #painted(node, colours) {
    if (this.network.groups[this.hue].of[node].length < 2) return { color: colours[0] };
    const painted = { color: colours[0] };
    for (let slice = 0; slice < SLICES; slice++) {
      painted[`colour${slice}`] = colours[slice] ?? colours[0];
      painted[`share${slice}`] = slice < colours.length ? 1 : 0;
    }
    return painted;
  }

  node(node) {
    const label = this.network.label[node];
    if (!this.isShown(node)) return { hidden: true, label: null };
    const size = this.radii[node];
    const isOnPath = this.onPath.nodes.has(node);
    const isNear = this.near.has(node);
    const someMatter = this.onPath.nodes.size > 0 || this.chosen !== null;
    const isChosen = node === this.chosen;
    if (someMatter && !isOnPath && !isNear && !isChosen) {
      return { ...this.#painted(node, [this.look.faint]), label: null, size, zIndex: 0 };
    }
    return {
      ...this.#painted(node, this.coloursOf(node)),
      label,
      size: isChosen || isOnPath ? size + 2 : size,
      highlighted: isChosen,
      forceLabel:
        isChosen || isOnPath || (isNear && this.near.size <= 24) || (!someMatter && this.hubs.has(node)),
      zIndex: isChosen || isOnPath ? 3 : someMatter ? 2 : 1,
    };
  }

  tie(tie) {
    if (tie >= this.network.source.length) {
      const { source, target, size } = this.extra[tie - this.network.source.length];
      if (!this.isShown(source) || !this.isShown(target)) return { hidden: true };
      return { color: this.look.warm, size: size ?? 2.5, zIndex: 3 };
    }
    const source = this.network.source[tie];
    const target = this.network.target[tie];
    if (!this.isShown(source) || !this.isShown(target)) return { hidden: true };
    if (this.onPath.ties.has(tie)) return { color: this.look.warm, size: 3, zIndex: 3 };
    const isNear = this.chosen !== null && (source === this.chosen || target === this.chosen);
    if (isNear) return { color: this.look.quiet, zIndex: 2 };
    if (this.chosen !== null || this.onPath.nodes.size > 0) {
      return { color: thin(this.look.line, this.network.source.length > 5_000 ? 0.3 : 1), zIndex: 0 };
    }
    return { color: this.look.tie, zIndex: 0 };
  }

  /** Names are written when all are known that there may be room for: those that matter first. */
  drawLabel(_, data) {
    if (data.label) this.waiting.push(data);
  }

  #write() {
    const { waiting, sigma } = this;
    this.waiting = [];
    if (!waiting.length) return;
    const context = sigma.getCanvases().labels.getContext("2d");
    const { width, height } = sigma.getDimensions();
    const size = sigma.getSetting("labelSize");
    context.font = `${sigma.getSetting("labelWeight")} ${size}px ${sigma.getSetting("labelFont")}`;
    const rank = ({ key }) => {
      const node = Number(key);
      if (node === this.chosen || this.onPath.nodes.has(node)) return 0;
      return this.hubs.has(node) ? 1 : 2;
    };
    waiting.sort((a, b) => rank(a) - rank(b) || b.size - a.size || Number(a.key) - Number(b.key));
    const areFew = this.graph.order <= FEW;
    // Names keep off the nodes, where these are not too many to look at each time.
    const discs = [];
    if (this.graph.order <= SOME) {
      for (const key of this.graph.nodes()) {
        const data = sigma.getNodeDisplayData(key);
        if (!data || data.hidden) continue;
        const { x, y } = sigma.framedGraphToViewport(data);
        const r = sigma.scaleSize(data.size);
        discs.push([x - r, y - r, x + r, y + r]);
      }
    }
    const shared = (a, b) =>
      Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0])) *
      Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
    const over = (box, others) => others.reduce((sum, other) => sum + shared(box, other), 0);
    const written = [];
    const within = (value, most) => Math.max(3, Math.min(value, most));
    for (const data of waiting) {
      let text = short(data.label, 42);
      let wide = context.measureText(text).width;
      // A name must leave room for the drawing on a small screen.
      const most = Math.max(90, 0.55 * width);
      if (wide > most) {
        text = short(text, Math.max(8, Math.floor(([...text].length * most) / wide)));
        wide = context.measureText(text).width;
      }
      const beside = data.size + 3;
      const middle = data.y + size / 3;
      const places = [
        [data.x + beside, middle],
        [data.x - beside - wide, middle],
        [data.x - wide / 2, data.y - beside - 2],
        [data.x - wide / 2, data.y + beside + size - 2],
      ].map(([x, y]) => {
        const [left, base] = [within(x, width - wide - 3), within(y, height - 4)];
        const box = [left - 2, base - size, left + wide + 2, base + 3];
        // What is pushed back from the edge comes to lie on its own node.
        const shift = size * (Math.abs(left - x) + Math.abs(base - y));
        return { left, base, box, shift, overNames: over(box, written), overNodes: over(box, discs) };
      });
      const cost = ({ overNodes, shift }) => overNodes + shift;
      places.sort((a, b) => a.overNames - b.overNames || cost(a) - cost(b));
      const [best] = places;
      // Names over each other cannot be read; of few nodes each is named all the same.
      if (best.overNames > 0 && !areFew && rank(data) > 0) continue;
      const covers = best.overNodes / ((wide + 4) * (size + 3));
      if (covers > 0.2 && !areFew && rank(data) > 1) continue;
      written.push(best.box);
      context.lineWidth = 3;
      context.lineJoin = "round";
      context.strokeStyle = this.look.ground;
      context.strokeText(text, best.left, best.base);
      context.fillStyle = this.look.ink;
      context.fillText(text, best.left, best.base);
    }
  }

  drawHover(context, data, settings) {
    const text = short(data.label || "", 70);
    const size = settings.labelSize;
    context.font = `600 ${size}px ${settings.labelFont}`;
    const width = text ? context.measureText(text).width + 12 : 0;
    context.fillStyle = this.look.raised;
    context.strokeStyle = this.look.ink;
    context.lineWidth = 1.5;
    context.beginPath();
    if (text) {
      context.roundRect(data.x, data.y - size, data.size + width + 6, 2 * size, 6);
    }
    context.fill();
    context.stroke();
    context.beginPath();
    context.arc(data.x, data.y, data.size + 2.5, 0, Math.PI * 2);
    context.fill();
    context.stroke();
    if (!text) return;
    context.fillStyle = this.look.ink;
    context.fillText(text, data.x + data.size + 7, data.y + size / 3);
  }

  // ---- what can be changed

  refresh() {
    this.sigma.refresh({ skipIndexation: true });
  }

  colourBy(hue) {
    this.hue = hue;
    const { of } = this.network.groups[hue];
    this.graph.updateEachNodeAttributes((node, attributes) => ({
      ...attributes,
      type: of[Number(node)].length > 1 ? "pie" : "circle",
    }));
    this.sigma.refresh();
  }

  /** Sizes by values, null where one is not known; without values all are alike. */
  sizeBy(values) {
    this.values = values;
    const { count } = this.network;
    const drawn = this.graph.order;
    // A small screen has small nodes.
    const scale = Math.min(1.3, Math.max(0.45, this.container.clientWidth / 860));
    const [least, most] =
      drawn <= FEW ? [5, 18] : drawn <= 400 ? [4, 14] : drawn <= 2_000 ? [2.5, 11] : [1.6, 9];
    const known = values ? values.filter((value) => value !== null).map(Number) : [];
    const low = known.reduce((a, b) => Math.min(a, b), Infinity);
    const high = known.reduce((a, b) => Math.max(a, b), -Infinity);
    for (let node = 0; node < count; node++) {
      const value = values?.[node];
      const share =
        value === null || value === undefined || high <= low
          ? 0
          : Math.sqrt((Number(value) - low) / (high - low));
      this.radii[node] = (least + (most - least) * share) * scale;
    }
    this.sigma.refresh();
  }

  hideByLegend(isHidden) {
    this.hiddenByLegend = isHidden;
    this.sigma.refresh();
  }

  select(node) {
    if (node === this.chosen) return;
    this.chosen = node;
    this.near = new Set();
    if (node !== null) {
      // One without ties may be left out so far.
      this.#place(node);
      for (const tie of this.network.tiesOf(node)) {
        this.near.add(this.network.otherEnd(tie, node));
      }
    }
    this.refresh();
    const iri = node === null ? null : this.network.iri[node];
    for (const listener of this.listeners) listener(iri, node);
  }

  showPath(path) {
    this.onPath = {
      nodes: new Set(path?.nodes),
      ties: new Set(path?.ties),
    };
    this.refresh();
  }

  /** Calls with the IRI and the number of the node that is selected; null where none is. */
  onSelect(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Calls with the number of a tie that is clicked. */
  onTie(listener) {
    this.tieListeners.add(listener);
  }

  /** Colours of nodes by IRI, over those of the legend; null takes them away. */
  recolour(colours) {
    this.colours = colours && new Map();
    for (const [iri, colour] of colours ?? []) {
      const node = this.network.position.get(iri);
      if (node !== undefined) this.colours.set(node, colour);
    }
    this.refresh();
  }

  /** Hides these nodes and no others. */
  hide(iris) {
    this.hidden = new Set();
    for (const iri of iris) {
      const node = this.network.position.get(iri);
      if (node !== undefined) this.hidden.add(node);
    }
    this.sigma.refresh();
  }

  /** Draws ties that the data does not have, and no others. */
  addTies(ties) {
    for (let number = 0; number < this.extra.length; number++) {
      this.graph.dropEdge(String(this.network.source.length + number));
    }
    this.extra = [];
    for (const { source, target, size } of ties) {
      const [from, to] = [source, target].map((iri) => this.network.position.get(iri));
      if (from === undefined || to === undefined || from === to) continue;
      this.#place(from);
      this.#place(to);
      const key = String(this.network.source.length + this.extra.length);
      this.extra.push({ source: from, target: to, size });
      this.graph.addEdgeWithKey(key, String(from), String(to), {
        type: this.network.directed ? "arrow" : "line",
      });
    }
    this.sigma.refresh();
  }

  // ---- the camera

  /** How high the drawing is for its width. */
  get proportion() {
    const reach = (values) => {
      let [least, most] = [Infinity, -Infinity];
      this.graph.forEachNode((node) => {
        least = Math.min(least, values[Number(node)]);
        most = Math.max(most, values[Number(node)]);
      });
      return most - least;
    };
    const [wide, tall] = [reach(this.places.x), reach(this.places.y)];
    return wide > 0 ? tall / wide : 1;
  }

  get camera() {
    const { x, y, ratio } = this.sigma.getCamera().getState();
    return [x, y, ratio];
  }

  set camera([x, y, ratio]) {
    this.sigma.getCamera().setState({ x, y, ratio });
  }

  #animate(state) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.sigma.getCamera().animate(state, { duration: still ? 0 : 250 });
  }

  zoom(factor) {
    this.#animate({ ratio: this.sigma.getCamera().getBoundedRatio(this.camera[2] / factor) });
  }

  pan(right, up) {
    const [x, y, ratio] = this.camera;
    this.#animate({ x: x + 0.12 * right * ratio, y: y + 0.12 * up * ratio });
  }

  showAll() {
    this.#animate({ x: 0.5, y: 0.5, ratio: 1, angle: 0 });
  }

  /** Moves so that nodes are in sight. */
  show(nodes) {
    const places = nodes.map((node) => this.sigma.getNodeDisplayData(String(node)));
    const known = places.filter(Boolean);
    if (!known.length) return;
    const xs = known.map((place) => place.x);
    const ys = known.map((place) => place.y);
    const [left, right] = [Math.min(...xs), Math.max(...xs)];
    const [low, high] = [Math.min(...ys), Math.max(...ys)];
    const wide = Math.max(right - left, high - low) * 1.4;
    const ratio = nodes.length > 1 ? Math.min(1.2, Math.max(wide, 0.08)) : Math.min(this.camera[2], 0.45);
    this.#animate({ x: (left + right) / 2, y: (low + high) / 2, ratio });
  }
}

/** A text that is not longer than so many letters. */
export function short(text, most) {
  const letters = [...text];
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : text;
}
