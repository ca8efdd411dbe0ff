// Looking closer at a drawing: with buttons, keys, and by dragging.

import { make } from "./results.js";
import { t } from "./texts.js";

/**
 * Lets people move and zoom an SVG within a box `[x, y, width, height]`. `onScale` hears how many
 * units of the drawing a pixel is. Returns the buttons.
 */
export function panZoom(svg, box, onScale) {
  const whole = [...box];
  let [x, y, width, height] = box;
  const set = () => {
    svg.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
    const pixels = svg.clientWidth || 800;
    onScale(Math.max(width / pixels, height / (svg.clientHeight || pixels * 0.6)));
  };
  const zoom = (by, cx = x + width / 2, cy = y + height / 2) => {
    const next = Math.min(Math.max(width * by, whole[2] / 400), whole[2] * 4);
    const factor = next / width;
    x = cx - (cx - x) * factor;
    y = cy - (cy - y) * factor;
    width *= factor;
    height *= factor;
    set();
  };
  const move = (dx, dy) => {
    x += dx;
    y += dy;
    set();
  };
  const all = () => {
    [x, y, width, height] = whole;
    set();
  };
  const keys = {
    ArrowLeft: () => move(-width / 8, 0),
    ArrowRight: () => move(width / 8, 0),
    ArrowUp: () => move(0, -height / 8),
    ArrowDown: () => move(0, height / 8),
    "+": () => zoom(0.7),
    "=": () => zoom(0.7),
    "-": () => zoom(1 / 0.7),
    0: all,
  };
  svg.setAttribute("tabindex", "0");
  svg.addEventListener("keydown", (event) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? null : keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  const place = (event) => {
    const matrix = svg.getScreenCTM();
    return matrix ? new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse()) : null;
  };
  // The wheel scrolls the page unless Ctrl is held, as on other pages.
  svg.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const at = place(event);
      if (at) zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, at.x, at.y);
    },
    { passive: false },
  );
  let from = null;
  svg.addEventListener("pointerdown", (event) => {
    if (event.button === 0 && !event.target.closest("a")) {
      from = place(event);
      svg.setPointerCapture(event.pointerId);
    }
  });
  svg.addEventListener("pointermove", (event) => {
    const at = from && place(event);
    if (at) move(from.x - at.x, from.y - at.y);
  });
  for (const name of ["pointerup", "pointercancel"]) svg.addEventListener(name, () => (from = null));
  new ResizeObserver(set).observe(svg);
  const button = (text, label, act) => {
    const node = make("button", { type: "button", class: "plain", "aria-label": label }, text);
    node.addEventListener("click", act);
    return node;
  };
  const tools = make("div", { class: "drawing-tools" });
  tools.append(
    button("+", t("results-zoom-in"), () => zoom(0.7)),
    button("−", t("results-zoom-out"), () => zoom(1 / 0.7)),
    button(t("results-zoom-all"), t("results-zoom-all"), all),
    make("p", { class: "quiet" }, t("results-move")),
  );
  return tools;
}
