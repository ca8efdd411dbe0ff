// A partner's afternoon in a browser: a key, files with faults, the report, mended files, the
// impact, the load, whose data it is, links decided and taken back; and the ontology searched.

import assert from "node:assert/strict";

const NAME = "campo";
const GRAPH = `partner/${NAME}`;

const ACTORS = `id,name,type,sphere,level,sectors,country,place
insieme,Cooperativa Abitare Insieme,nonprofit-company,third-sector,local,housing;social-services,IT,Firenze
comune,COMUNE FIRENZE,municipality,public,local,housing,IT,Firenze
scandicci,COMUNE SCANDICCI,municipality,public,local,houssing,IT,Scandicci
auser,Auser,association,third-sector,local,social-services,IT,Firenze
`;
const SERVICES = `id,name,providers,sectors,level,since
condomini,Condomini di quartiere,insieme,housing;social-services,local,2009
`;
const PARTICIPATIONS = `actor,service,role,instrument,amount,unit
comune,condomini,funder,project-grant,12.000 euros,EUR
auser,condomini,partner,,,
scandicci,condomini,referrer,,,
`;
const FAULTY = `@prefix weft: <https://w3id.org/weft/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix id: <https://w3id.org/weft/id/actor/> .
@prefix branch: <https://w3id.org/weft/code/branch/> .
id:campo-caritas a weft:Acter ;
    rdfs:label "Caritas <img src=x onerror=document.title='hacked'> Firenze" ;
    weft:sector branch:housin .
`;

const csv = (name, text) => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
const ttl = (name, text) => ({ name, mimeType: "", buffer: Buffer.from(text) });

/** A key for the graph `partner/campo`, made by an administrator. */
async function keyOf(base, administrator) {
  const made = await fetch(`${base}/api/v1/tokens`, {
    method: "POST",
    headers: { authorization: `Bearer ${administrator}`, "content-type": "application/json" },
    body: JSON.stringify({ name: NAME, partner: NAME }),
  });
  assert.equal(made.status, 201, await made.clone().text());
  return (await made.json()).key;
}

