// A picture of each main page for the README: `WEFT_SCREENSHOTS=docs/screenshots`, then
// `cargo test --release --test it -- browser::the_main_pages_can_be_shown`.

import assert from 'node:assert/strict'

const SHOWN = {
  overview: ['/'],
  explore: ['/explore?type=actor&sector=health'],
  entity: ['/id/innovation/irre-menschlich'],
  network: ['/networks/collaboration', 'canvas'],
  integration: ['/integration'],
  queries: ['/queries'],
  sparql: ['/sparql'],
  ontology: ['/ontology'],
  partners: ['/partners'],
  api: ['/docs', '.swagger-ui .info'],
  help: ['/help'],
  scenarios: ['/scenarios']
}

export default async function ({ page, check }) {
  await page.setViewportSize({ width: 1280, height: 800 })
  for (const [name, [path, ready]] of Object.entries(SHOWN)) {
    const response = await check.visit(path)
    assert.equal(response.status(), 200, path)
    if (ready) await page.locator(ready).first().waitFor()
    await check.screenshot(name)
  }
}
