// Results as a network: two columns of identifiers are the ends of ties.

import { panZoom } from "./panzoom.js";
import { draw, lookUp, make, select } from "./results.js";
import { number, t } from "./texts.js";

const MOST_NODES = 300;
const MOST_TIES = 2_000;
const SIZE = 1_000;

export async function showNetwork(panel, result, context) {
  const { columns, rows } = result;
  const isNode = (term) => term?.type === "uri" || term?.type === "bnode";
  const ends = columns
    .map((_, column) => column)
    .filter((column) => rows.some((row) => isNode(row[column])));
  if (ends.length < 2) {
    panel.append(make("p", {}, t("results-network-none")));
    return;
  }
  const called = (pattern) => ends.find((column) => pattern.test(columns[column]));
  let from = called(/^(source|from|subject|origen)$/i) ?? ends[0];
  let to = called(/^(target|to|object|destino)$/i) ?? ends.find((column) => column !== from);
  if (from === to) to = ends.find((column) => column !== from);
  const controls = make("div", { class: "view-controls" });
  const named = ends.map((column) => [String(column), columns[column]]);
  const set = (change) => {
    change();
    paint();
  };
  controls.append(
    select(t("results-network-from"), named, String(from), (value) => set(() => (from = Number(value)))),
    select(t("results-network-to"), named, String(to), (value) => set(() => (to = Number(value)))),
  );
  const stage = make("div");
  panel.append(controls, stage);

  const paint = async () => {
    const { nodes, ties, total } = networkOf(rows, from, to, isNode);
    await lookUp(nodes.filter((node) => node.term.type === "uri").map((node) => node.term.value));
    arrange(nodes, ties);
    const svg = draw("svg", {
      role: "group",
      "aria-label": t("results-network-label", { nodes: number(nodes.length), ties: number(ties.length) }),
    });
    for (const [a, b] of ties) {
      svg.append(draw("line", { class: "tie", x1: a.x, y1: a.y, x2: b.x, y2: b.y }));
    }
    const circles = [];
    const labels = [];
    for (const node of nodes) {
      const label = context.text(node.term, 80);
      const title = draw("title", {}, t("results-network-ties", { label, n: number(node.ties) }));
      const circle = draw("circle", { class: node.isTo ? "node to" : "node", cx: node.x, cy: node.y }, title);
      circles.push([circle, node]);
      const href = node.term.type === "uri" ? context.href(node.term.value) : null;
      svg.append(href ? draw("a", { href, "aria-label": title.textContent }, circle) : circle);
      const text = draw("text", { x: node.x, y: node.y, "text-anchor": "middle" });
      text.textContent = label.length > 32 ? `${[...label].slice(0, 31).join("")}…` : label;
      labels.push([text, node]);
    }
    svg.append(...labels.map(([text]) => text));
    const xs = nodes.map((node) => node.x);
    const ys = nodes.map((node) => node.y);
    const pad = Math.max(60, (Math.max(...xs) - Math.min(...xs)) * 0.12);
    const [left, top] = [Math.min(...xs) - pad, Math.min(...ys) - pad];
    const wide = Math.max(Math.max(...xs) - left + pad, 200);
    const high = Math.max(Math.max(...ys) - top + pad, 120);
    const whole = Math.max(wide, high * 1.6);
    const box = [left - (whole - wide) / 2, top - (whole / 1.6 - high) / 2, whole, whole / 1.6];
    const tools = panZoom(svg, box, (unit) => {
      // On a phone as many circles need smaller ones.
      const small = Math.max(0.35, Math.min(1, (svg.clientWidth || 900) / 900));
      for (const [circle, node] of circles) {
        circle.setAttribute("r", (5 + Math.min(9, Math.sqrt(node.ties) * 1.6)) * unit * small);
      }
      // Names where there is room for them, those of the nodes with most ties first.
      const taken = [];
      for (const [text, node] of labels) {
        const up = (6 + (5 + Math.min(9, Math.sqrt(node.ties) * 1.6)) * small) * unit;
        const half = [...text.textContent].length * 3.4 * unit;
        const box = [node.x - half, node.y - up - 12 * unit, node.x + half, node.y - up + 3 * unit];
        const isFree = taken.every(
          (other) => box[2] < other[0] || box[0] > other[2] || box[3] < other[1] || box[1] > other[3],
        );
        if (isFree) taken.push(box);
        text.style.display = isFree ? "" : "none";
        text.setAttribute("font-size", 12 * unit);
        text.setAttribute("dy", -up);
        text.style.strokeWidth = `${3 * unit}px`;
      }
    });
    const parts = [tools, make("div", { class: "drawing network" }, svg)];
    if (total > nodes.length) {
      const text = t("results-network-most", { n: number(nodes.length), total: number(total) });
      parts.push(make("p", { class: "quiet" }, text));
    }
    stage.replaceChildren(...parts);
    requestAnimationFrame(() => tools.querySelectorAll("button")[2].click());
  };
  await paint();
}

