// Results as a chart: bars, a line or points, picked by what the columns hold.

import { draw, lookUp, make, moment, numeric, select } from "./results.js";
import { number, t } from "./texts.js";

/** Values that can still be told apart. */
const MOST_BARS = 60;
const MOST_POINTS = 2_000;

export async function showChart(panel, result, context) {
  const { columns, rows } = result;
  const share = (column, test) => {
    const values = rows.filter((row) => row[column]);
    return values.length ? values.filter((row) => test(row[column])).length / values.length : 0;
  };
  const all = columns.map((_, column) => column);
  const isNumber = all.map((column) => share(column, (term) => Number.isFinite(numeric(term))) > 0.5);
  const isDate = all.map((column) => share(column, (term) => Number.isFinite(moment(term))) > 0.5);
  const isAsked = (column) => context.parameters.includes(columns[column]);
  const answers = all.filter((column) => isNumber[column] && !isAsked(column));
  const numbers = answers.length ? answers : all.filter((column) => isNumber[column]);
  // An order, a year or a position is a number that nobody counted.
  const isMeasure = (column) =>
    !/rank|^year|^a[nñ]o$|^(geo)?_?(lat(itude|itud)?|(long?|lng)(itude|itud)?)$/i.test(columns[column]);
  const measures = numbers.filter(isMeasure);
  if (!numbers.length) {
    panel.append(make("p", {}, t("results-chart-none")));
    return;
  }
  // Names read better than identifiers, and what ends the row is most often what was counted.
  const isText = (column) => rows.some((row) => row[column]?.type === "literal");
  const others = all.filter((column) => !isNumber[column] && !isAsked(column));
  // The thing itself, where a column has its name: then the name is in the language of the page.
  const thingOf = (column) => {
    const name = columns[column] ?? "";
    const thing = name.endsWith("Label") ? columns.indexOf(name.slice(0, -5)) : -1;
    return thing >= 0 && rows.some((row) => row[thing]?.type === "uri") ? thing : column;
  };
  let x = others.find((column) => isDate[column]) ?? others.find(isText) ?? others[0] ?? numbers[0];
  x = thingOf(x);
  let y = measures.filter((column) => column !== x).at(-1) ?? numbers.find((column) => column !== x) ?? numbers[0];
  // Where a name has several rows, another column of names tells them apart.
  const valuesOf = (column) => new Set(rows.map((row) => row[column]?.value ?? ""));
  const isPart = (column) => {
    const count = valuesOf(column).size;
    return thingOf(column) !== x && isText(column) && count > 1 && count <= 24;
  };
  let series = !isDate[x] && !isNumber[x] && valuesOf(x).size < rows.length ? (others.find(isPart) ?? -1) : -1;
  if (series >= 0) series = thingOf(series);
  let kind = isDate[x] ? "line" : isNumber[x] && x !== y ? "scatter" : "bar";

  const stage = make("div", { class: "drawing chart" });
  const notes = make("div", { class: "quiet" });
  const controls = make("div", { class: "view-controls" });
  const heading = (column) => context.heading(columns[column]);
  const named = (list) => list.map((column) => [String(column), heading(column)]);
  const kinds = [
    ["bar", t("results-chart-bar")],
    ["line", t("results-chart-line")],
    ["scatter", t("results-chart-scatter")],
  ];
  const set = (change) => {
    change();
    paint();
  };
  controls.append(
    select(t("results-chart-kind"), kinds, kind, (value) => set(() => (kind = value))),
    select(t("results-chart-x"), named(all), String(x), (value) => set(() => (x = Number(value)))),
    select(t("results-chart-y"), named(numbers), String(y), (value) => set(() => (y = Number(value)))),
  );
  const parts = [...new Set(others.filter(isPart).map(thingOf))];
  if (parts.length) {
    const list = [["-1", "–"], ...named(parts)];
    controls.append(select(t("results-chart-series"), list, String(series), (value) => set(() => (series = Number(value)))));
  }
  panel.append(controls, stage, notes);

  const paint = async () => {
    const points = rows
      .map((row) => ({ x: row[x], y: numeric(row[y]), part: series >= 0 ? row[series] : null }))
      .filter((point) => Number.isFinite(point.y));
    const most = kind === "bar" ? MOST_BARS : MOST_POINTS;
    const shown = points.slice(0, most);
    const terms = shown.flatMap((point) => [point.x, point.part]);
    await lookUp(terms.filter((term) => term?.type === "uri").map((term) => term.value));
    const order = [...new Set(shown.map((point) => point.part?.value))];
    for (const point of shown) {
      point.name = context.text(point.x, 80) || "–";
      if (series < 0 || series === x) continue;
      point.series = order.indexOf(point.part?.value) % 6;
      point.name = `${point.name} · ${context.text(point.part, 60) || "–"}`;
    }
    notes.replaceChildren();
    const say = (text) => notes.append(make("p", {}, text));
    if (points.length > most) {
      say(t("results-chart-most", { n: number(most), total: number(points.length) }));
    }
    if (points.length < rows.length) {
      say(t("results-chart-left-out", { n: number(rows.length - points.length) }));
    }
    const width = Math.max(280, stage.clientWidth || 800);
    const label = t("results-chart-label", {
      kind: kinds.find(([name]) => name === kind)[1],
      y: heading(y),
      x: heading(x),
      n: number(shown.length),
    });
    const svg = kind === "bar" ? bars(shown, width) : plot(shown, width, kind, isDate[x], heading(x), heading(y));
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
    stage.replaceChildren(svg);
  };
  let width = 0;
  new ResizeObserver(() => {
    if (Math.abs(stage.clientWidth - width) > 8) {
      width = stage.clientWidth;
      paint();
    }
  }).observe(stage);
  await paint();
}

