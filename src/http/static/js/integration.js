// The integration board: what a mark of a chart says, under the pointer and with the arrow
// keys.

import { t } from "./texts.js";

for (const figure of document.querySelectorAll(".figure")) {
  const tip = figure.querySelector(".tip");
  if (!tip) continue;
  for (const drawing of figure.querySelectorAll(".drawing")) explain(drawing, figure, tip);
}

// Whether a chart is wider than its box is known here only.
function measure() {
  for (const hint of document.querySelectorAll(".sideways")) {
    const drawing = hint.previousElementSibling;
    const isWider = drawing.scrollWidth > drawing.clientWidth + 1;
    hint.classList.toggle("seen", isWider);
    hint.classList.toggle("unneeded", !isWider);
  }
}
measure();
addEventListener("resize", measure);

/** Puts a text at a mark, within the figure. */
function put(tip, figure, mark, text) {
  tip.textContent = text;
  tip.hidden = false;
  const frame = figure.getBoundingClientRect();
  const box = mark.getBoundingClientRect();
  const left = Math.min(Math.max(box.left - frame.left, 0), frame.width - tip.offsetWidth);
  let top = box.bottom - frame.top + 6;
  if (box.bottom + 6 + tip.offsetHeight > innerHeight) {
    top = box.top - frame.top - tip.offsetHeight - 6;
  }
  tip.style.left = `${Math.max(left, 0)}px`;
  tip.style.top = `${top}px`;
}

/** Shows what a mark says; the arrow keys go from mark to mark. */
function explain(drawing, figure, tip) {
  const marks = [...drawing.querySelectorAll(".mark")];
  let at = null;
  const says = new Map();
  for (const mark of marks) {
    const title = mark.querySelector("title");
    says.set(mark, title ? title.textContent : "");
    // The browser's own tip would say it a second time.
    title?.remove();
  }
  const go = (mark, scrolls) => {
    at?.classList.remove("at");
    at = mark;
    if (!mark) {
      tip.hidden = true;
      return;
    }
    mark.classList.add("at");
    if (scrolls) mark.scrollIntoView({ block: "nearest", inline: "nearest" });
    put(tip, figure, mark, says.get(mark));
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
  drawing.addEventListener("focus", () => {
    // For those who come with the keyboard: a pointer shows the marks by itself.
    if (marks.length && drawing.matches(":focus-visible")) {
      put(tip, figure, drawing, t("integration-keys-hint"));
    }
  });
  drawing.addEventListener("blur", () => go(null, false));
}
