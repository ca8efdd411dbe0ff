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
    await page.getByRole('link', { name: 'Without the department' }).waitFor()
    await check.accessible('the list')
    await check.visit('/scenarios?uilang=en')
  }

  // The module that drawings use.
  await check.visit('/scenarios?uilang=en')
  await page.evaluate(async () => {
    const { WhatIf } = await import('/static/js/whatif.js')
    const section = document.createElement('section')
    section.id = 'whatif'
    section.dataset.network = 'collaboration'
    document.querySelector('main').append(section)
    const nodes = ['paritaetischer', 'european-commission'].map(name => ({
      iri: `https://w3id.org/weft/id/actor/${name}`, label: name
    }))
    const whatIf = new WhatIf(section)
    for (const node of nodes) section.append(...whatIf.buttons(node))
  })
  const section = page.locator('#whatif')
  await section.getByRole('button', { name: 'Remove in a scenario' }).first().click()
  await section.getByText('Without paritaetischer').first().waitFor()
  await section.getByRole('button', { name: 'See what changes' }).click()
  await section.getByText(/^Done: /).waitFor()
  assert.ok(await section.locator('tbody tr').count() > 3)
  await check.accessible('beside a drawing')
  await section.getByRole('link', { name: 'All figures on a page' }).click()
  await page.getByText('Without Der Paritätische Wohlfahrtsverband').first().waitFor()
  // Nothing was written.
  const summary = await (await page.request.get(`${base}/api/v1/summary`)).json()
  assert.equal(summary.actors, 161)
}