export default async function ({ page, base, token: administrator, check }) {
  const token = await keyOf(base, administrator);
  // A wrong key, and a load that waits for a key.
  check.tolerate(/status of 401/);
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));

  // The ontology: as one types, what has the words is left.
  await page.goto(`${base}/ontology`);
  await check.accessible("ontology");
  await page.locator("svg a[href='#Participation']").focus();
  await page.keyboard.press("Enter");
  assert.ok(page.url().endsWith("#Participation"), "a box leads to its definition");
  await page.locator("#q").fill("funding flow");
  await page.locator("#found-status:not(:empty)").waitFor();
  assert.equal(await page.locator("#FundingFlow").count(), 1);
  assert.equal(await page.locator("#Place").count(), 0);
  assert.ok(page.url().endsWith("/ontology?q=funding%20flow"), page.url());

  // The door: nothing can be loaded yet, and a wrong key is told with its remedy.
  await page.goto(`${base}/partners`);
  await check.accessible("partners");
  assert.ok(await page.locator("#load-button").isDisabled());
  await page.locator("#token-key").fill("weft_wrong");
  await page.locator("#token-form button").click();
  await page.locator("#token-problem[role=alert]").waitFor();
  await page.locator("#token-key").fill(token);
  await page.locator("#token-form button").click();
  await page.locator("#token-state p").first().waitFor();
  assert.equal(await page.locator("#token-problem").isVisible(), false);
  assert.equal(await page.locator("#table-graph").inputValue(), GRAPH);
  assert.ok(!page.url().includes(token), "a key is in no address");

  // Tables with faults: file, line, column, remedy, to be searched.
  await page.locator("#table-file").setInputFiles([
    csv("actors.csv", ACTORS),
    csv("services.csv", SERVICES),
    csv("participations.csv", PARTICIPATIONS),
  ]);
  await page.locator("#table-form button[type=submit]").first().click();
  const report = page.locator("#check-result #report");
  await report.waitFor();
  const told = await report.textContent();
  assert.ok(told.includes("nearest: `housing`"), told);
  assert.ok(told.includes("is not a number"), told);
  await check.accessible("partners-report-tables");
  const rows = report.locator(".findings tbody tr:visible");
  const all = await rows.count();
  await page.locator("#report-words").fill("houssing");
  assert.ok((await rows.count()) < all);
  assert.ok((await rows.first().textContent()).includes("houssing"));

  // Mended, looked at again, its impact, and taken.
  await page.locator("#table-file").setInputFiles([
    csv("actors.csv", ACTORS.replace("houssing", "housing")),
    csv("services.csv", SERVICES),
    csv("participations.csv", PARTICIPATIONS.replace("12.000 euros", "12000")),
  ]);
  assert.ok(await page.locator("#load-button").isDisabled(), "other files are not checked yet");
  await page.locator("#table-form button[type=submit]").first().click();
  await page.locator("#check-result #report .verdict.good").waitFor();
  await page.locator("#impact-button").click();
  await page.locator("#impact-result .impact").waitFor();
  const impact = await page.locator("#impact-result tr.moved").count();
  assert.ok(impact > 0, "headline figures move");
  await check.accessible("partners-impact");
  await page.locator("#load-button").click();
  await page.locator("#load-result li a").first().waitFor();
  await check.accessible("partners-loaded");

  // Whose data it is.
  await page.locator("#describe summary").click();
  for (const [name, value] of [
    ["title", "Campo"],
    ["publisher", "Campo onlus"],
    ["licence", "CC-BY-4.0"],
    ["contact", "mailto:dati@campo.example"],
  ]) {
    await page.locator(`#d-${name}`).fill(value);
  }
  await page.locator("#describe-form button").click();
  await page.locator("#describe-state:not(:empty)").waitFor();

  // RDF with faults: the report names line and remedy, and its labels do no harm.
  await page.locator("#rdf-file").setInputFiles([ttl("more.ttl", FAULTY)]);
  await page.locator("#rdf-form input[value=add]").check();
  await page.locator("#rdf-form button[type=submit]").first().click();
  await page.locator("#check-result .verdict.bad").waitFor();
  const faults = await report.textContent();
  assert.ok(faults.includes("more.ttl:5") && faults.includes("weft:Actor"), faults);
  await check.accessible("partners-report-rdf");
  const download = page.waitForEvent("download");
  await page.locator("#rdf-form [data-download]").click();
  assert.equal((await download).suggestedFilename(), "report.csv");
  await page.locator("#rdf-file").setInputFiles([
    ttl("more.ttl", FAULTY.replace("Acter", "Actor").replace("housin ", "housing ")),
  ]);
  await page.locator("#rdf-form button[type=submit]").first().click();
  await page.locator("#check-result .verdict.good").waitFor();
  await page.locator("#load-button").click();
  await page.locator("#load-result li a").first().waitFor();
  assert.ok(!(await page.title()).includes("hacked"));

  // Links: read side by side, decided by keys, and taken back.
  await page.goto(`${base}/partners/links?graph=${GRAPH}`);
  await check.accessible("partners-links");
  const shown = page.locator(".pair:visible");
  await page.locator("#decide").waitFor();
  assert.equal(await shown.count(), 1, "one pair at a time");
  const first = await shown.getAttribute("data-source");
  const done = async () => Number(await page.locator("#done").getAttribute("value"));
  const moved = async (act) => {
    const before = await page.locator("#decide-state").textContent();
    await act();
    await page.waitForFunction(
      (text) => document.getElementById("decide-state").textContent !== text,
      before,
    );
  };
  await moved(() => page.keyboard.press("a"));
  assert.equal(await done(), 1);
  await moved(() => page.keyboard.press("u"));
  assert.equal(await done(), 0);
  assert.equal(await shown.getAttribute("data-source"), first, "back at the pair taken back");
  await moved(() => page.locator("#accept").click());
  await moved(() => page.locator("#reject").click());
  assert.equal(await done(), 2);
  await page.locator("#keys").uncheck();
  const before = await page.locator("#decide-state").textContent();
  await page.locator("h1").click();
  await page.keyboard.press("s");
  assert.equal(await page.locator("#decide-state").textContent(), before, "keys are off");
  const links = await (await page.request.get(`${base}/api/v1/links.json`)).json();
  assert.deepEqual(links.map((link) => link.state).sort(), ["accepted", "rejected"]);

  // What came of it.
  await page.goto(`${base}/catalogue`);
  assert.ok((await page.locator("main").textContent()).includes("Campo onlus"));
  await check.accessible("catalogue");
  await page.goto(`${base}/graph/${GRAPH}`);
  assert.ok((await page.locator("main").textContent()).includes("Campo onlus"));
  await check.accessible("graph");
  assert.deepEqual(errors, []);
}
