// What the words mean, whose data it is and how to cite it: the ontology drawn and searched, code
// lists down to one code, the catalogue, the queue of links for a visitor without a token,
// references, and pages that say what went wrong.

import assert from 'node:assert/strict'

const GRAPH = 'partner/browser-ontology'
const STORE = `/store?graph=https://w3id.org/weft/graph/${GRAPH}`
// A second data set, with an actor that the first one has under another name.
const REGISTER = `@prefix weft: <https://w3id.org/weft/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix dct: <http://purl.org/dc/terms/> .
<https://w3id.org/weft/graph/${GRAPH}> a <http://www.w3.org/ns/dcat#Dataset> ;
    dct:title "Visitors' register"@en , "Registro de visitantes"@es ;
    dct:publisher "Register office" ;
    dct:license <https://creativecommons.org/publicdomain/zero/1.0/> .
<https://w3id.org/weft/id/actor/browser-ontology-paritaetischer> a weft:Actor ;
    rdfs:label "Paritätischer Wohlfahrtsverband, Der" ;
    weft:place <https://w3id.org/weft/id/place/de-hamburg> .
`

export default async function (browser) {
  const { page, base, token, check } = browser
  // Refusals that are asked for.
  check.tolerate(/status of (400|401|404|406)/)
  const authorization = `Bearer ${token}`
  const put = await fetch(base + STORE, {
    method: 'PUT',
    headers: { authorization, 'content-type': 'text/turtle' },
    body: REGISTER
  })
  assert.ok(put.ok, `${put.status} ${await put.text()}`)
  try {
    await vocabulary(browser)
    await searched(browser)
    await codes(browser)
    await catalogue(browser)
    await queue(browser)
    await cited(browser)
    await refused(browser)
    await inSpanish(browser)
  } finally {
    await fetch(base + STORE, { method: 'DELETE', headers: { authorization } })
  }
  assert.ok(!page.url().includes(token), 'a key is in no address')
}

/** The rows of a table, each as the texts of its cells. */
const rowsOf = table => table.locator('tbody tr').evaluateAll(rows => rows.map(row =>
  [...row.cells].map(cell => cell.innerText.trim())))

/** Waits until an element stands within the window. */
const inSight = (page, selector) => page.waitForFunction(selector => {
  const box = document.querySelector(selector)?.getBoundingClientRect()
  return box && box.top > -2 && box.top < innerHeight
}, selector)

