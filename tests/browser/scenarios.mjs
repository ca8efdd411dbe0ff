// What if: a scenario made step by step, shared, saved; and beside a drawing.

import assert from 'node:assert/strict'

export default async function ({ page, base, token, check }) {
  await check.visit('/scenarios?uilang=en')
  await page.getByLabel('Actor', { exact: true }).first().fill('Der Paritätische Wohlfahrtsverband')
  await page.getByRole('button', { name: 'See what changes' }).first().click()
  await page.waitForURL('**/scenarios/evaluate?**')
  await page.getByText('Without Der Paritätische Wohlfahrtsverband').first().waitFor()
  await page.getByText(/Ties between actors: falls from/).waitFor()
  await check.accessible('a scenario')
  await check.reflows('a scenario')

  // One change more; then it is left out again.
  await page.locator('summary', { hasText: 'Add an actor' }).click()
  await page.locator('#addActor-label').fill('New centre <b>')
  await page.locator('#addActor-sector').selectOption({ label: 'Health' })
  await page.locator('form', { has: page.locator('#addActor-label') }).getByRole('button').click()
  await page.getByText('With a new actor, New centre <b> (Sector: Health)').waitFor()
  await check.screenshot('scenario', { fullPage: true })
  await page.locator('.leave-out').nth(1).click()
  await page.waitForLoadState('networkidle')
  assert.equal(await page.locator('ol.changes > li').count(), 1)

  // A name that fits several leads to a choice.
  await check.visit('/scenarios/add?op=removeActor&actor=health')
  await check.accessible('the choice')
  await page.getByRole('link', { name: 'Department of Health' }).click()
  await page.getByText('Without Department of Health').first().waitFor()

  // Whoever has a token saves it; others find it in the list.
  if (token) {
    await page.locator('#keep > summary').click()
    await page.locator('#save-title').fill('Without the department')
    await page.locator('#save-token').fill(token)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.waitForURL(/\/scenarios\/[0-9a-f]{12,}$/)
    await page.getByRole('heading', { name: 'Without the department' }).waitFor()
    await check.accessible('a saved scenario')
    await check.visit('/scenarios?uilang=es')
    await page.getByRole('link', { name: 'Without the department' }).first().waitFor()
    await check.accessible('the list')
    await check.visit('/scenarios?uilang=en')
  }

  // Beside a drawing: a node is taken away, two are tied, and what changes is told there.
  const actor = name => `https://w3id.org/weft/id/actor/${name}`
  const selected = encodeURIComponent(actor('paritaetischer'))
  await check.visit(`/networks/collaboration?selected=${selected}`)
  const panel = page.locator('#selected')
  const section = page.locator('#whatif')
  await panel.getByRole('button', { name: 'Remove in a scenario' }).click()
  await section.getByText('Without Der Paritätische Wohlfahrtsverband').first().waitFor()
  await section.getByRole('button', { name: 'See what changes' }).click()
  await section.getByText(/^Done: /).waitFor()
  assert.ok(await section.locator('tbody tr').count() > 3)
  await section.getByRole('button', { name: /^Leave out: / }).click()
  assert.equal(await section.locator('ol li').count(), 0)
  await panel.getByRole('button', { name: 'Tie with another …' }).click()
  await page.locator('#find-node').fill('European Commission')
  await page.getByRole('option', { name: /European Commission/ }).first().click()
  await panel.getByRole('button', { name: 'Tie with Der Paritätische Wohlfahrtsverband' }).click()
  await section.getByRole('button', { name: 'See what changes' }).click()
  await section.getByText(/^Done: /).waitFor()
  await check.reflows('a scenario beside a drawing')
  await section.getByRole('link', { name: 'All figures on a page' }).click()
  await page.getByText('A tie from Der Paritätische Wohlfahrtsverband to European Commission').waitFor()
  // Nothing was written.
  const summary = await (await page.request.get(`${base}/api/v1/summary`)).json()
  assert.equal(summary.actors, 161)
}
