// A report that can be searched and narrowed to what is grave.

import { number, t } from "./texts.js";

const SEVERITIES = {
  violation: "partners-violation",
  error: "partners-violation",
  warning: "partners-warning",
  info: "partners-info",
  note: "partners-info",
};

/** Adds a filter above the findings of a report. */
export function enhance(report) {
  const rows = [...report.querySelectorAll(".findings tbody tr")];
  if (rows.length < 2) return;
  const filter = document.createElement("form");
  filter.className = "report-filter";
  filter.setAttribute("aria-label", t("partners-filter"));
  filter.addEventListener("submit", (event) => event.preventDefault());
  const words = document.createElement("div");
  words.className = "words";
  const label = document.createElement("label");
  label.htmlFor = "report-words";
  label.textContent = t("partners-filter");
  const input = document.createElement("input");
  Object.assign(input, { id: "report-words", type: "search", autocomplete: "off" });
  words.append(label, input);
  const fieldset = document.createElement("fieldset");
  const legend = document.createElement("legend");
  legend.className = "unseen";
  legend.textContent = t("partners-severity");
  fieldset.append(legend);
  const names = [...new Set(rows.map((row) => row.dataset.severity))];
  const boxes = names.map((name) => {
    const choice = document.createElement("label");
    const box = document.createElement("input");
    Object.assign(box, { type: "checkbox", checked: true, value: name });
    choice.append(box, t(SEVERITIES[name] ?? "partners-info"));
    fieldset.append(choice);
    return box;
  });
  const status = document.createElement("p");
  status.className = "quiet";
  status.setAttribute("role", "status");
  filter.append(words, fieldset, status);
  report.querySelector(".findings").before(filter);

  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const titles = new Map();
  for (const group of report.querySelectorAll(".findings")) {
    titles.set(group, group.querySelector("h3, h4").textContent.toLowerCase());
  }
  const apply = () => {
    const wanted = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const severities = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let shown = 0;
    for (const row of rows) {
      const title = titles.get(row.closest(".findings"));
      const fits = wanted.every((word) => texts.get(row).includes(word) || title.includes(word));
      row.hidden = !(fits && severities.has(row.dataset.severity));
      if (!row.hidden) shown += 1;
    }
    for (const group of titles.keys()) {
      group.hidden = !group.querySelector("tbody tr:not([hidden])");
    }
    status.textContent = t("partners-filter-shown", {
      shown: number(shown),
      total: number(rows.length),
    });
  };
  input.addEventListener("input", apply);
  fieldset.addEventListener("change", apply);
  apply();
}

const report = document.querySelector("main > #report");
if (report) enhance(report);