/** Drawn: boxes lead to definitions, a table says the same, numbers lead to what they count. */
async function vocabulary ({ page, base, check }) {
  await check.visit('/ontology')
  await check.screenshot('ontology-words')
  const boxes = page.locator('.drawing svg a')
  const names = await boxes.evaluateAll(all => all.map(box => box.getAttribute('aria-label')))
  assert.ok(names.length >= 12, names.join())
  for (const name of names) assert.match(name, /^[A-Z][A-Za-z ]+ [\d,]+ in this store$/)
  for (const name of ['Actor', 'Service', 'Innovation', 'Sector']) {
    assert.ok(names.some(known => known.startsWith(`${name} `)), name)
  }
  const legend = await page.locator('.drawing .legend').innerText()
  for (const part of ['things', 'relations', 'codes from a list']) assert.ok(legend.includes(part), legend)

  // Everything that the picture joins is in the table.
  await page.getByText('The same as a table', { exact: true }).click()
  const joins = page.getByRole('region', { name: 'The same as a table' })
  const rows = await rowsOf(joins)
  assert.equal(rows.length, await page.locator('.drawing line').count())
  assert.ok(rows.some(row => row.join() === 'Participation,actor,Actor'), rows.join(' | '))
  assert.ok(rows.some(row => row.join() === 'Service,sector,Sector'), rows.join(' | '))
  await joins.getByRole('link', { name: 'Participation' }).first().click()
  await inSight(page, '#Participation')

  // By keyboard from a box to its definition, and on to what it counts.
  await page.getByRole('link', { name: /^Actor [\d,]+ in this store$/ }).focus()
  await page.keyboard.press('Enter')
  await inSight(page, '#Actor')
  assert.equal(new URL(page.url()).hash, '#Actor')
  const actor = page.locator('#Actor')
  assert.match(await actor.innerText(), /weft:Actor[^]*An organisation/)
  const counted = await actor.getByRole('link', { name: /here/ }).innerText()
  await actor.getByRole('link', { name: /here/ }).click()
  await page.waitForURL(url => url.pathname === '/sparql')
  const found = page.locator('main table').first().locator('tbody tr')
  await found.first().waitFor()
  assert.match(counted, /^[\d,]+ here/)
  await page.goBack()
  await page.locator('#Actor').waitFor()

  // Two classes with one edge: a kind of another, whose name leads there.
  await page.locator('#Claim').getByRole('link', { name: 'Assertion', exact: true }).click()
  await inSight(page, '#Assertion')
  const property = page.locator('#targetGroup')
  assert.match(await property.innerText(), /Said of[^]*Service[^]*Value[^]*Target group/)
  const metric = page.locator('#betweenness').getByRole('link', { name: /^Explained with an example/ })
  assert.equal(await metric.getAttribute('href'), '/help#betweenness')

  // Other vocabularies, in words that need no OWL, and what valid data looks like.
  await page.getByRole('navigation', { name: 'On this page' })
    .getByRole('link', { name: 'Other vocabularies' }).click()
  await inSight(page, '#alignments')
  await page.locator('summary', { hasText: 'CPSV-AP' }).first().click()
  const other = await rowsOf(page.getByRole('region', { name: 'CPSV-AP' }))
  assert.ok(other.some(([theirs, relation, ours]) =>
    theirs === 'cpsv:PublicService' && relation.startsWith('narrower') && ours === 'Service'), other.join(' | '))
  await page.locator('#alignments ~ ul details summary, #rules ~ ul details summary').first().click()
  await page.locator('section[aria-labelledby=shapes] summary', { hasText: 'Actor' }).first().click()
  const rules = page.locator('section[aria-labelledby=shapes] details[open] .gravity')
  assert.deepEqual([...new Set(await rules.allInnerTexts())].sort(), ['Remark', 'Violation', 'Warning'])
  await check.reflows('the ontology, opened')

  // The same for programs.
  for (const name of ['Turtle', 'JSON-LD', 'RDF/XML', 'N-Triples']) {
    const href = await page.locator('section[aria-labelledby=downloads]')
      .getByRole('link', { name, exact: true }).getAttribute('href')
    const file = await fetch(base + href)
    assert.equal(file.status, 200, href)
    assert.ok((await file.text()).includes('Participation'), href)
  }
}

