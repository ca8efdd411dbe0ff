// A policy analyst who does not know SPARQL: from the first page by search and facets to the pages
// of actors, services, innovations and codes, with the rows in files and in the query editor; by
// keyboard only, in the other language, and without scripts.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { inflateRawSync } from 'node:zlib'

const WEFT = 'https://w3id.org/weft/'
const GRAPH = `${WEFT}graph/partner/explore`
const LINKS = `${GRAPH}/links`

// A service, which the data that ship have none of; a change, so that there is a trend; and a name
// that must not be read as anything else.
const DATA = `
PREFIX weft: <${WEFT}ns#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX actor: <${WEFT}id/actor/> PREFIX branch: <${WEFT}code/branch/>
PREFIX level: <${WEFT}code/governance-level/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
<${WEFT}id/service/explore-desk> a weft:Service ; skos:prefLabel "Explorers’ desk"@en, "Mostrador de exploradores"@es ;
  skos:altLabel "One stop, \\"two\\" doors; three, floors" ; weft:sector branch:health, branch:housing ;
  weft:level level:local ; weft:since "2011"^^xsd:gYear ; weft:place <${WEFT}id/place/it-florence> .
actor:explore-one a weft:Actor ; skos:prefLabel "Explorers, \\"one\\"; and only" ; weft:sector branch:health ;
  weft:level level:local ; weft:provides <${WEFT}id/service/explore-desk> .
actor:explore-two a weft:Actor ; skos:prefLabel "Explorers two" ; weft:sector branch:housing ; weft:level level:regional .
actor:explore-zwei a weft:Actor ; skos:prefLabel "Zwei Entdecker" ; weft:level level:regional .
<${WEFT}id/participation/explore-1> a weft:Participation ; weft:actor actor:explore-two ;
  weft:in <${WEFT}id/service/explore-desk> ; weft:role <${WEFT}code/role/funder> ;
  weft:since "2013"^^xsd:gYear ; weft:until "2019"^^xsd:gYear .
`
const SAME = `<${WEFT}id/actor/explore-zwei> <http://www.w3.org/2002/07/owl#sameAs> <${WEFT}id/actor/explore-two> .`

