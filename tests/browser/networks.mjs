// A network: found, selected, coloured, filtered, followed from one actor to another, kept as a
// file and as an address, with the keyboard and without WebGL's picture alone.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'

export default async function ({ page, base, check }) {
  const ready = () => page.waitForSelector('html[data-ready=network]', { state: 'attached' })
  const address = () => new URL(page.url()).searchParams
  const said = text => page.locator('#said', { hasText: text }).waitFor({ state: 'attached' })

  await check.visit('/networks')
  await page.getByRole('link', { name: 'Collaboration', exact: true }).click()
  await ready()
  assert.equal(await page.locator('#network').getAttribute('data-state'), 'drawn')
  await check.accessible('a network')
  await check.reflows('a network')

  // Found by a part of the name, with the keyboard.
  await page.locator('#find-node').fill('paritat')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.locator('#selected h3', { hasText: 'Paritätische' }).waitFor()
  await said('Selected')
  await page.locator('.figures-table a[href="/help#betweenness"]').waitFor()
  const entity = await page.locator('#selected a.button').getAttribute('href')
  assert.equal((await fetch(base + entity, { headers: { accept: 'text/html' } })).status, 200)
  await page.locator('#selected').getByRole('button', { name: /^Evidence/ }).first().click()
  await page.locator('.evidence li').first().waitFor()
  await check.accessible('a selected node')

  // Keys of the drawing.
  await page.locator('#drawing').focus()
  await page.keyboard.press('n')
  await page.locator('#selected h3', { hasNotText: 'Paritätische' }).waitFor()
  await page.keyboard.press('Escape')
  await page.locator('#selected').waitFor({ state: 'hidden' })
  await page.keyboard.press('+')

  // A path, in words.
  await page.locator('#path-from').fill('Hamburger Gesellschaft')
  await page.locator('#path-to').fill('gpe Gesellschaft')
  await page.getByRole('button', { name: 'Find the shortest path' }).click()
  await page.locator('#route', { hasText: '2 ties apart' }).waitFor()
  assert.equal(await page.locator('#route ol > li').count(), 2)

  // What was chosen is in the address, and comes back with it.
  await page.selectOption('#colour', 'level')
  await page.selectOption('#size', 'betweenness')
  await page.locator('#legend input').first().uncheck()
  await page.waitForFunction(() => new URLSearchParams(location.search).has('off'))
  const kept = address()
  assert.equal(kept.get('colour'), 'level')
  assert.equal(kept.get('size'), 'betweenness')
  assert.ok(kept.get('from') && kept.get('to') && kept.get('camera'), page.url())
  await page.reload()
  await ready()
  assert.equal(await page.locator('#size').inputValue(), 'betweenness')
  assert.equal(await page.locator('#legend input').first().isChecked(), false)
  assert.equal(address().get('off'), kept.get('off'))

  // Files.
  for (const [button, first] of [['#svg', '<svg '], ['#png', '\u0089PNG']]) {
    const [file] = await Promise.all([page.waitForEvent('download'), page.click(button)])
    const bytes = readFileSync(await file.path())
    assert.equal(bytes.toString('latin1').slice(0, first.length), first)
  }

  // The table says the same.
  await page.locator('#table-find').fill('gesellschaft')
  const rows = page.locator('#table tbody tr')
  await page.waitForFunction(() => document.querySelectorAll('#table tbody tr').length < 25)
  assert.ok(await rows.count() > 0)
  await rows.first().getByRole('button').click()
  await page.locator('#selected h3').waitFor()

  // Filters are a plain form.
  await check.visit('/networks/collaboration')
  await ready()
  await page.getByText('Filters', { exact: true }).click()
  await page.locator('input[name=sector][value=health]').check()
  await page.locator('input[name=sector][value=housing]').check()
  await page.getByRole('button', { name: 'Apply' }).click()
  await ready()
  assert.match(await page.locator('.restricted').innerText(), /Health, Housing/)
  await check.accessible('a filtered network')

  for (const id of ['affiliation', 'actor-sector', 'sectors', 'levels', 'funding']) {
    await check.visit(`/networks/${id}`)
    await ready()
    await check.accessible(id)
  }
}