function networkOf(rows, from, to, isNode) {
  const nodes = new Map();
  const node = (term, isTo) => {
    const id = `${term.type} ${term.value}`;
    if (!nodes.has(id)) nodes.set(id, { id, term, ties: 0, isTo });
    return nodes.get(id);
  };
  const ties = new Map();
  for (const row of rows) {
    const [a, b] = [row[from], row[to]];
    if (!isNode(a) || !isNode(b)) continue;
    const [x, y] = [node(a, false), node(b, true)];
    const key = x.id < y.id ? `${x.id}\n${y.id}` : `${y.id}\n${x.id}`;
    if (x === y || ties.has(key)) continue;
    ties.set(key, [x, y]);
    x.ties += 1;
    y.ties += 1;
  }
  const total = nodes.size;
  const kept = [...nodes.values()]
    .sort((a, b) => b.ties - a.ties || (a.id < b.id ? -1 : 1))
    .slice(0, MOST_NODES);
  const isKept = new Set(kept);
  const between = [...ties.values()].filter(([a, b]) => isKept.has(a) && isKept.has(b));
  return { nodes: kept, ties: between.slice(0, MOST_TIES), total };
}

/** Springs and repulsion (Fruchterman and Reingold 1991) from a fixed start: the same each time. */
function arrange(nodes, ties) {
  const count = nodes.length;
  const turn = Math.PI * (3 - Math.sqrt(5));
  nodes.forEach((node, index) => {
    const radius = (SIZE / 2) * Math.sqrt((index + 0.5) / count);
    node.x = radius * Math.cos(index * turn);
    node.y = radius * Math.sin(index * turn);
  });
  const ideal = SIZE / Math.sqrt(count || 1);
  const rounds = count > 150 ? 120 : 250;
  for (let round = 0; round < rounds; round += 1) {
    const heat = (SIZE / 10) * (1 - round / rounds) ** 1.5 + 0.5;
    for (const node of nodes) {
      // Towards the middle, so that what is not tied stays in sight.
      node.dx = -node.x * 0.7;
      node.dy = -node.y * 0.7;
    }
    for (let i = 0; i < count; i += 1) {
      for (let j = i + 1; j < count; j += 1) {
        const [a, b] = [nodes[i], nodes[j]];
        const [x, y] = [a.x - b.x, a.y - b.y];
        const force = (ideal * ideal) / Math.max(x * x + y * y, 0.01);
        a.dx += x * force;
        a.dy += y * force;
        b.dx -= x * force;
        b.dy -= y * force;
      }
    }
    for (const [a, b] of ties) {
      const [x, y] = [a.x - b.x, a.y - b.y];
      const force = Math.hypot(x, y) / ideal;
      a.dx -= x * force;
      a.dy -= y * force;
      b.dx += x * force;
      b.dy += y * force;
    }
    for (const node of nodes) {
      const length = Math.hypot(node.dx, node.dy) || 1;
      const step = Math.min(length, heat) / length;
      node.x += node.dx * step;
      node.y += node.dy * step;
    }
  }
  for (const node of nodes) {
    node.x = Math.round(node.x * 10) / 10;
    node.y = Math.round(node.y * 10) / 10;
  }
}