/** Asks until the answer will do: what the service does on its own takes what time it takes. */
async function until (ask, does, what) {
  const end = Date.now() + 60_000
  for (;;) {
    const answer = await ask()
    if (does(answer)) return answer
    assert.ok(Date.now() < end, `${what}: ${JSON.stringify(answer)?.slice(0, 500)}`)
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

/** The records of a CSV file. */
function records (text) {
  const rows = [[]]
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    rows.at(-1).push(quoted?.replaceAll('""', '"') ?? plain)
    if (end !== ',') rows.push([])
  }
  const [head, ...body] = rows.filter(row => row.length > 1)
  return body.map(row => Object.fromEntries(head.map((name, at) => [name, row[at]])))
}

/** A file of a ZIP archive, found by its directory at the end. */
function unzipped (bytes, wanted) {
  let at = bytes.readUInt32LE(bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1') + 16)
  while (bytes.readUInt32LE(at) === 0x02014b50) {
    const [name, extra, comment] = [28, 30, 32].map(offset => bytes.readUInt16LE(at + offset))
    if (bytes.toString('utf8', at + 46, at + 46 + name) === wanted) {
      const local = bytes.readUInt32LE(at + 42)
      const begin = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
      const packed = bytes.subarray(begin, begin + bytes.readUInt32LE(at + 20))
      return (bytes.readUInt16LE(at + 10) === 8 ? inflateRawSync(packed) : packed).toString('utf8')
    }
    at += 46 + name + extra + comment
  }
  throw new Error(`there is no ${wanted} in the file`)
}

/** The records of the first sheet of a workbook. */
function sheet (bytes) {
  const text = xml => xml.replace(/<[^>]*>/g, '').replaceAll('&lt;', '<').replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"').replaceAll('&apos;', "'").replaceAll('&amp;', '&')
  const shared = [...unzipped(bytes, 'xl/sharedStrings.xml').matchAll(/<si>(.*?)<\/si>/gs)].map(([, xml]) => text(xml))
  const rows = [...unzipped(bytes, 'xl/worksheets/sheet1.xml').matchAll(/<row [^>]*>(.*?)<\/row>/gs)].map(([, row]) =>
    Object.fromEntries([...row.matchAll(/<c r="([A-Z]+)\d+"([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)].map(([, column, kind, cell]) =>
      [column, / t="s"/.test(kind) ? shared[Number(text(cell))] : text(cell ?? '')])))
  const [head, ...body] = rows
  return body.map(row => Object.fromEntries(Object.entries(head).map(([column, name]) => [name, row[column] ?? ''])))
}

export default async function ({ page, context, base, token, check }) {
  const content = page.locator('#content')
  const parameters = () => new URL(page.url()).searchParams
  const hrefs = links => links.evaluateAll(list => list.map(link => link.getAttribute('href')))
  const json = async path => (await page.request.get(base + path)).json()
  const store = (method, graph, body) => fetch(`${base}/store?graph=${encodeURIComponent(graph)}`, {
    method, headers: { authorization: `Bearer ${token}`, 'content-type': 'text/turtle' }, body
  })
  const put = async (graph, turtle) => {
    const response = await store('PUT', graph, turtle)
    assert.ok(response.ok, await response.text())
  }
  // What an address answers to a program that asks for a format.
  const rdf = async (address, accept) => {
    const response = await fetch(base + address, { headers: { accept } })
    const type = response.headers.get('content-type')
    return { status: response.status, type, text: await response.text() }
  }

  const history = () => json('/api/v1/history.json?metric=actors')
  await until(history, points => points.length > 0, 'no figures are kept')
  await put(GRAPH, DATA)
  await put(LINKS, SAME)
  await until(history, points => points.length > 1, 'no second point of the figures')

  try {
    await first()
    await search()
    await facets()
    await paging()
    await files()
    await editor()
    await keyboard()
    await actor()
    await innovation()
    await conflict()
    await service()
    await code()
    await missing()
    await spanish()
    await withoutScripts()
  } finally {
    await store('DELETE', LINKS)
    await store('DELETE', GRAPH)
  }

  /** What is here, how fresh it is, six figures that say what they mean, and where to go on. */
  async function first () {
    const cards = page.locator('ul.six > li')
    await check.visit('/')
    // Figures that take longer come with the next visit, and the page says so.
    await until(async () => {
      if (await cards.count() === 0) await page.getByRole('link', { name: 'Load the page again' }).click()
      return cards.count()
    }, count => count === 6, 'six figures')
    for (const card of await cards.all()) {
      const text = await card.innerText()
      assert.match(await card.locator('.value strong').innerText(), /^[\d,.]+%?$/, text)
      const [, means, basis] = await card.locator('> p').allInnerTexts()
      assert.ok(means.length > 40 && /\d/.test(basis), `what it means, and what it is counted from: ${text}`)
      const trend = await card.getByRole('img').getAttribute('aria-label')
      assert.match(trend, /^(up|down) from .+ to |on .+ and again on /)
      assert.match(text, /Trend: (up|down|[\d,.]+)/)
    }
    const explained = await hrefs(cards.locator('h3 a'))
    const [summary] = [await json('/api/v1/summary.json')].flat()
    const actors = await cards.first().locator('.value').innerText()
    assert.equal(Number(actors.replace(/\D/g, '')), summary.actors)

    const here = page.locator('section', { has: page.locator('#here') })
    assert.match(await here.innerText(), /\d+ actors, .*services? and \d+ documented innovations/)
    const fresh = /Last changed (\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC \(data version [\d,]+\)/
    const [, day, time] = (await here.innerText()).match(fresh)
    assert.ok(Math.abs(Date.now() - Date.parse(`${day}T${time}Z`)) < 3_600_000, `changed just now: ${day} ${time}`)
    await here.getByRole('link', { name: /data sets?$/ }).click()
    assert.ok(await page.locator('#sets').isVisible())
    assert.match(await page.getByRole('region', { name: 'Data sets' }).innerText(), /INNOSERV.*[\d,]+\s+\d{4}-/s)

    await check.accessible('the first page with trends')
    await check.reflows('the first page with trends')
    await check.screenshot('explore-first')

    const doors = await hrefs(page.locator('ul.doors h3 a'))
    assert.ok(doors.length >= 3)
    for (const door of doors) {
      await page.locator(`ul.doors h3 a[href="${door}"]`).click()
      await page.waitForURL(`**${door}`)
      await page.waitForLoadState('networkidle')
      assert.ok(await page.locator('h1').first().isVisible(), door)
      await page.goBack()
    }
    await cards.first().locator('h3 a').click()
    await page.waitForURL('**/help#*')
    for (const address of explained) {
      assert.equal(await page.locator(`[id="${address.split('#')[1]}"]`).count(), 1, `${address} is explained`)
    }
  }

  /** From the first page by a name with a typing error to the actor; and by a place. */
  async function search () {
    await check.visit('/')
    await page.getByLabel('Find an organisation, a service or a case by name').fill('paritetische wohlfahrt')
    await page.keyboard.press('Enter')
    await page.waitForURL(url => url.searchParams.has('q'))
    const result = page.locator('table.list tbody th a').first()
    assert.equal(await result.innerText(), 'Der Paritätische Wohlfahrtsverband')
    assert.equal(await page.locator('#q').inputValue(), 'paritetische wohlfahrt')
    assert.equal(await page.locator('#sort').evaluate(list => list.selectedOptions[0].text), 'best match first')

    // Who types a place or a sector into the search of all pages is led to what is there.
    await page.locator('#find').fill('hamburg')
    await page.locator('#find').press('Enter')
    await page.getByRole('link', { name: 'Place: Hamburg' }).click()
    await page.waitForURL(url => url.searchParams.has('place'))
    assert.match(await page.getByRole('list', { name: 'What is chosen' }).innerText(), /Place: Hamburg/)
    assert.ok((await rows()).some(row => row.name === 'Psychoseseminar Hamburg'))

    // Nothing: said, with a way back.
    await page.locator('#q').fill('zzzzqqqq')
    await page.locator('.search').getByRole('button', { name: 'Show' }).click()
    await page.getByRole('heading', { name: 'Nothing found' }).waitFor()
    assert.match(await page.locator('.results').innerText(), /does not mean that there is nothing/)
    await check.accessible('nothing found')
    await page.locator('.results .card').getByRole('link', { name: 'Remove all' }).click()
    await page.waitForURL('**/explore')
  }

  /** The rows that a reader sees; what is said of things without a value is left out. */
  async function rows () {
    const table = page.locator('table.list tbody tr')
    return table.evaluateAll(list => list.map(row => {
      const [name, kind, sectors, levels, spheres, places, connections, partners] = [...row.cells]
        .map(cell => /^(not recorded|sin registrar|–)$/.test(cell.innerText.trim()) ? '' : cell.innerText.trim())
      return { name, kind, sectors, levels, spheres, places, connections, partners: partners ?? '' }
    }))
  }

  async function total () {
    const heading = await page.locator('#found').innerText()
    return heading.startsWith('One') ? 1 : Number(heading.replace(/\D/g, ''))
  }

  /** Each facet: the number beside a value is what it leaves, and the choice can be seen and undone. */
  async function facets () {
    const columns = { kind: 'kind', sector: 'sectors', level: 'levels', sphere: 'spheres' }
    const titles = {
      kind: 'Kind',
      sector: 'Sector',
      level: 'Level',
      sphere: 'Sphere',
      place: 'Place',
      type: 'Type of actor',
      dataset: 'Data set'
    }
    for (const [name, title] of Object.entries(titles)) {
      await page.goto(`${base}/explore`)
      const all = await total()
      const facet = page.locator('.facets > details', { has: page.locator('> summary', { hasText: title }) })
      if (await facet.getAttribute('open') === null) await facet.locator('> summary').click()
      const option = facet.locator('.option').first()
      const label = await option.locator('bdi').innerText()
      const count = await option.locator('.note').innerText()
      await option.click()
      await page.locator('.facets').getByRole('button', { name: 'Show' }).click()
      await page.waitForURL(url => url.searchParams.has(name))
      assert.equal(new URL(page.url()).hash, '#found', 'what was found is shown, not the form again')
      assert.equal(await total(), Number(count.replace(/\D/g, '')), `${title}: ${label}`)
      const chip = page.getByRole('list', { name: 'What is chosen' }).getByRole('link').first()
      assert.match(await chip.innerText(), new RegExp(`${title}: ${label}`))
      assert.ok(await page.locator(`input[name=${name}]`).first().isChecked(), 'the choice is still marked')
      for (const row of columns[name] ? await rows() : []) {
        assert.ok(row[columns[name]].includes(label), JSON.stringify(row))
      }
      await chip.click()
      await page.waitForURL('**/explore')
      assert.equal(await total(), all, 'undone')
    }

    // Values of a facet are alternatives, facets hold together, and the search holds with them.
    await page.goto(`${base}/explore?sector=health`)
    const health = await total()
    await page.locator('input[name=sector][value$="/housing"]').check()
    await page.locator('.facets').getByRole('button', { name: 'Show' }).click()
    await page.waitForURL(url => url.searchParams.getAll('sector').length === 2)
    const either = await total()
    assert.ok(either > health)
    await page.locator('input[name=level][value$="/local"]').check()
    await page.locator('#q').fill('explorers')
    await page.keyboard.press('Enter')
    await page.waitForURL(url => url.searchParams.has('level') && url.searchParams.has('q'))
    assert.deepEqual((await rows()).map(row => row.name).sort(), ['Explorers, "one"; and only', 'Explorers’ desk'])
    assert.equal(await page.getByRole('list', { name: 'What is chosen' }).getByRole('listitem').count(), 5)
    await check.accessible('facets chosen')
    await check.reflows('facets chosen')
    await check.screenshot('explore-facets')
    await page.getByRole('link', { name: 'Remove all' }).click()

    // An address with a value that nothing has says which there are.
    check.tolerate(/status of 400 .*explore\?sector=/)
    const response = await page.goto(`${base}/explore?sector=helth`)
    assert.equal(response.status(), 400)
    const alert = page.getByRole('alert')
    assert.match(await alert.innerText(), /helth.*there are for example/)
    assert.ok(await alert.getByRole('link').count() > 1)
    assert.ok((await rows()).length > 0, 'the list is still there')
    await check.accessible('a value that nothing has')
    await alert.getByRole('link', { name: 'Show the list without it' }).click()
    await page.waitForURL('**/explore')
  }

  /** All pages together have each thing once, in the order that was asked for. */
  async function paging () {
    await page.goto(`${base}/explore`)
    const usual = await hrefs(page.locator('table.list tbody th a'))
    await page.getByLabel('Order').selectOption('most connections first')
    await page.getByRole('button', { name: 'Sort' }).click()
    await page.waitForURL(url => url.searchParams.get('sort') === '-connections')
    const count = await total()
    const seen = []
    const connections = []
    for (;;) {
      const shown = await rows()
      const links = await hrefs(page.locator('table.list tbody th a'))
      assert.equal(await page.locator('table.list caption').innerText(),
        `${seen.length + 1} to ${seen.length + shown.length} of ${count}`)
      assert.equal(parameters().get('sort'), '-connections')
      seen.push(...links)
      connections.push(...shown.map(row => Number(row.connections)))
      const next = page.getByRole('link', { name: 'Next' })
      if (await next.count() === 0) break
      const from = page.url()
      await next.click()
      await page.waitForURL(url => url.href !== from)
    }
    assert.equal(new Set(seen).size, count)
    assert.deepEqual(usual, seen.slice(0, usual.length), 'without a choice the best connected come first')
    assert.deepEqual(connections, [...connections].sort((a, b) => b - a))
    await page.getByRole('link', { name: 'Previous' }).click()
    await page.getByRole('link', { name: 'Next' }).waitFor()

    await page.goto(`${base}/explore?kind=actor`)
    await page.getByLabel('Order').selectOption('most partners first')
    await page.getByRole('button', { name: 'Sort' }).click()
    await page.waitForURL(url => url.searchParams.get('sort') === '-partners' && url.searchParams.has('kind'))
    const partners = (await rows()).map(row => Number(row.partners))
    assert.ok(partners[0] > 1)
    assert.deepEqual(partners, [...partners].sort((a, b) => b - a))
  }

  /** The records of a file as the page has them: lists by commas, `Actor` for `actor`. */
  function shown (list) {
    const listed = text => text.split('; ')
    return list.map(row => ({
      name: row.name,
      kind: row.kind,
      sectors: listed(row.sectorName),
      levels: listed(row.levelName),
      spheres: listed(row.sphereName),
      places: listed(row.placeName),
      connections: row.connections,
      partners: row.partners
    }))
  }

  /** What is downloaded has the rows that are shown, names with commas, quotes and all. */
  async function files () {
    const download = async name => {
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.locator('.results').getByRole('link', { name, exact: true }).click()
      ])
      assert.match(file.suggestedFilename(), new RegExp(`explore.*\\.${name.toLowerCase()}$`))
      return readFileSync(await file.path())
    }
    // Whatever stands between the values of a list: it is the same list.
    const plain = value => [value].flat().join(' ').toLowerCase().replace(/[,;·\s]+/g, ' ')
    const flat = list => list.map(row => Object.values(row).map(plain))
    for (const address of ['/explore?sector=health&place=de&sort=-connections', '/explore?q=explorers']) {
      await page.goto(base + address)
      const onPage = await rows()
      assert.ok(onPage.length >= 3)
      assert.equal(onPage.length, await total())
      const csv = records((await download('CSV')).toString('utf8'))
      assert.deepEqual(flat(shown(csv)), flat(onPage))
      const links = await hrefs(page.locator('table.list tbody th a'))
      assert.deepEqual(csv.map(row => row.iri.replace(WEFT, '/')), links)
      assert.deepEqual(shown(sheet(await download('XLSX'))), shown(csv))
    }
    // Of a list of several pages a file has all.
    await page.goto(`${base}/explore`)
    const all = records((await download('CSV')).toString('utf8'))
    assert.equal(all.length, await total())
    assert.deepEqual(all.slice(0, 50).map(row => row.name), (await rows()).map(row => row.name))
  }

  /** The names in a table of results, whose first row is there. */
  async function named (tab) {
    const table = tab.locator('#results table')
    await table.locator('tbody tr').first().waitFor()
    const column = (await table.locator('thead th').allInnerTexts()).findIndex(text => /^\??name\b/i.test(text.trim()))
    return table.locator('tbody tr').evaluateAll((list, at) => list.map(row => row.cells[at].innerText.trim()), column)
  }

  /** The list as a query, which gives the same things, and can be changed in the editor. */
  async function editor () {
    await page.goto(`${base}/explore?sector=health&place=de&sort=-connections`)
    const names = (await rows()).map(row => row.name)
    await page.getByText('The query that gives these rows').click()
    const query = (await page.locator('.results pre').innerText()).trim()
    await page.getByRole('link', { name: 'Show as SPARQL' }).click()
    await page.waitForURL(url => url.pathname === '/sparql')
    assert.deepEqual(await named(page), names)
    assert.equal((await page.locator('textarea#query').inputValue()).trim(), query)
    await page.waitForLoadState('networkidle')
    await check.accessible('the list as a query')

    await page.getByRole('link', { name: 'Open in the editor' }).click()
    await page.locator('.CodeMirror').waitFor()
    const editor = page.locator('.CodeMirror')
    assert.equal((await editor.evaluate(node => node.CodeMirror.getValue())).trim(), query)
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    assert.deepEqual(await named(page), names)
    await page.waitForLoadState('networkidle')
  }

  /** Chosen, opened, undone without a mouse; what has the focus can be seen. */
  async function keyboard () {
    const focused = () => page.evaluate(() => {
      const node = document.activeElement
      const style = getComputedStyle(node)
      return {
        name: node.name ?? '',
        value: node.value ?? '',
        text: node.innerText?.trim() ?? '',
        inFacets: Boolean(node.closest('.facets')),
        inResults: Boolean(node.closest('.results')),
        isRow: Boolean(node.closest('table.list tbody')),
        isSeen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
      }
    })
    const tabTo = async (is, what) => {
      for (let step = 0; step < 200; step++) {
        await page.keyboard.press('Tab')
        const at = await focused()
        if (at.inFacets) assert.ok(at.isSeen, `one sees where the focus is: ${JSON.stringify(at)}`)
        if (is(at)) return at
      }
      assert.fail(`no way by keyboard to ${what}`)
    }
    await page.goto(`${base}/explore`)
    await tabTo(at => at.name === 'sector' && at.value.endsWith('/health'), 'a sector')
    await page.keyboard.press('Space')
    await tabTo(at => at.text === 'Place', 'the facet that is closed')
    await page.keyboard.press('Enter')
    await tabTo(at => at.name === 'place' && at.value.endsWith('/de'), 'a place')
    await page.keyboard.press('Space')
    // Enter in a field sends the form.
    await page.keyboard.press('Enter')
    await page.waitForURL(url => url.searchParams.has('sector') && url.searchParams.has('place'))
    assert.ok(await page.locator('input[name=place][value$="/de"]').isVisible(), 'a facet with a choice is open')
    await tabTo(at => at.inFacets && at.text === 'Show', 'the button below the facets')
    await tabTo(at => at.inResults && /^Place: Germany/.test(at.text), 'the choice above the table')
    await page.keyboard.press('Enter')
    await page.waitForURL(url => !url.searchParams.has('place'))
    await tabTo(at => at.name === 'sort', 'the order')
    await page.keyboard.press('ArrowDown')
    await tabTo(at => at.text === 'Sort', 'its button')
    await page.keyboard.press('Enter')
    await page.waitForURL(url => Boolean(url.searchParams.get('sort')) && url.searchParams.has('sector'))
    const row = await tabTo(at => at.isRow, 'a row')
    await page.keyboard.press('Enter')
    await page.waitForURL(url => url.pathname.startsWith('/id/'))
    assert.equal(await page.locator('h1').innerText(), row.text)
  }

  /** What all pages of things have: where it is from, how to cite it, and the data themselves. */
  async function formats (path) {
    const iri = WEFT + path.slice(1)
    const text = await content.innerText()
    assert.ok(text.includes(iri), 'the identifier')
    // A data set is called by its title, and leads to what is known of it.
    const stated = content.locator('p', { hasText: /^Stated in:/ })
    const graphs = await hrefs(stated.getByRole('link'))
    assert.ok(graphs.length > 0 && graphs.every(href => href.startsWith('/graph/')), graphs.join())
    assert.doesNotMatch(await stated.innerText(), /https:/)
    assert.match(text, /Cite as: .*data version [\d,]+/)
    assert.match(text, /Licences of the data: \S|Licence: not stated by the data set/)
    const types = { ttl: 'text/turtle', jsonld: 'application/ld+json', nt: 'application/n-triples' }
    for (const [name, type] of Object.entries(types)) {
      const href = await content.getByRole('link', { name, exact: true }).getAttribute('href')
      const file = await rdf(href, '*/*')
      assert.equal(file.status, 200, href)
      assert.ok(file.type.startsWith(type), `${href}: ${file.type}`)
      const asked = await rdf(path, type)
      assert.ok(asked.type.startsWith(type), `${path} as ${type}: ${asked.type}`)
      if (name === 'nt') assert.ok(file.text.includes(`<${iri}>`))
      if (name === 'jsonld') assert.match(JSON.stringify(JSON.parse(file.text)), new RegExp(path.split('/').pop()))
      if (name === 'ttl') assert.match(file.text, /^@prefix|^PREFIX/m)
    }
    assert.equal(await page.locator('head link[rel=alternate][href$=".ttl"]').count(), 1, 'programs find the data')
  }

  function section (id) {
    return page.locator('section', { has: page.locator(`h2#${id}`) })
  }

  /** An actor: who it works with in which role, whose word that is, and where it stands. */
  async function actor () {
    const path = '/id/actor/paritaetischer'
    await page.goto(`${base}/explore?q=paritatische`)
    await page.locator('table.list tbody th a').first().click()
    await page.waitForURL(`**${path}`)
    assert.equal(await page.locator('h1').innerText(), 'Der Paritätische Wohlfahrtsverband')
    assert.match(await page.locator('.lead').innerText(), /is an actor.*in Germany.*Works in: Social services/s)

    const ties = section('ties')
    const count = Number((await ties.innerText()).match(/([\d,]+) recorded ties/)[1].replace(/\D/g, ''))
    assert.equal(await ties.locator('table.ties tbody tr').count(), count)
    const headings = await ties.getByRole('heading', { level: 3 }).allInnerTexts()
    assert.match(headings.join(), /initiator.*umbrella.*Members/s)
    assert.equal(await ties.locator('table.ties').count(), headings.length, 'a table for each role')
    assert.match(await ties.innerText(), /membership/)
    assert.match(await ties.innerText(), /GPE_final\.pdf/)
    assert.match(await section('sectors').innerText(), /Social services.*INNOSERV.*not disputed/s)

    const around = section('around')
    await around.getByText('As a table', { exact: true }).click()
    const neighbours = await around.locator('table').first().locator('tbody tr').count()
    assert.equal(await around.locator('svg.ego a').count(), neighbours, 'the table has what is drawn')
    const degree = around.locator('table.metrics tr', { has: page.getByRole('link', { name: 'Degree' }) })
    assert.match(await degree.innerText(), new RegExp(`\\b${neighbours}\\s+\\d+ of \\d+`))
    const metrics = await hrefs(around.locator('table.metrics th a'))
    assert.ok(metrics.length > 5 && metrics.every(href => href.startsWith('/help#')), metrics.join())
    await formats(path)
    await check.accessible('an actor, all opened')
    await check.reflows('an actor, all opened')
    await check.screenshot('explore-actor', { fullPage: true })

    await degree.getByRole('link').click()
    await page.waitForURL('**/help#degree')
    await page.goBack()
    // A neighbour by the drawing, and the whole network with this actor in it.
    const drawn = around.locator('svg.ego a').first()
    const neighbour = await drawn.getAttribute('href')
    await drawn.focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(`**${neighbour}`)
    await page.goBack()
    await around.getByRole('link', { name: 'Open in the network' }).click()
    await page.waitForSelector('html[data-ready=network]', { state: 'attached' })
    await page.locator('#selected h3', { hasText: 'Paritätische' }).waitFor()
  }

  /** An innovation: where the sources differ, and what happened when. */
  async function innovation () {
    const path = '/id/innovation/irre-menschlich'
    await page.goto(base + path)
    assert.match(await content.innerText(), /Also called: Irre Menschlich/)
    const headings = await section('ties').getByRole('heading', { level: 3 }).allInnerTexts()
    assert.match(headings.join(), /initiator.*partner.*provider/s)
    const sectors = section('sectors')
    assert.match(await sectors.locator('.alert').innerText(), /Sources differ/)
    const disputed = sectors.locator('tbody tr', { hasText: 'Sources differ' })
    assert.match(await disputed.innerText(), /Welfare.*IrreMenschlich_final\.pdf/s)
    await sectors.locator('.alert').getByRole('link', { name: 'What this means' }).click()
    await page.waitForURL('**/help#sector-conflicts')
    await page.goBack()
    const time = section('time')
    const bars = await time.locator('svg.timeline rect').count()
    assert.ok(bars > 1)
    await time.getByText('As a list').click()
    assert.equal(await time.locator('ol.dated li').count(), bars)
    assert.match(await time.locator('ol.dated').innerText(), /since 1989\s+initiator: Psychoseseminar Hamburg/)
    await content.getByText('Show every statement, property by property').click()
    // What hardly tells it from the others is folded away, and says why.
    const folded = section('around').locator('details', { has: page.locator('table.metrics') })
    const more = Number((await folded.locator('summary').innerText()).match(/^(\d+) more, /)[1])
    await folded.locator('summary').click()
    assert.equal(await folded.locator('tbody tr').count(), more)
    assert.match(await folded.innerText(), /no rank: \d+ of \d+ have this value/)
    await formats(path)
    await check.accessible('an innovation, all opened')
    await check.reflows('an innovation, all opened')
  }

  /** Two values of which one is wrong: both are told, each with who says it. */
  async function conflict () {
    await page.goto(`${base}/id/actor/fondazione-aiutiamoli`)
    const told = page.locator('dl.facts', { has: page.locator('dt', { hasText: /^since$/ }) }).first()
    assert.match(await section('sectors').innerText(), /Statements that exclude each other/)
    assert.match(await told.innerText(), /2007-03.*Residencialita_final\.pdf.*2008.*Residencialita_final\.pdf/s)
  }

  /** A service of a partner; one of its actors has two identifiers. */
  async function service () {
    await page.goto(`${base}/explore?kind=service&q=explorers`)
    const list = page.locator('table.list')
    const provider = (await list.locator('thead th').allInnerTexts()).indexOf('Provider')
    assert.match(await list.locator('tbody tr').first().locator('> *').nth(provider).innerText(), /Explorers, "one"; and only/)
    await page.locator('table.list tbody th a').first().click()
    await page.waitForURL('**/id/service/explore-desk')
    assert.equal(await page.locator('h1').innerText(), 'Explorers’ desk')
    assert.match(await page.locator('.lead').innerText(),
      /is a service, in Florence.*Sectors: Health.*Housing.*2 actors take part/s)
    assert.match(await content.innerText(), /One stop, "two" doors; three, floors/)
    const tie = role => section('ties').getByRole('region', { name: role, exact: true }).locator('tbody tr')
    assert.match(await tie('funder').innerText(), /Explorers two\s+2013 – 2019\s+partner\/explore\s+the statement/)
    assert.match(await tie('Provider').innerText(), /Explorers, "one"; and only\s+partner\/explore/)
    assert.equal(await section('time').locator('svg.timeline rect').count(), 2)
    assert.equal(await section('around').locator('svg.ego a').count(), 2)
    await formats('/id/service/explore-desk')
    await check.accessible('a service')
    await section('ties').getByRole('link', { name: 'Explorers two' }).click()
    await page.locator('#joined').waitFor()
    assert.equal(await page.locator('#joined').innerText(), 'One actor, 2 IRIs')
    const joined = page.locator('section[aria-labelledby=joined]')
    assert.deepEqual((await joined.locator('ul a').allInnerTexts()).sort(),
      [`${WEFT}id/actor/explore-two`, `${WEFT}id/actor/explore-zwei`])
    assert.match(await content.innerText(), /Zwei Entdecker/)
    assert.match(await content.innerText(), /Explorers two/)
    await check.accessible('an actor with two identifiers')
    await check.reflows('an actor with two identifiers')
  }

  /** A code: what it is called, what it is like elsewhere, who has it. */
  async function code () {
    await page.goto(`${base}/id/actor/asl-milano`)
    await section('sectors').getByRole('link', { name: 'Health' }).click()
    await page.waitForURL('**/code/branch/health')
    assert.equal(await page.locator('h1').innerText(), 'Health')
    assert.match(await content.innerText(), /Sanidad\s*es/)
    assert.ok(await content.getByRole('link', { name: 'ASL Milano (Local Health Unit)' }).isVisible())
    assert.match(await page.locator('.lead').innerText(), /Health.* is a concept of the list .*Branches of social policy/)
    const have = section('have')
    // Left out: the order of its first things; the heading says “by name”, but the best connected come first.
    const kinds = (await have.locator('strong').innerText()).match(/one|[\d,]+/g)
    const things = kinds.reduce((sum, kind) => sum + (kind === 'one' ? 1 : Number(kind.replace(/\D/g, ''))), 0)
    await formats('/code/branch/health')
    await check.accessible('a code')
    await check.reflows('a code')
    await have.getByRole('link', { name: 'Explore', exact: true }).click()
    await page.waitForURL(url => url.pathname === '/explore' && url.searchParams.has('sector'))
    assert.equal(await total(), things, 'the list has as many as the page of the code says')
    await page.goBack()
    await page.waitForURL('**/code/branch/health')
    await content.getByRole('link', { name: 'Branches of social policy' }).first().click()
    await page.waitForURL('**/code/branch')
    assert.match(await content.locator('table').innerText(), /Housing/)
  }

  /** An IRI that nothing is said about: said so, with the nearest that is known and a way on. */
  async function missing () {
    check.tolerate(/status of 404 .*\/id\//)
    const path = '/id/actor/paritatischer'
    const response = await page.goto(base + path)
    assert.equal(response.status(), 404)
    assert.equal(await page.locator('h1').innerText(), 'Not found')
    const alert = await page.getByRole('alert').innerText()
    assert.ok(alert.includes(WEFT + path.slice(1)) && alert.includes(`${WEFT}id/actor/paritaetischer`), alert)
    const near = content.getByRole('list').getByRole('link', { name: 'Der Paritätische Wohlfahrtsverband' })
    assert.equal(await near.getAttribute('href'), '/id/actor/paritaetischer')
    assert.ok(await content.getByRole('link', { name: 'Search for “paritatischer”' }).isVisible())
    await check.accessible('an unknown IRI')
    await check.reflows('an unknown IRI')
    const problem = await rdf(path, 'application/json')
    assert.equal(problem.type, 'application/problem+json')
    assert.equal((await rdf(path, 'text/turtle')).status, 404)
    // The page itself leads on: to the first page, and to the search.
    await page.locator('#find').fill('paritatischer')
    await page.keyboard.press('Enter')
    await page.waitForURL(url => url.searchParams.has('q'))
    assert.ok((await rows()).length > 0)
    await page.goBack()
    await content.getByRole('link', { name: 'To the first page' }).click()
    await page.waitForURL(`${base}/`)
  }

  /** The other language: the same place, in the language of who reads. */
  async function spanish () {
    const chosen = 'sector=health&place=de&sort=-connections'
    await page.goto(`${base}/explore?${chosen}`)
    const names = (await rows()).map(row => row.name)
    await page.getByRole('link', { name: 'Español' }).click()
    await page.waitForURL(url => url.searchParams.get('uilang') === 'es')
    const kept = parameters()
    kept.delete('uilang')
    assert.equal(kept.toString(), new URLSearchParams(chosen).toString())
    assert.equal(await page.locator('html').getAttribute('lang'), 'es')
    assert.match(await page.locator('.results .tags').innerText(), /Sector: Sanidad.*Lugar: Alemania/s)
    assert.deepEqual((await rows()).map(row => row.name), names)
    assert.ok((await rows()).some(row => row.kind === 'Entidad' && row.levels === 'Estatal'))
    const href = await page.getByRole('link', { name: 'CSV', exact: true }).getAttribute('href')
    const csv = records((await rdf(href, '*/*')).text)
    assert.ok(csv.some(row => row.levelName === 'Estatal'), 'files are in the language of the page')
    await check.accessible('explore (es)')
    await check.reflows('explore (es)')

    // It is remembered, and the other link leads back to the same choice.
    await check.visit('/id/service/explore-desk')
    assert.equal(await page.locator('h1').innerText(), 'Mostrador de exploradores')
    assert.match(await page.locator('.lead').innerText(), /es un servicio, en .*Sectores: Sanidad.*Vivienda/s)
    await check.accessible('a service (es)')
    await check.reflows('a service (es)')
    await page.goto(`${base}/explore?${chosen}`)
    await page.getByRole('link', { name: 'English' }).click()
    await page.waitForURL(url => url.searchParams.get('uilang') === 'en')
    assert.equal(parameters().get('sort'), '-connections')
    assert.equal(await total(), names.length)
  }

  /** No scripts: all of the list, and even the query, by plain forms and links. */
  async function withoutScripts () {
    const plain = await context.newPage()
    const session = await context.newCDPSession(plain)
    await session.send('Emulation.setScriptExecutionDisabled', { value: true })
    await plain.goto(`${base}/sparql`)
    assert.equal(await plain.locator('.CodeMirror').count(), 0, 'scripts are off')
    assert.ok(await plain.locator('textarea#query').isVisible())

    await plain.goto(`${base}/`)
    assert.equal(await plain.locator('ul.six > li').count(), 6)
    await plain.getByRole('link', { name: 'Browse everything' }).click()
    await plain.waitForURL('**/explore')
    assert.equal(await plain.locator('form.explore').getAttribute('method'), 'get')
    const option = plain.locator('input[name=sector][value$="/health"]')
    const count = await plain.locator('.option', { has: option }).locator('.note').innerText()
    await option.check()
    await plain.locator('.facets').getByRole('button', { name: 'Show' }).click()
    await plain.waitForURL(url => url.searchParams.has('sector'))
    assert.ok((await plain.locator('#found').innerText()).startsWith(count))
    // A facet that is closed opens without a script, too.
    await plain.locator('.facets summary', { hasText: 'Place' }).click()
    await plain.locator('input[name=place][value$="/de"]').check()
    await plain.getByLabel('Order').selectOption('-connections')
    await plain.getByRole('button', { name: 'Sort' }).click()
    await plain.waitForURL(url => ['sector', 'place', 'sort'].every(name => url.searchParams.get(name)))
    const name = await plain.locator('table.list tbody th a').first().innerText()
    await plain.getByRole('link', { name: 'Show as SPARQL' }).click()
    await plain.waitForURL(url => url.pathname === '/sparql')
    await plain.getByRole('button', { name: 'Run', exact: true }).click()
    await plain.locator('table tbody tr').first().waitFor()
    assert.ok((await plain.locator('#content').innerText()).includes(name))
    await plain.goto(`${base}/id/innovation/irre-menschlich`)
    assert.ok(await plain.locator('svg.ego').isVisible())
    await plain.getByText('As a list').click()
    assert.ok(await plain.locator('ol.dated').isVisible())
    await plain.close()
  }
}
