// A picture of each main page for the README: `WEFT_SCREENSHOTS=docs/screenshots`, then
// `cargo test --release --test it -- browser::the_main_pages_can_be_shown`.

import assert from 'node:assert/strict'

// The address, what has to be there first, and what is moved to the top.
const SHOWN = {
  overview: ['/'],
  explore: ['/explore?sector=health'],
  entity: ['/id/innovation/irre-menschlich'],
  network: ['/networks/collaboration', 'canvas', '#drawing'],
  integration: ['/integration', null, '#mixing-sector'],
  queries: ['/queries'],
  sparql: ['/sparql', '.CodeMirror'],
  ontology: ['/ontology', null, '#drawing'],
  partners: ['/partners'],
  api: ['/docs', '.swagger-ui .opblock-tag'],
  help: ['/help#betweenness'],
  scenarios: ['/scenarios']
}

export default async function ({ page, check }) {
  await page.setViewportSize({ width: 1280, height: 800 })
  for (const [name, [path, ready, top]] of Object.entries(SHOWN)) {
    const response = await check.visit(path)
    assert.equal(response.status(), 200, path)
    if (ready) await page.locator(ready).first().waitFor()
    if (name === 'sparql') {
      await page.getByRole('button', { name: 'Run', exact: true }).click()
      await page.locator('#results table').first().waitFor()
      await page.locator('#answer').evaluate(node => node.scrollIntoView({ block: 'end' }))
    }
    if (top) await page.locator(top).first().evaluate(node => node.scrollIntoView())
    await page.waitForTimeout(300)
    await check.screenshot(name)
  }
}
