// The integration board: what a mark of a chart says, under the pointer and with the arrow keys;
// tables that open for the printer; lists that apply at once.

import { t } from "./texts.js";

for (const figure of document.querySelectorAll(".figure")) {
  const tip = figure.querySelector(".tip");
  const drawings = [...figure.querySelectorAll(".drawing")];
  if (!tip || !drawings.length) continue;
  tip.hidden = false;
  tip.textContent = t("integration-keys-hint");
  for (const drawing of drawings) explain(drawing, tip);
}

/** Shows what a mark says below its chart; the arrow keys go from mark to mark. */
function explain(drawing, tip) {
  const marks = [...drawing.querySelectorAll(".mark")];
  let at = null;
  const says = new Map();
  for (const mark of marks) {
    const title = mark.querySelector(":scope > title");
    says.set(mark, title ? title.textContent : "");
    // The browser's own tip would say it a second time.
    title?.remove();
  }
  const go = (mark, scrolls) => {
    at?.classList.remove("at");
    at = mark;
    if (!mark) return;
    mark.classList.add("at");
    tip.textContent = says.get(mark);
    if (scrolls) mark.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const place = (mark) => [Number(mark.dataset.row), Number(mark.dataset.column)];
  const towards = (down, right) => {
    if (!at) return marks[0];
    const [row, column] = place(at);
    let best = null;
    let least = Infinity;
    for (const mark of marks) {
      const [r, c] = place(mark);
      const ahead = (r - row) * down + (c - column) * right;
      const aside = Math.abs(down ? c - column : r - row);
      if (ahead > 0 && ahead + aside * 1000 < least) {
        least = ahead + aside * 1000;
        best = mark;
      }
    }
    return best ?? at;
  };
  const keys = {
    ArrowDown: [1, 0],
    ArrowUp: [-1, 0],
    ArrowRight: [0, 1],
    ArrowLeft: [0, -1],
  };
  drawing.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      go(null, false);
      tip.textContent = t("integration-keys-hint");
    } else if (keys[event.key] && !event.altKey && !event.ctrlKey && !event.metaKey && marks.length) {
      go(towards(...keys[event.key]), true);
      event.preventDefault();
    }
  });
  drawing.addEventListener("pointerover", (event) => {
    const mark = event.target.closest?.(".mark");
    if (mark && mark !== at) go(mark, false);
  });
  drawing.addEventListener("pointerleave", () => {
    if (document.activeElement !== drawing) go(null, false);
  });
  drawing.addEventListener("blur", () => go(null, false));
}

// What is printed has its numbers.
const closed = new Set();
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details.numbers:not([open])")) {
    details.open = true;
    closed.add(details);
  }
});
addEventListener("afterprint", () => {
  for (const details of closed) details.open = false;
  closed.clear();
});