/** Searched as one types, by Spanish words too; empty-handed it says what to do. */
async function searched ({ page, base, check }) {
  await check.visit('/ontology')
  const input = page.getByRole('searchbox', { name: 'Search words and codes' })
  const status = page.locator('#found-status')
  const search = async words => {
    await input.fill(words)
    await status.filter({ hasText: `“${words}”` }).waitFor()
  }
  await search('sanidad')
  const table = page.getByRole('region', { name: 'Codes' })
  const codes = await rowsOf(table)
  // The status counts what the page shows, every kind of it: here codes alone.
  assert.equal(await status.innerText(), `“sanidad”: ${codes.length} codes.`)
  assert.ok(codes.some(([code, list]) => code.startsWith('Health') && list === 'Branches of social policy'), codes.join(' | '))
  assert.equal(await page.locator('.drawing').count(), 0)
  assert.equal(new URL(page.url()).search, '?q=sanidad')

  // The address is the search, with scripts and without.
  const plain = await (await fetch(page.url(), { headers: { accept: 'text/html' } })).text()
  assert.ok(plain.includes(await status.innerText()), 'the form gives the same')
  // Fault: what is typed before the script has its texts is not searched (ontology.js), thus the wait.
  await page.reload({ waitUntil: 'networkidle' })
  assert.equal(await input.inputValue(), 'sanidad')

  // By the words of others: the alignment itself, and the rules that read them.
  await search('PublicService')
  await page.locator('summary', { hasText: 'CPSV-AP: public services are services' }).waitFor()
  await page.getByRole('region', { name: 'CPSV-AP' }).getByText('cpsv:PublicService').waitFor()
  await page.getByRole('region', { name: 'CPSV-AP' }).getByRole('link', { name: 'Service', exact: true }).waitFor()

  // Classes, properties and rules by a word; two words narrow it down.
  await search('participation')
  const many = await page.locator('.term').count()
  assert.equal(await page.locator('#Participation').count(), 1)
  await search('participation role')
  const few = await page.locator('.term').count()
  assert.ok(few > 0 && few < many, `${few} of ${many}`)
  // All parts of the page at once: codes, classes, properties, lists, other vocabularies, shapes.
  await search('role')
  const told = await status.innerText()
  for (const [selector, kind] of [
    ['.term', /([\d,]+) class(es and properties| or property)/],
    ['section[aria-labelledby=codes] tbody tr', /([\d,]+) codes?[,.]/],
    ['.lists > li', /([\d,]+) code lists?/],
    ['section[aria-labelledby=alignments] tbody tr', /([\d,]+) words? of (another|other) vocabular/],
    ['#rules ~ ul > li', /([\d,]+) rules? that reads? foreign data/]
  ]) {
    const shown = await page.locator(selector).count()
    assert.equal(told.match(kind)?.[1], String(shown), `${selector}: ${told}`)
  }
  // From what was found to the whole page, where the word stands.
  assert.match(await page.locator('section[aria-labelledby=alignments] tbody td:last-child a').first().getAttribute('href'),
    /^\/ontology#\w+$/)
  await check.accessible('words found')
  await check.reflows('words found')

  // The way to the other language and the reference go with the search.
  const here = url => new URL(url, base).searchParams
  assert.equal(here(await page.locator('.languages a').first().getAttribute('href')).get('q'), 'role')
  assert.match(here(await page.getByRole('contentinfo').getByRole('link', { name: 'Cite this page' })
    .getAttribute('href')).get('of'), /[?&]q=role/)

  await input.fill('zzzz')
  await status.filter({ hasText: 'Nothing has all of these words' }).waitFor()
  await check.accessible('no words found')
  await page.getByRole('link', { name: 'Show everything' }).click()
  await page.locator('.drawing svg').waitFor()
  assert.equal(new URL(page.url()).search, '')

  // With the keyboard from the search to a code.
  await input.fill('sanidad')
  await page.keyboard.press('Enter')
  const health = table.getByRole('row', { name: /Branches of social policy/ }).getByRole('link')
  await health.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Health' }).waitFor()
  assert.equal(page.url(), `${base}/code/branch/health`)
}

/** From all lists to one, its levels, and one code: its names in both languages, its matches. */
async function codes ({ page, base, check }) {
  await check.visit('/ontology')
  await page.getByRole('link', { name: 'All lists, with how often each is used' }).click()
  await page.getByRole('heading', { level: 1, name: 'Code lists' }).waitFor()
  const lists = page.getByRole('region', { name: 'Code lists' })
  const told = await page.locator('main').innerText()
  const [, number, concepts] = told.match(/([\d,]+) lists with ([\d,]+) codes/)
  const rows = await rowsOf(lists)
  assert.equal(rows.length, Number(number))
  const sum = rows.reduce((sum, row) => sum + Number(row[2].replaceAll(',', '')), 0)
  assert.equal(sum, Number(concepts.replaceAll(',', '')), 'the lists have the codes that are told')
  await check.accessible('code lists')
  await check.reflows('code lists')

  // A list with levels: what stands below what is said, not only indented.
  await lists.getByRole('link', { name: 'ICNP/TSO sections' }).click()
  await page.getByRole('heading', { level: 1, name: 'ICNP/TSO sections' }).waitFor()
  assert.match(await page.locator('table caption').innerText(), /data version [\d,]+/)
  const order = await page.locator('tbody tr').evaluateAll(all => all.map(row => row.id))
  assert.ok(order.indexOf('D') < order.indexOf('D10') && order.indexOf('D10') < order.indexOf('D11'), order.join())
  const left = id => page.locator(`tr#${id} th a`).evaluate(node => node.getBoundingClientRect().left)
  assert.ok(await left('D') < await left('D10') && await left('D10') < await left('D11'), 'deeper ones are indented')
  assert.equal(await page.locator('tr#D11 td').first().innerText(), 'Individual and family services')
  await check.accessible('a code list with levels')
  await check.reflows('a code list with levels')

  // Codes of other lists that are kept here have their names, and the list that they are from.
  const matched = page.locator('tr#C .elsewhere li', { has: page.locator('a[href="/code/branch/health"]') })
  assert.match(await matched.innerText(), /^Health \(Branches of social policy\) nearly the same$/)
  // Fault: lists of this store come after foreign ones whose addresses begin with http: (ontology.rs, elsewhere).

  // Its matches lead to the same thing in another list.
  await page.locator('tr#C').locator('a[href="/code/branch/health"]').click()
  await page.getByRole('heading', { level: 1, name: 'Health' }).waitFor()
  const facts = page.locator('main')
  assert.match(await facts.innerText(), /Also called: [^]*Sanidad\s?es/)
  for (const list of ['icnptso/C', 'open-eligibility/106', 'taxonomy-211/L']) {
    assert.ok(await facts.locator(`a[href="/code/${list}"]`).count() > 0, list)
  }
  // Who and what has it, as many as Explore finds; the codes of other lists by name.
  const having = page.getByRole('region', { name: 'Who and what it is said of' })
  const listed = await having.locator('ul.columns > li').count()
  const all = await having.getByRole('link', { name: /^See all [\d,]+$/ }).innerText()
  const kinds = await having.locator('p strong').first().innerText()
  const sumOfKinds = kinds.match(/[\d,]+/g).reduce((sum, part) => sum + Number(part.replaceAll(',', '')), 0)
  assert.equal(Number(all.replace(/\D/g, '')), sumOfKinds, kinds)
  assert.ok(listed > 0 && listed < sumOfKinds, `${listed} of ${sumOfKinds}`)
  // Fault: “The first 20 of …, by name” are the best connected ones (hub.rs, explored).
  const others = await page.getByRole('region', { name: 'In other lists' }).innerText()
  assert.match(others, /Nearly the same[^]*Human health services\s+ICNP\/TSO sections C/)
  await check.accessible('a code')
  await check.reflows('a code')
  await page.getByRole('list', { name: 'Types' }).getByRole('link', { name: 'Sector' }).click()
  await page.locator('#Sector').waitFor()
  await inSight(page, '#Sector')
  await page.goBack()
  await facts.getByRole('link', { name: 'Branches of social policy' }).first().click()
  await page.getByRole('heading', { level: 1, name: 'Branches of social policy' }).waitFor()

  // The number of a code leads to those that have it; the list is a table for others too.
  const used = page.locator('tr#housing td.number a')
  const count = Number((await used.innerText()).match(/\d+/)[0])
  const csv = await page.locator('main').getByRole('link', { name: 'CSV', exact: true }).getAttribute('href')
  const lines = (await (await fetch(base + csv)).text()).trim().split(/\r?\n/)
  assert.equal(lines.length, 1 + await page.locator('tbody tr').count())
  assert.ok(lines.some(line => line.startsWith('housing,Housing')), lines.join('\n'))
  await used.click()
  await page.waitForURL(url => url.pathname === '/sparql')
  await page.locator('main table tbody tr').first().waitFor()
  assert.ok(count > 0)

  // A place is told likewise: where it lies, who is there and in which sectors.
  await check.visit('/id/place/de-hamburg')
  await page.getByText('Lies in:').getByRole('link', { name: 'Germany' }).waitFor()
  const here = page.getByRole('region', { name: 'Who and what is here' })
  const kind = here.locator('a[href*="kind=actor"]')
  const actors = await kind.innerText()
  const sectors = await rowsOf(here.getByRole('region', { name: 'By sector' }))
  assert.ok(sectors.length > 1 && sectors.every(row => Number(row[2]) > 0), sectors.join(' | '))
  await check.accessible('a place')
  await check.reflows('a place')
  await kind.click()
  await page.waitForURL(url => url.pathname === '/explore' && url.searchParams.get('kind') === 'actor')
  assert.ok((await page.locator('main').innerText()).includes(actors.match(/\d+/)[0]), actors)
}

/** Data sets with publisher, licence, freshness and files, for a visitor who may write nothing. */
async function catalogue ({ page, base, check }) {
  await check.visit('/partners')
  assert.ok(await page.locator('#load-button').isDisabled(), 'nobody loads without a key')
  const sets = page.locator('section', { has: page.locator('#sets') })
  const line = sets.getByRole('row', { name: /INNOSERV case collection/ })
  assert.match(await line.innerText(), /CC BY 4\.0[^]*\d{4}-\d\d-\d\d/)
  await sets.getByRole('link', { name: /^All [\d,]+ data sets with downloads$/ }).click()
  await page.getByRole('heading', { level: 1, name: 'Data sets' }).waitFor()
  await check.screenshot('catalogue')
  const row = name => page.getByRole('row', { name })
  const register = row(/Visitors' register/)
  assert.match(await register.innerText(), /Register office[^]*CC0 1\.0[^]*\d{4}-\d\d-\d\d[^]*version [\d,]+/)
  assert.match(await row(/^INNOSERV case collection/).innerText(), /CC BY 4\.0[^]*\d{4}-\d\d-\d\d[^]*version [\d,]+[^]*[\d,]{5,}/)
  const licence = row(/^INNOSERV case collection/).getByRole('link', { name: 'CC BY 4.0' })
  assert.equal(await licence.getAttribute('href'), 'https://creativecommons.org/licenses/by/4.0/')
  await check.reflows('the catalogue')

  // A file of each kind, with its hash, and the list as data.
  const file = await fetch(base + await register.getByRole('link', { name: /^ttl\.gz/ }).getAttribute('href'))
  assert.equal(file.status, 200)
  await file.body.cancel()
  for (const name of ['DCAT (Turtle)', 'JSON-LD', 'RDF/XML', 'N-Triples', 'CSV', 'JSON', 'VoID']) {
    const href = await page.locator('main').getByRole('link', { name, exact: true }).getAttribute('href')
    const list = await fetch(base + href)
    assert.equal(list.status, 200, href)
    assert.ok((await list.text()).includes(GRAPH), href)
  }

  await register.getByRole('link', { name: /^Visitors' register/ }).first().click()
  await page.getByRole('heading', { level: 1, name: "Visitors' register" }).waitFor()
  const about = await page.locator('main').innerText()
  assert.match(about, /Register office/)
  assert.match(about, /CC0 1\.0/)
  assert.match(about, /Actor\s+1/)
  await check.reflows('a data set')
  await page.getByRole('link', { name: 'Explore its content' }).click()
  await page.getByRole('link', { name: 'Paritätischer Wohlfahrtsverband, Der' }).first().waitFor()
}

/** The queue of links: everybody reads pairs and reasons, a decision needs a token. */
async function queue ({ page, base, check }) {
  await check.visit('/partners')
  await page.getByRole('link', { name: 'Review links', exact: true }).last().click()
  await page.getByRole('heading', { level: 1, name: 'Is this the same?' }).waitFor()
  await page.getByText('Choose the data set whose things are to be compared').waitFor()
  await check.reflows('the queue, nothing chosen')
  await page.getByLabel('Data set').selectOption(GRAPH)
  await page.getByLabel('Compare with').selectOption('innoserv')
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  // The script has the pairs in hand.
  await page.locator('#decide').waitFor()
  const pair = page.locator('.pair:visible')
  assert.match(await pair.getByRole('heading', { level: 2 }).innerText(),
    /Paritätischer Wohlfahrtsverband, Der = Der Paritätische Wohlfahrtsverband\?/)
  const sides = await rowsOf(pair.getByRole('table'))
  assert.ok(sides.some(row => row.join() === "Stated in,Visitors' register,INNOSERV case collection"), sides.join(' | '))
  assert.ok(sides.some(([name, ours, theirs]) => name.startsWith('Place') && ours === 'Hamburg' && theirs), sides.join(' | '))
  const why = await pair.locator('.reasons').innerText()
  assert.match(why, /\+[\d.]+\s+Name: the names differ in spelling only: /)
  assert.ok(sides.some(([name, , theirs]) => name === 'Is a group' && theirs === 'no'), sides.join(' | '))
  assert.equal(await page.getByLabel('Data set').locator('option:checked').innerText(), `Visitors' register (${GRAPH})`)

  // Without a token a decision is refused, says why, and nothing moves.
  const problem = page.locator('#decide-problem[role=alert]')
  await page.keyboard.press('a')
  await problem.filter({ hasText: 'A token is needed' }).waitFor()
  assert.ok(await page.getByLabel('Key of your token').isVisible(), 'where a key is given is open')
  assert.equal(await page.locator('#done').getAttribute('value'), '0')
  await check.accessible('a decision refused')
  await check.reflows('a decision refused')
  const links = await (await fetch(`${base}/api/v1/links.json`)).json()
  assert.ok(!links.some(link => link.source.includes('browser-ontology')), 'nothing was decided')

  // All at once, one after the other, and those of another score.
  await page.getByLabel('All as a list').check()
  await pair.first().waitFor()
  await page.getByRole('spinbutton', { name: 'Score from' }).first().fill('1')
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  await page.getByText('There are no pairs with this score. Lower it').waitFor()
  assert.equal(new URL(page.url()).searchParams.get('threshold'), '1')
}

/** The reference to a page and to an answer: version, date and licence, in three styles. */
async function cited ({ page, base, check }) {
  await check.visit('/code/branch')
  await page.getByRole('contentinfo').getByRole('link', { name: 'Cite this page' }).click()
  await page.getByRole('heading', { level: 1, name: 'How to cite this' }).waitFor()
  await page.getByRole('link', { name: 'Branches of social policy' }).waitFor()
  await check.accessible('a reference')
  await check.reflows('a reference')

  const of = '/api/v1/queries/actors-in-several-cases.csv'
  const answer = await check.visit(`/api/v1/cite?of=${of}`)
  const version = answer.headers()['weft-data-version']
  const fact = async name => page.locator(`dt:text-is("${name}") + dd`).innerText()
  assert.match(await fact('What is cited'), /Actors that take part in several cases/)
  const [, shown, date] = (await fact('Data version')).match(/^(\d+) \((\d{4}-\d\d-\d\d)/)
  assert.equal(shown, version)
  const licences = await fact('Licences of the data')
  assert.match(licences, /innoserv: https:\/\/creativecommons\.org\/licenses\/by\/4\.0/)
  assert.ok(licences.includes(`${GRAPH}: https://creativecommons.org/publicdomain/zero/1.0/`), licences)
  const [text, bibtex, query] = await page.locator('main pre').allInnerTexts()
  assert.ok(text.includes(`data version ${version} of ${date}`) && text.includes('Actors that take part'), text)
  assert.ok(text.includes(`${base}${of}?version=${version}`), text)
  assert.match(bibtex, /^@misc\{weft-\d+-\w+,[^]*title[^]*year[^]*version[^]*url[^]*note[^]*Licences: /)
  for (const set of ['(innoserv)', `(${GRAPH})`]) assert.ok(bibtex.includes(set), bibtex)
  assert.ok(query.includes('SELECT'), query)
  await check.accessible('the reference to an answer')

  // Each style is what a reference manager takes.
  const style = async name => {
    const href = await page.locator('.actions').getByRole('link', { name, exact: true }).getAttribute('href')
    const got = await fetch(base + href)
    assert.equal(got.status, 200, href)
    return [got.headers.get('content-type'), await got.text()]
  }
  const [kind, csl] = await style('CSL-JSON')
  assert.equal(kind, 'application/vnd.citationstyles.csl+json')
  const item = JSON.parse(csl)
  assert.equal(item.type, 'dataset')
  assert.deepEqual(item.issued['date-parts'], [date.split('-').map(Number)])
  assert.match(item.note, /^Licences: https/)
  assert.match((await style('BibTeX'))[0], /^application\/x-bibtex/)
  assert.equal((await style('BibTeX'))[1].trim(), bibtex.trim())
  assert.match((await style('Plain text'))[0], /^text\/plain/)
  assert.equal((await style('Plain text'))[1].trim(), text.trim())

  // The lasting address gives the answer of that version.
  const lasting = await page.locator('dt:text-is("The same answer again") + dd a').getAttribute('href')
  const again = await fetch(base + lasting)
  assert.equal(again.headers.get('weft-data-version'), version)

  // What it cites can be opened, with the query that states it.
  await page.getByRole('link', { name: /Data sets and their sources/ }).click()
  await page.getByRole('heading', { level: 1, name: 'Data sets' }).waitFor()
}

/** What cannot be had: the cause, what would do, and the way out. */
async function refused ({ page, check }) {
  const told = async (path, status, title, cause) => {
    const response = await check.visit(path)
    assert.equal(response.status(), status, path)
    const alert = page.getByRole('alert')
    assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), title)
    assert.match(await alert.innerText(), cause)
    assert.match(await alert.innerText(), new RegExp(`Status ${status}`))
    await page.getByRole('link', { name: 'To the first page' }).waitFor()
  }
  await told('/no/such/page', 404, 'Not found', /nothing is at \/no\/such\/page/)
  await check.accessible('nothing here')
  await check.reflows('nothing here')
  await told('/code/branch/no-such-code', 404, 'Not found', /says nothing about .*branch\/no-such-code/)
  // One letter is wrong: what is near is offered by name.
  await told('/code/branch/helth', 404, 'Not found', /says nothing about .*branch\/helth/)
  await check.accessible('nothing here, something near')
  await page.getByRole('heading', { level: 2, name: 'Did you mean' }).waitFor()
  assert.equal(await page.getByRole('link', { name: 'Search for “helth”' }).getAttribute('href'), '/explore?q=helth')
  await page.locator('main').getByRole('link', { name: 'Health', exact: true }).first().click()
  await page.waitForURL(`${page.url().split('/code/')[0]}/code/branch/health`)
  await page.getByRole('heading', { level: 1, name: 'Health' }).waitFor()
  // Fault: /api/v1/cite and /sparql offer to search for “cite” and “sparql” (pages/mod.rs, error).
  await told('/networks/nope', 404, 'No such network', /there are .*collaboration/)
  await told('/ontology?nope=1', 400, 'Unknown parameter', /no parameter `nope`/)
  await told('/api/v1/cite?of=https://elsewhere.example/', 400, 'The request makes no sense', /cites its own answers and pages only/)
  await told('/api/v1/cite?of=/no/such/page', 404, 'Not found', /nothing that can be cited is at \/no\/such\/page/)
  await told('/api/v1/cite?of=/help&style=apa', 400, 'The request makes no sense', /text, bibtex and csl are known/)
  await told('/sparql?query=ASK%7B%7D&version=99999999', 404, 'No such data version', /those that can be asked for are/)
  await told('/partners/links?graph=nope', 400, 'The link makes no sense', /\/api\/v1\/graphs lists them/)
  await told('/sparql?query=ASK%7B%7D&format=nope', 400, 'The request makes no sense', /there are json, xml, csv/)
  // A statement about a statement, which JSON-LD cannot say. The cause names the formats that can.
  const query = 'CONSTRUCT { <urn:a> <urn:b> <<( <urn:c> <urn:d> <urn:e> )>> } WHERE {}'
  await told(`/sparql?format=jsonld&query=${encodeURIComponent(query)}`, 406,
    'The format cannot state the answer', /JSON-LD does not support[^]*`ttl`, `nt`, `trig` and `nq`/)

  // A query that is none: the line, the cause, a remedy, and the query to be mended.
  await check.visit('/sparql?query=SELECT+*+%7B%3Fs+%3Fp')
  const alert = page.getByRole('alert').first()
  assert.match(await alert.innerText(), /Line 1, column \d+:[^]*a closing bracket is missing: `}`/)
  await check.accessible('a query that is none')
  await check.reflows('a query that is none')

  await check.visit('/no/such/page')
  await page.getByRole('link', { name: 'To the first page' }).click()
  await page.waitForURL(url => url.pathname === '/')
}

/** The same in Spanish, as far as it is said by the page. */
async function inSpanish ({ page, base, check }) {
  await check.visit('/ontology')
  await page.getByRole('link', { name: 'Español' }).click()
  await page.getByRole('heading', { level: 1, name: 'Las palabras con que están escritos los datos' }).waitFor()
  const html = page.locator('html')
  assert.equal(await html.getAttribute('lang'), 'es')
  await page.getByRole('searchbox', { name: 'Buscar palabras y códigos' }).fill('health')
  await page.locator('#found-status', { hasText: '«health»' }).waitFor()
  await page.getByRole('region', { name: 'Códigos' }).getByRole('link', { name: 'Sanidad', exact: true }).first().click()
  await page.getByRole('heading', { level: 1, name: 'Sanidad' }).waitFor()
  await check.accessible('a code in Spanish')
  await page.goBack()
  await page.getByRole('link', { name: 'Mostrar todo' }).click()
  await page.getByText('Lo mismo en una tabla').click()
  const joins = await rowsOf(page.getByRole('region', { name: 'Lo mismo en una tabla' }))
  assert.ok(joins.some(row => row.join() === 'Participación,entidad,Entidad'), joins.join(' | '))

  await check.visit('/code/icnptso')
  assert.match(await page.locator('main').innerText(), /En otras listas/)
  await check.visit('/catalogue')
  const row = page.getByRole('row', { name: /Registro de visitantes/ })
  assert.match(await row.innerText(), /Register office[^]*CC0 1\.0[^]*versión [\d.]+/)
  await check.reflows('the catalogue in Spanish')
  await check.visit(`/partners/links?graph=${GRAPH}&threshold=0.5`)
  await page.getByRole('heading', { level: 1, name: '¿Es lo mismo?' }).waitFor()
  await page.locator('#decide').waitFor()
  await page.keyboard.press('a')
  await page.locator('#decide-problem[role=alert]').waitFor()
  await check.accessible('the queue in Spanish')
  await check.visit('/api/v1/cite?of=/code/branch')
  const main = await page.locator('main').innerText()
  for (const text of ['Cómo citar esto', 'Ramas de la política social', 'Versión de los datos', 'Licencias de los datos', 'Texto sin formato']) {
    assert.ok(main.includes(text), text)
  }
  const missing = await check.visit('/no/such/page')
  assert.equal(missing.status(), 404)
  assert.match(await page.getByRole('alert').innerText(), /Estado 404/)
  assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), 'No encontrado')
  assert.equal(await page.getByRole('link', { name: 'Buscar «page»' }).getAttribute('href'), '/explore?q=page')
  await page.getByRole('link', { name: 'Ir a la página inicial' }).waitFor()
  assert.equal(await html.getAttribute('lang'), 'es')
  assert.ok(page.url().startsWith(base))
}
