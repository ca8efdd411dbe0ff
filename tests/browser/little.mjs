// An empty store, one actor, actors without ties: pages say what is missing and how to add it.

import assert from 'node:assert/strict'

const PAGES = [
  '/', '/explore', '/networks', '/networks/collaboration', '/networks/sectors', '/integration',
  '/queries', '/sparql', '/ontology', '/partners', '/catalogue', '/help', '/scenarios', '/docs'
]
const GRAPH = 'https://w3id.org/weft/graph/partner/little'
const WEFT = 'https://w3id.org/weft/'

export default async function ({ page, base, token, check }) {
  const put = async turtle => {
    const response = await fetch(`${base}/store?graph=${encodeURIComponent(GRAPH)}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'text/turtle' },
      body: `PREFIX weft: <${WEFT}ns#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n${turtle}`
    })
    assert.ok(response.ok, await response.text())
  }
  const look = async state => {
    for (const path of PAGES) {
      const response = await check.visit(path)
      assert.equal(response.status(), 200, `${state}: ${path}`)
      const text = await page.locator('#content').innerText()
      assert.ok(!/NaN|undefined|Infinity|\bnull\b/.test(text), `${state}: ${path}: ${text.match(/.{0,60}(NaN|undefined|Infinity|null).{0,60}/)?.[0]}`)
      assert.ok(text.trim().length > 80, `${state}: ${path} says next to nothing: ${text}`)
      await check.accessible(`${path} (${state})`)
    }
  }
  await look('empty')
  await check.visit('/')
  assert.match(await page.locator('#content').innerText(), /weft (load|import)/)

  await put(`<${WEFT}id/actor/alone> a weft:Actor ; rdfs:label "Alone" .`)
  await look('one actor')
  const entity = await check.visit('/id/actor/alone')
  assert.equal(entity.status(), 200)
  assert.match(await page.locator('h1').innerText(), /Alone/)

  await put(['a', 'b', 'c'].map(name =>
    `<${WEFT}id/actor/${name}> a weft:Actor ; rdfs:label "Actor ${name}" .`).join('\n'))
  await look('no ties')
}
