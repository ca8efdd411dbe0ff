// What all pages have in common: landmarks, languages, no faults of accessibility, no page wider
// than a small screen, titles that differ.

import assert from 'node:assert/strict'

const PAGES = [
  '/', '/explore', '/networks', '/networks/collaboration', '/integration', '/queries', '/sparql',
  '/ontology', '/code', '/partners', '/catalogue', '/docs', '/help', '/scenarios',
  '/id/innovation/nueva'
]

export default async function ({ page, check }) {
  const titles = new Map()
  for (const path of PAGES) {
    for (const language of ['en', 'es']) {
      const response = await check.visit(`${path}?uilang=${language}`)
      assert.equal(response.status(), 200, path)
      assert.equal(await page.locator('html').getAttribute('lang'), language, path)
      assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1, `${path}: one h1`)
      for (const landmark of ['header', 'main', 'footer']) {
        assert.ok(await page.locator(landmark).first().isVisible(), `${path}: ${landmark}`)
      }
      const title = await page.title()
      assert.ok(!titles.has(title) || titles.get(title) === path, `${path} and ${titles.get(title)} are both called ${title}`)
      titles.set(title, path)
      await check.accessible(`${path} (${language})`)
      await check.reflows(`${path} (${language})`)
    }
  }

  // The language is remembered, and the first stop of the keyboard leads past the navigation.
  await check.visit('/help')
  assert.equal(await page.locator('html').getAttribute('lang'), 'es')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  assert.equal(await page.evaluate(() => document.activeElement.id), 'content')

  // Operations that are opened and tried, and the place for a token, are as legible as the list.
  await check.visit('/docs?uilang=en')
  await page.locator('.opblock-tag', { hasText: 'Data sets' }).first().click()
  for (const method of ['get', 'put', 'delete']) {
    const operation = page.locator(`.opblock-${method}`).first()
    await operation.locator('.opblock-summary-control').click()
    if (method !== 'delete') await operation.locator('.try-out__btn').click()
  }
  const tried = page.locator('.opblock-get').first()
  await tried.locator('.execute').click()
  await tried.locator('.live-responses-table').waitFor()
  await check.accessible('/docs, tried')
  await page.locator('.btn.authorize').first().click()
  await page.locator('.dialog-ux').waitFor()
  await check.accessible('/docs, authorize')
}
