// Results on a map: WKT or columns of coordinates over outlines that are served from here.

import { ask } from "./api.js";
import { panZoom } from "./panzoom.js";
import { draw, lookUp, make, numeric } from "./results.js";
import { number, t } from "./texts.js";

const OUTLINES = "/static/vendor/world-atlas-2.0.2/countries-50m.json";
const MOST_PLACES = 3_000;
const WKT = /^\s*(?:<[^>]*>\s*)?(?:SRID=\d+;\s*)?(MULTI)?(POINT|LINESTRING|POLYGON)\s*Z?\s*\(/i;

export async function showMap(panel, result, context) {
  const { columns, rows } = result;
  const places = placesOf(columns, rows);
  if (!places.length) {
    panel.append(make("p", {}, t("results-map-none")));
    return;
  }
  const shown = places.slice(0, MOST_PLACES);
  const thing = columns.findIndex((_, column) => rows.some((row) => row[column]?.type === "uri"));
  const iris = shown.map((place) => place.row[thing]).filter((term) => term?.type === "uri");
  await lookUp(iris.map((term) => term.value));
  const named = columns.findIndex((name) => /label|name|title|nombre/i.test(name));

  // Degrees, narrowed as the parallels are in the middle of what is shown.
  const all = shown.flatMap((place) => place.shapes.flatMap((shape) => shape.rings.flat()));
  const bound = (index, pick) => pick(...reduced(all.map((point) => point[index]), pick));
  const [west, east] = [bound(0, Math.min), bound(0, Math.max)];
  const [south, north] = [bound(1, Math.min), bound(1, Math.max)];
  const narrow = Math.max(0.2, Math.cos((((south + north) / 2) * Math.PI) / 180));
  const spread = Math.max((east - west) * narrow, (north - south) * 1.6, 0.5);
  const [wide, high] = [spread * 1.3, (spread * 1.3) / 1.6];
  const centre = [((west + east) / 2) * narrow, -(south + north) / 2];
  const box = [centre[0] - wide / 2, centre[1] - high / 2, wide, high];
  const at = ([long, lat]) => [round(long * narrow), round(-lat)];

  const svg = draw("svg", { role: "group", "aria-label": t("results-map-label", { n: number(shown.length) }) });
  const land = draw("g");
  const marks = draw("g");
  svg.append(
    draw("rect", { class: "sea", x: -400, y: -200, width: 800, height: 400 }),
    graticule(narrow),
    land,
    marks,
  );
  const circles = [];
  for (const place of shown) {
    const term = place.row[thing];
    const label = named >= 0 ? context.text(place.row[named]) : context.text(term);
    const title = draw("title", {}, label || place.text);
    const group = draw("g", {}, title);
    for (const shape of place.shapes) {
      if (shape.kind === "POINT") {
        const [cx, cy] = at(shape.rings[0][0]);
        const circle = draw("circle", { class: "place", cx, cy });
        circles.push(circle);
        group.append(circle);
      } else {
        const isArea = shape.kind === "POLYGON";
        const d = shape.rings.map((ring) => `M${ring.map(at).join("L")}${isArea ? "Z" : ""}`).join("");
        group.append(draw("path", { class: isArea ? "area" : "path", d, "fill-rule": "evenodd" }));
      }
    }
    const href = term?.type === "uri" ? context.href(term.value) : null;
    marks.append(href ? draw("a", { href, "aria-label": label || place.text }, group) : group);
  }
  const tools = panZoom(svg, box, (unit) => {
    for (const circle of circles) circle.setAttribute("r", 6 * unit);
  });
  panel.append(tools, make("div", { class: "drawing map" }, svg));
  const notes = make("div", { class: "quiet" }, make("p", {}, t("results-map-source")));
  panel.append(notes);
  const say = (text) => notes.append(make("p", {}, text));
  if (places.length < rows.length) {
    say(t("results-map-left-out", { n: number(rows.length - places.length) }));
  }
  if (places.length > shown.length) {
    say(t("results-map-most", { n: number(shown.length), total: number(places.length) }));
  }
  // After the first drawing has its size.
  requestAnimationFrame(() => tools.querySelectorAll("button")[2].click());
  try {
    const atlas = await (await ask(OUTLINES)).json();
    for (const d of outlines(atlas, at)) land.append(draw("path", { class: "land", d }));
  } catch {
    say(t("results-map-no-outlines"));
  }
}

/** In pieces, because a call takes only so many arguments. */
function reduced(values, pick) {
  const parts = [];
  for (let from = 0; from < values.length; from += 10_000) {
    parts.push(pick(...values.slice(from, from + 10_000)));
  }
  return parts;
}

function round(value) {
  return Math.round(value * 1e5) / 1e5;
}

function placesOf(columns, rows) {
  const isWkt = (term) => term?.type === "literal" && WKT.test(term.value);
  const wkt = columns.findIndex((_, column) => rows.some((row) => isWkt(row[column])));
  const find = (pattern) =>
    columns.findIndex(
      (name, column) =>
        pattern.test(name) && rows.some((row) => Number.isFinite(coordinate(row[column]))),
    );
  const lat = find(/^(geo)?_?lat(itude|itud)?$/i);
  const long = find(/^(geo)?_?(long?|lng)(itude|itud)?$/i);
  const places = [];
  for (const row of rows) {
    if (wkt >= 0 && isWkt(row[wkt])) {
      const shapes = shapesOf(row[wkt].value);
      if (shapes.length) places.push({ row, shapes, text: row[wkt].value.slice(0, 60) });
    } else if (lat >= 0 && long >= 0) {
      const point = [coordinate(row[long]), coordinate(row[lat])];
      if (isPlace(point)) {
        places.push({ row, shapes: [{ kind: "POINT", rings: [[point]] }], text: point.join(" ") });
      }
    }
  }
  return places;
}

function coordinate(term) {
  const value = numeric(term);
  if (Number.isFinite(value) || term?.type !== "literal" || !term.value.trim()) return value;
  return Number(term.value);
}

function isPlace([long, lat]) {
  return Number.isFinite(long) && Number.isFinite(lat) && Math.abs(long) <= 180 && Math.abs(lat) <= 90;
}

/** The shapes of a text in WKT: points, paths and areas with their rings. */
function shapesOf(text) {
  const plain = text.replace(/^\s*<[^>]*>\s*/, "");
  const kind = WKT.exec(plain)?.[2]?.toUpperCase();
  if (!kind) return [];
  const rings = [...plain.matchAll(/\(([^()]+)\)/g)].map(([, inside]) =>
    inside
      .split(",")
      .map((pair) => pair.trim().split(/\s+/).map(Number))
      .filter(isPlace),
  );
  const whole = rings.filter((ring) => ring.length);
  if (kind === "POINT") {
    return whole.flat().map((point) => ({ kind, rings: [[point]] }));
  }
  return whole.length ? [{ kind, rings: whole }] : [];
}

function graticule(narrow) {
  let d = "";
  for (let long = -180; long <= 180; long += 10) d += `M${round(long * narrow)},-90V90`;
  for (let lat = -90; lat <= 90; lat += 10) d += `M${round(-180 * narrow)},${lat}H${round(180 * narrow)}`;
  return draw("path", { class: "graticule", d });
}

/** Paths of the countries of a TopoJSON file: arcs are differences of whole numbers. */
function outlines(atlas, at) {
  const { scale, translate } = atlas.transform;
  const arcs = atlas.arcs.map((arc) => {
    let [x, y] = [0, 0];
    return arc.map(([dx, dy]) => {
      x += dx;
      y += dy;
      return [x * scale[0] + translate[0], y * scale[1] + translate[1]];
    });
  });
  const ringOf = (indices) => {
    const points = [];
    for (const index of indices) {
      const arc = index < 0 ? [...arcs[~index]].reverse() : arcs[index];
      points.push(...(points.length ? arc.slice(1) : arc));
    }
    return points;
  };
  return atlas.objects.countries.geometries.map((country) => {
    const polygons = country.type === "Polygon" ? [country.arcs] : (country.arcs ?? []);
    return polygons
      .flatMap((rings) => rings.map(ringOf))
      .map((ring) => `M${ring.map(at).join("L")}Z`)
      .join("");
  });
}