/** Round steps over a range. */
function ticks(from, to, about) {
  const span = to - from || Math.abs(to) || 1;
  const power = 10 ** Math.floor(Math.log10(span / about));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => span / n <= about) ?? power * 10;
  const list = [];
  for (let n = Math.ceil(from / step); n * step <= to + step / 1e6; n += 1) list.push(n * step);
  return list;
}

function fitted(text, width) {
  const most = Math.max(4, Math.floor(width / 7));
  const letters = [...text];
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : text;
}

function bars(points, width) {
  const line = 26;
  const values = points.map((point) => point.y);
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const longest = Math.max(...points.map((point) => [...point.name].length), 4);
  const left = Math.min(longest * 7 + 12, width * 0.42);
  const right = 64;
  const scale = (value) => left + ((value - low) / (high - low || 1)) * (width - left - right);
  const height = points.length * line + 34;
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}` });
  for (const tick of ticks(low, high, width < 500 ? 3 : 6)) {
    const at = scale(tick);
    svg.append(
      draw("line", { class: "grid", x1: at, x2: at, y1: 4, y2: height - 26 }),
      draw("text", { x: at, y: height - 8, "text-anchor": "middle" }, number(tick)),
    );
  }
  points.forEach((point, index) => {
    const top = 8 + index * line;
    const [from, to] = [scale(Math.min(0, point.y)), scale(Math.max(0, point.y))];
    const title = draw("title", {}, `${point.name}: ${number(point.y, 6)}`);
    svg.append(
      draw("text", { x: left - 8, y: top + 14, "text-anchor": "end" }, fitted(point.name, left - 10)),
      draw("rect", { class: point.series ? `bar series-${point.series}` : "bar", x: from, y: top, width: Math.max(1, to - from), height: 18, rx: 2 }, title),
      draw("text", { x: to + 6, y: top + 14 }, number(point.y, 2)),
    );
  });
  const zero = scale(0);
  svg.append(draw("line", { class: "axis", x1: zero, x2: zero, y1: 4, y2: height - 26 }));
  return svg;
}

function plot(points, width, kind, isDate, along, upward) {
  const height = Math.min(460, Math.max(280, width * 0.55));
  const [left, right, top, bottom] = [64, 20, 24, 48];
  const places = points.map((point) => (isDate ? moment(point.x) : numeric(point.x)));
  const isOrdinal = !places.some(Number.isFinite);
  const items = points
    .map((point, index) => ({ ...point, at: isOrdinal ? index : places[index] }))
    .filter((item) => Number.isFinite(item.at));
  if (kind === "line") items.sort((a, b) => a.at - b.at);
  const range = (values) => [Math.min(...values), Math.max(...values)];
  const [low, high] = range(items.map((item) => item.at));
  let [bottomValue, topValue] = range(items.map((item) => item.y));
  if (bottomValue > 0 && bottomValue < topValue * 0.6) bottomValue = 0;
  if (bottomValue === topValue) {
    bottomValue -= 1;
    topValue += 1;
  }
  const across = (value) => left + ((value - low) / (high - low || 1)) * (width - left - right);
  const up = (value) =>
    height - bottom - ((value - bottomValue) / (topValue - bottomValue)) * (height - top - bottom);
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}` });
  for (const tick of ticks(bottomValue, topValue, 5)) {
    svg.append(
      draw("line", { class: "grid", x1: left, x2: width - right, y1: up(tick), y2: up(tick) }),
      draw("text", { x: left - 8, y: up(tick) + 4, "text-anchor": "end" }, number(tick)),
    );
  }
  const marks = Math.max(2, Math.floor(width / 110));
  if (isOrdinal) {
    const step = Math.ceil(items.length / marks);
    for (const item of items.filter((_, index) => index % step === 0)) {
      const text = fitted(item.name, 100);
      svg.append(draw("text", { x: across(item.at), y: height - 26, "text-anchor": "middle" }, text));
    }
  } else {
    const year = 365.25 * 24 * 3600e3;
    const inYears = isDate && high - low > 2 * year;
    const list = inYears
      ? ticks(low / year + 1970, high / year + 1970, marks).filter(Number.isInteger)
      : ticks(low, high, marks);
    for (const tick of list) {
      const at = across(inYears ? Date.UTC(tick, 0, 1) : tick);
      const text = inYears
        ? String(tick)
        : isDate
          ? new Date(tick).toISOString().slice(0, 10)
          : number(tick);
      svg.append(draw("text", { x: at, y: height - 26, "text-anchor": "middle" }, text));
    }
  }
  svg.append(
    draw("line", { class: "axis", x1: left, x2: width - right, y1: height - bottom, y2: height - bottom }),
    draw("text", { x: width - right, y: height - 6, "text-anchor": "end" }, along),
    draw("text", { x: 4, y: 14 }, upward),
  );
  if (kind === "line") {
    const path = items.map((item) => `${across(item.at)},${up(item.y)}`).join(" ");
    svg.append(draw("polyline", { class: "line", points: path }));
  }
  for (const item of items) {
    const title = draw("title", {}, `${item.name}: ${number(item.y, 6)}`);
    svg.append(draw("circle", { class: "dot", cx: across(item.at), cy: up(item.y), r: 4.5 }, title));
  }
  return svg;
}
