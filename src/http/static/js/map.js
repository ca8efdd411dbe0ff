// Results on a map: WKT or columns of coordinates over outlines that are served from here.

import { ask } from "./api.js";
import { panZoom } from "./panzoom.js";
import { draw, lookUp, make, numeric } from "./results.js";
import { number, t } from "./texts.js";

const OUTLINES = "/static/vendor/world-atlas-2.0.2/countries-50m.json";
const MOST_PLACES = 3_000;
/** Names that the mark of several places tells. */
const MOST_NAMED = 8;
/** Kilometres of a degree of latitude. */
const DEGREE = 111.2;
/** Degrees below which the outlines, drawn at 1 to 50 million, are too coarse. */
const COARSE = 2;
const WKT = /^\s*(?:<[^>]*>\s*)?(?:SRID=\d+;\s*)?(MULTI)?(POINT|LINESTRING|POLYGON)\s*Z?\s*\(/i;

export async function showMap(panel, result, context) {
  const { columns, rows } = result;
  let places = placesOf(columns, rows, context);
  if (!places.length) places = await placesOfThings(columns, rows, context);
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
  const spread = Math.max((east - west) * narrow, (north - south) * 1.6, 0.05);
  const [wide, high] = [spread * 1.3, (spread * 1.3) / 1.6];
  const centre = [((west + east) / 2) * narrow, -(south + north) / 2];
  const box = [centre[0] - wide / 2, centre[1] - high / 2, wide, high];
  const at = ([long, lat]) => [round(long * narrow), round(-lat)];

  const svg = draw("svg", { role: "group", "aria-label": t("results-map-label", { n: number(shown.length) }) });
  const land = draw("g", { "clip-path": "url(#world)" });
  const marks = draw("g");
  const texts = draw("g", { class: "map-texts", "aria-hidden": "true" });
  svg.append(
    draw("rect", { class: "sea", x: -400, y: -200, width: 800, height: 400 }),
    graticule(narrow, spread),
    draw("clipPath", { id: "world" }, draw("rect", { x: -180 * narrow, y: -90, width: 360 * narrow, height: 180 })),
    land,
    marks,
    texts,
  );
  const nameOf = (place) => {
    const term = place.row[thing];
    return (named >= 0 ? context.text(place.row[named]) : context.text(term)) || place.text;
  };
  // Points at one address are one mark with their number.
  const stacks = new Map();
  for (const place of shown) {
    const shapes = place.shapes.filter((shape) => shape.kind !== "POINT");
    if (shapes.length) {
      const group = draw("g", {}, draw("title", {}, nameOf(place)));
      for (const shape of shapes) {
        const isArea = shape.kind === "POLYGON";
        const d = shape.rings.map((ring) => `M${ring.map(at).join("L")}${isArea ? "Z" : ""}`).join("");
        group.append(draw("path", { class: isArea ? "area" : "path", d, "fill-rule": "evenodd" }));
      }
      marks.append(linked(group, place.row[thing], nameOf(place), context));
    }
    for (const shape of place.shapes.filter((one) => one.kind === "POINT")) {
      const point = shape.rings[0][0];
      const key = point.map((part) => part.toFixed(5)).join(" ");
      const stack = stacks.get(key) ?? { point, places: [] };
      stack.places.push(place);
      stacks.set(key, stack);
    }
  }
  const circles = [];
  for (const { point, places: here } of stacks.values()) {
    const [cx, cy] = at(point);
    const names = here.map(nameOf);
    const label =
      here.length === 1
        ? names[0]
        : t("results-map-stack", { n: number(here.length), names: names.slice(0, MOST_NAMED).join("; ") });
    const circle = draw("circle", { class: "place", cx, cy });
    const group = draw("g", {}, draw("title", {}, label), circle);
    const count = here.length > 1 ? draw("text", { class: "stack", x: cx, y: cy }, number(here.length)) : null;
    if (count) group.append(count);
    circles.push({ circle, count, isStack: here.length > 1 });
    const iris = new Set(here.map((place) => place.row[thing]?.value));
    marks.append(iris.size === 1 ? linked(group, here[0].row[thing], label, context) : group);
  }
  const bar = make("span", { class: "scale-line" });
  const length = make("span", {});
  const where = make("span", { class: "map-where" });
  const scale = make("p", { class: "map-scale quiet" }, make("span", { class: "scale" }, bar, length), where);
  const coarse = make("p", { hidden: true }, t("results-map-coarse"));
  let towns = [];
  const tools = panZoom(svg, box, (unit) => {
    for (const { circle, count, isStack } of circles) {
      circle.setAttribute("r", (isStack ? 10 : 6) * unit);
      count?.setAttribute("font-size", 11 * unit);
    }
    const [x, y, width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    // What is left of a coast that was drawn for a map of the world says nothing of a town.
    const isNear = Math.min(width, height * 1.6) < COARSE;
    svg.classList.toggle("near", isNear);
    coarse.hidden = !isNear;
    const most = unit * DEGREE * Math.min(140, (svg.clientWidth || 800) / 3);
    const power = 10 ** Math.floor(Math.log10(most));
    const kilometres = [5, 2, 1].map((n) => n * power).find((n) => n <= most) ?? power;
    bar.style.width = `${kilometres / DEGREE / unit}px`;
    length.textContent = t("results-map-km", { n: number(kilometres, 3) });
    const digits = width < 0.2 ? 3 : width < 5 ? 2 : 1;
    where.textContent = t("results-map-where", {
      south: degrees(-(y + height), "N", "S", digits),
      north: degrees(-y, "N", "S", digits),
      west: degrees(x / narrow, "E", "W", digits),
      east: degrees((x + width) / narrow, "E", "W", digits),
    });
    showTowns(texts, towns, unit, at);
  });
  panel.append(tools, make("div", { class: "drawing map" }, svg), scale);
  const notes = make("div", { class: "quiet" }, coarse, make("p", {}, t("results-map-source")));
  panel.append(notes);
  const say = (text) => notes.append(make("p", {}, text));
  if (places.length < rows.length) {
    say(t("results-map-left-out", { n: number(rows.length - places.length) }));
  }
  if (places.length > shown.length) {
    say(t("results-map-most", { n: number(shown.length), total: number(places.length) }));
  }
  const again = () => tools.querySelectorAll("button")[2].click();
  // After the first drawing has its size.
  requestAnimationFrame(again);
  try {
    const atlas = await (await ask(OUTLINES)).json();
    for (const d of outlines(atlas, at)) land.append(draw("path", { class: "land", d }));
  } catch {
    say(t("results-map-no-outlines"));
  }
  towns = await townsOf(columns, shown, context);
  if (towns.length) again();
}

function linked(group, term, label, context) {
  const href = term?.type === "uri" ? context.href(term.value) : null;
  return href ? draw("a", { href, "aria-label": label }, group) : group;
}

function degrees(value, positive, negative, digits) {
  return `${number(Math.abs(value), digits)}° ${value < 0 ? negative : positive}`;
}

/** Names of towns where they do not cover each other, those with most points first. */
function showTowns(texts, towns, unit, at) {
  texts.replaceChildren();
  const taken = [];
  for (const { name, point } of towns) {
    const [x, y] = at(point);
    const [w, h] = [name.length * 7 * unit, 15 * unit];
    const box = [x - w / 2, y - 14 * unit - h, x + w / 2, y - 14 * unit];
    const isFree = taken.every(
      ([left, top, right, bottom]) => box[2] < left || box[0] > right || box[3] < top || box[1] > bottom,
    );
    if (!isFree) continue;
    taken.push(box);
    const text = draw("text", { x, y: y - 16 * unit, "font-size": 13 * unit, "stroke-width": 3 * unit }, name);
    texts.append(text);
  }
}

/** The towns of the places, as the data names them, each in the middle of its points. */
async function townsOf(columns, shown, context) {
  const pointOf = (place) => place.shapes.find((shape) => shape.kind === "POINT")?.rings[0][0];
  const known = new Map();
  const column = columns.indexOf("place");
  const iris = new Set(
    shown.map((place) => place.row[column]?.value).filter((iri) => /^https?:[^\s<>"{}|\\^`]+$/.test(iri ?? "")),
  );
  if (column >= 0 && iris.size && !context.parameters.includes("place")) {
    const values = [...iris].slice(0, 500).map((iri) => `<${iri}>`);
    const query = `PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX weft: <https://w3id.org/weft/ns#>
SELECT ?x (MIN(?name) AS ?town) WHERE {
  VALUES ?x { ${values.join(" ")} }
  ?x weft:within ?place . ?place skos:prefLabel|rdfs:label ?name .
} GROUP BY ?x`;
    try {
      const response = await ask("/sparql?timeout=10", {
        method: "POST",
        headers: { "content-type": "application/sparql-query", accept: "application/sparql-results+json" },
        body: query,
      });
      for (const row of (await response.json()).results.bindings) known.set(row.x.value, row.town.value);
    } catch {
      return [];
    }
  }
  const towns = new Map();
  for (const place of shown) {
    const name = known.get(place.row[column]?.value);
    const point = pointOf(place);
    if (!name || !point) continue;
    const town = towns.get(name) ?? { name: [...name].slice(0, 40).join(""), sum: [0, 0], n: 0 };
    town.sum = [town.sum[0] + point[0], town.sum[1] + point[1]];
    town.n += 1;
    towns.set(name, town);
  }
  // A town with a stray point or two is elsewhere, and its name would mislead.
  const most = Math.max(0, ...[...towns.values()].map((town) => town.n));
  return [...towns.values()]
    .filter((town) => town.n >= Math.max(Math.min(2, most), most / 20))
    .sort((a, b) => b.n - a.n || (a.name < b.name ? -1 : 1))
    .slice(0, 60)
    .map(({ name, sum, n }) => ({ name, point: sum.map((part) => part / n) }));
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

/**
 * The places of the things in a column, which the data knows: of the first column that is of
 * places, else of the first whose things have one.
 */
async function placesOfThings(columns, rows, context) {
  return (
    (await placesBy("BIND(?x AS ?place)", columns, rows, context)) ??
    (await placesBy("?x weft:place ?place .", columns, rows, context)) ??
    []
  );
}

async function placesBy(step, columns, rows, context) {
  for (let column = 0; column < columns.length; column += 1) {
    const iris = rows.map((row) => row[column]).filter((term) => term?.type === "uri");
    const plain = [...new Set(iris.map((term) => term.value))]
      .filter((iri) => /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+$/i.test(iri))
      .slice(0, 500);
    if (!plain.length || context.parameters.includes(columns[column])) continue;
    const query = `SELECT ?x (SAMPLE(?w) AS ?wkt) (SAMPLE(?a) AS ?lat) (SAMPLE(?o) AS ?long) WHERE {
  VALUES ?x { ${plain.map((iri) => `<${iri}>`).join(" ")} }
  ${step}
  { ?place <http://www.opengis.net/ont/geosparql#hasGeometry>?/<http://www.opengis.net/ont/geosparql#asWKT> ?w }
  UNION { ?place <http://www.w3.org/2003/01/geo/wgs84_pos#lat> ?a ; <http://www.w3.org/2003/01/geo/wgs84_pos#long> ?o }
} GROUP BY ?x`;
    try {
      const response = await ask("/sparql?timeout=10", {
        method: "POST",
        headers: { "content-type": "application/sparql-query", accept: "application/sparql-results+json" },
        body: query,
      });
      const found = new Map();
      for (const row of (await response.json()).results.bindings) found.set(row.x.value, row);
      const places = rows.flatMap((row) => {
        const place = row[column] && found.get(row[column].value);
        const told = place && placesOf(["wkt", "lat", "long"], [[place.wkt, place.lat, place.long]], context);
        return told?.length ? [{ ...told[0], row }] : [];
      });
      if (places.length) return places;
    } catch {
      return null;
    }
  }
  return null;
}

function placesOf(columns, rows, context) {
  const isWkt = (term) => term?.type === "literal" && WKT.test(term.value);
  const wkt = columns.findIndex(
    (name, column) => !context.parameters.includes(name) && rows.some((row) => isWkt(row[column])),
  );
  const find = (pattern) =>
    columns.findIndex(
      (name, column) =>
        pattern.test(name) &&
        !context.parameters.includes(name) &&
        rows.some((row) => Number.isFinite(coordinate(row[column]))),
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

function graticule(narrow, spread) {
  const step = spread > 5 ? 10 : spread > 0.5 ? 1 : 0.5;
  let d = "";
  for (let long = -180; long <= 180; long += step) d += `M${round(long * narrow)},-90V90`;
  for (let lat = -90; lat <= 90; lat += step) d += `M${round(-180 * narrow)},${lat}H${round(180 * narrow)}`;
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
  // Rings go on across the date line: drawn there without a jump, and again on the other side.
  const unrolled = (ring) => {
    let turn = 0;
    const points = ring.map(([long, lat], index) => {
      const step = index ? long - ring[index - 1][0] : 0;
      if (step > 180) turn -= 360;
      if (step < -180) turn += 360;
      return [long + turn, lat];
    });
    // Round a pole: closed by way of it.
    const [first, last] = [points[0], points.at(-1)];
    if (Math.abs(first[0] - last[0]) > 180) {
      const pole = last[1] < 0 ? -90 : 90;
      points.push([last[0], pole], [first[0], pole]);
    }
    return points;
  };
  const drawn = (ring) => {
    const points = unrolled(ring);
    const longs = points.map(([long]) => long);
    const shifts = [0];
    if (Math.max(...longs) > 180) shifts.push(-360);
    if (Math.min(...longs) < -180) shifts.push(360);
    return shifts
      .map((by) => `M${points.map(([long, lat]) => at([long + by, lat])).join("L")}Z`)
      .join("");
  };
  return atlas.objects.countries.geometries.map((country) => {
    const polygons = country.type === "Polygon" ? [country.arcs] : (country.arcs ?? []);
    return polygons.flatMap((rings) => rings.map(ringOf)).map(drawn).join("");
  });
}
