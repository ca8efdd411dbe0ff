// Fifty thousand actors: every page answers, shows a bounded part, and says so.

import assert from 'node:assert/strict'

const GRAPH = 'https://w3id.org/weft/graph/partner/large'
const WEFT = 'https://w3id.org/weft/'
const ACTORS = 50_000

function data () {
  const lines = []
  const iri = (kind, n) => `<${WEFT}id/${kind}/l${n}>`
  const type = '<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>'
  const label = '<http://www.w3.org/2000/01/rdf-schema#label>'
  const sectors = ['health', 'education', 'employment', 'housing', 'social-services']
  const levels = ['local', 'regional', 'national']
  for (let n = 0; n < ACTORS; n++) {
    const actor = iri('actor', n)
    lines.push(`${actor} ${type} <${WEFT}ns#Actor> .`,
      `${actor} ${label} "Association number ${n} of place ${n % 97}"@en .`,
      `${actor} <${WEFT}ns#sector> <${WEFT}code/branch/${sectors[n % 5]}> .`,
      `${actor} <${WEFT}ns#level> <${WEFT}code/governance-level/${levels[n % 3]}> .`)
    const part = iri('participation', n)
    lines.push(`${part} ${type} <${WEFT}ns#Participation> .`,
      `${part} <${WEFT}ns#actor> ${actor} .`,
      `${part} <${WEFT}ns#in> ${iri('service', n >> 2)} .`,
      `${part} <${WEFT}ns#role> <${WEFT}code/link-role/provider> .`)
    if (n % 4 === 0) {
      const service = iri('service', n >> 2)
      lines.push(`${service} ${type} <${WEFT}ns#Service> .`,
        `${service} ${label} "Service ${n >> 2}"@en .`)
      // A ring of services, so that the whole hangs together.
      const bridge = iri('participation', `b${n}`)
      lines.push(`${bridge} ${type} <${WEFT}ns#Participation> .`,
        `${bridge} <${WEFT}ns#actor> ${iri('actor', (n + 4) % ACTORS)} .`,
        `${bridge} <${WEFT}ns#in> ${service} .`,
        `${bridge} <${WEFT}ns#role> <${WEFT}code/link-role/partner> .`)
    }
  }
  return lines.join('\n') + '\n'
}

export default async function ({ page, base, token, check }) {
  const stored = await fetch(`${base}/store?graph=${encodeURIComponent(GRAPH)}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/n-triples' },
    body: data()
  })
  assert.ok(stored.ok, await stored.text())

  // Where figures take longer, a page says so, and asks again by itself.
  const open = async path => {
    let response = await check.visit(path, { timeout: 90_000 })
    if (response.status() === 202) {
      assert.ok(await page.locator('[data-again]').isVisible(), path)
      await page.locator('[data-again]').waitFor({ state: 'detached', timeout: 120_000 })
      response = await check.visit(path, { timeout: 90_000 })
    }
    assert.equal(response.status(), 200, path)
    return response
  }
  for (const path of ['/', '/explore', '/explore?q=association', '/explore?type=service&sector=health',
    '/networks', '/id/actor/l123', '/integration', '/queries', '/ontology', '/partners', '/catalogue',
    '/networks/sectors']) {
    const begin = Date.now()
    const response = await open(path)
    const size = (await response.body()).length
    assert.ok(size < 2_000_000, `${path}: ${size} bytes of HTML`)
    console.log(`${path}: ${Date.now() - begin} ms, ${size >> 10} KiB`)
    await check.reflows(path)
  }

  // The drawing of the whole: bounded, said so, and it can be looked at.
  await open('/networks/collaboration')
  assert.match(await page.locator('#content').innerText(), /50,\d{3}/)
}
