// The drawing as a file: what is on the screen (PNG), or all of it from the positions (SVG).

import { short } from "./networks-drawing.js";

/** Characters that no XML file may have, and those that mean something in it. */
function xml(text) {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
}

/** A circle, or its parts where it has several colours: from the right, anticlockwise. */
function disc(x, y, r, colours) {
  if (colours.length === 1) return `<circle cx="${x}" cy="${y}" r="${r}" fill="${colours[0]}"/>`;
  const at = (part) => {
    const angle = (2 * Math.PI * part) / colours.length;
    return `${(x + r * Math.cos(angle)).toFixed(1)} ${(y - r * Math.sin(angle)).toFixed(1)}`;
  };
  return colours
    .map((colour, part) => {
      const path = `M${x} ${y}L${at(part)}A${r} ${r} 0 0 0 ${at(part + 1)}Z`;
      return `<path d="${path}" fill="${colour}" stroke="none"/>`;
    })
    .join("");
}

/** Has the browser keep a file. */
export function keep(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** What is on the screen, with a line that says what it is. */
export function png(drawing, caption) {
  const { sigma } = drawing;
  const ratio = globalThis.devicePixelRatio || 1;
  const { width, height } = sigma.getDimensions();
  const foot = 30;
  const canvas = document.createElement("canvas");
  canvas.width = width * ratio;
  canvas.height = (height + foot) * ratio;
  const context = canvas.getContext("2d");
  context.fillStyle = drawing.look.ground;
  context.fillRect(0, 0, canvas.width, canvas.height);
  // WebGL keeps its picture until this task ends only: render and copy in one go.
  sigma.refresh();
  const layers = sigma.getCanvases();
  for (const name of ["edges", "edgeLabels", "nodes", "labels", "hovers", "hoverNodes"]) {
    const layer = layers[name];
    if (layer?.width) context.drawImage(layer, 0, 0, width * ratio, height * ratio);
  }
  context.font = `${13 * ratio}px ${getComputedStyle(document.body).fontFamily}`;
  context.fillStyle = drawing.look.ink;
  context.fillText(caption, 10 * ratio, (height + foot - 10) * ratio, (width - 20) * ratio);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** All that is drawn, wherever the view is, with its legend. */
export function svg(drawing, title, caption, legend) {
  const { network, look, places } = drawing;
  const margin = 60;
  const half = 1_000;
  const drawn = Array.from({ length: network.count }, (_, node) => node).filter((node) =>
    drawing.isShown(node),
  );
  // What is left out needs no room.
  const middle = (values) => {
    const own = drawn.map((node) => values[node]);
    const [least, most] = own.reduce(
      ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
      [Infinity, -Infinity],
    );
    return drawn.length ? [(least + most) / 2, (most - least) / 2] : [0, 0];
  };
  const [[x, wide], [y, high]] = [middle(places.x), middle(places.y)];
  const scale = 1 / (Math.max(wide, high) || 1);
  const tall = high * scale;
  const width = 2 * (half + margin);
  const height = 2 * (tall * half + margin);
  const place = (node) => [
    (half + margin + (places.x[node] - x) * scale * half).toFixed(1),
    (height / 2 - (places.y[node] - y) * scale * half).toFixed(1),
  ];
  const rows = legend.length;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${(height + 60 + rows * 30).toFixed(0)}" font-family="sans-serif">`,
    `<title>${xml(title)}</title><desc>${xml(caption)}</desc>`,
    `<rect width="100%" height="100%" fill="${look.ground}"/>`,
    `<g stroke="${look.quiet}" stroke-opacity="0.35" fill="none">`,
  ];
  for (let tie = 0; tie < network.source.length; tie++) {
    const [a, b] = [network.source[tie], network.target[tie]];
    if (!drawing.isShown(a) || !drawing.isShown(b)) continue;
    const [[x1, y1], [x2, y2]] = [place(a), place(b)];
    const isOnPath = drawing.onPath.ties.has(tie);
    const own = isOnPath ? ` stroke="${look.warm}" stroke-opacity="1" stroke-width="4"` : "";
    parts.push(`<path d="M${x1} ${y1}L${x2} ${y2}"${own}/>`);
  }
  parts.push(`</g><g stroke="${look.ground}">`);
  const bySize = drawn.sort((a, b) => drawing.radii[b] - drawing.radii[a]);
  for (const node of bySize) {
    const [x, y] = place(node);
    const r = Number((drawing.radii[node] * 1.6).toFixed(1));
    const own = disc(Number(x), Number(y), r, drawing.coloursOf(node));
    parts.push(`<g><title>${xml(network.label[node])}</title>${own}</g>`);
  }
  parts.push(`</g><g font-size="22" fill="${look.ink}" text-anchor="middle">`);
  // Those that matter most come last, so they are written first.
  const named = new Set(bySize.slice(0, 40).reverse());
  for (const node of [...drawing.onPath.nodes, drawing.chosen ?? []].flat()) {
    named.delete(node);
    named.add(node);
  }
  const written = [];
  for (const node of [...named].reverse()) {
    const [x, y] = place(node).map(Number);
    const text = short(network.label[node], 42);
    const above = y - drawing.radii[node] * 1.6 - 6;
    // About half as wide as high, letter by letter; none over another, none across the edge.
    const wide = 6 * text.length;
    const middle = Math.min(width - wide - 8, Math.max(wide + 8, x));
    const own = [middle - wide, above - 22, middle + wide, above + 4];
    const meets = ([left, top, right, bottom]) =>
      left < own[2] && own[0] < right && top < own[3] && own[1] < bottom;
    if (written.some(meets)) continue;
    written.push(own);
    parts.push(
      `<text x="${middle.toFixed(1)}" y="${above.toFixed(1)}" stroke="${look.ground}" stroke-width="4" paint-order="stroke">${xml(text)}</text>`,
    );
  }
  parts.push(`</g><g font-size="22" fill="${look.ink}">`);
  legend.forEach(({ colour, text, count }, row) => {
    const y = height + 20 + row * 30;
    parts.push(
      `<circle cx="${margin}" cy="${y - 7}" r="9" fill="${colour}"/><text x="${margin + 20}" y="${y}">${xml(`${text} (${count})`)}</text>`,
    );
  });
  parts.push(
    `<text x="${margin}" y="${height + 40 + rows * 30}">${xml(caption)}</text></g></svg>`,
  );
  return new Blob(parts, { type: "image/svg+xml" });
}
