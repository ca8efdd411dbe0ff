// What the first page weighs on the wire, and when it can be used.

import assert from 'node:assert/strict'

export default async function ({ page, context, check }) {
  await check.visit('/')
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
  let bytes = 0
  session.on('Network.loadingFinished', event => { bytes += event.encodedDataLength })
  await check.visit('/')
  const times = await page.evaluate(() => {
    const [navigation] = performance.getEntriesByType('navigation')
    const paint = performance.getEntriesByName('first-contentful-paint')[0]
    return { interactive: navigation.domInteractive, paint: paint?.startTime, done: navigation.loadEventEnd }
  })
  console.log(`first page: ${(bytes / 1024).toFixed(1)} KiB on the wire, ${JSON.stringify(times)}`)
  assert.ok(bytes < 150 * 1024, `${bytes} bytes`)
}
