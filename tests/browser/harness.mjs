// Drives headless Chromium through the pages of a running service.
//
// Usage: node harness.mjs SCRIPT BASE FOLDER, where FOLDER has node_modules. Environment:
// WEFT_TEST_CHROMIUM (the browser), WEFT_TOKEN (may write), WEFT_SCREENSHOTS (where pictures go).
//
// A script exports `async ({ page, context, base, token, check })`. Whatever it does, nothing may
// be fetched from elsewhere, no script may fail, and the Content-Security-Policy may have nothing
// to complain of.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const [, , script, base, folder] = process.argv
const require = createRequire(join(folder, 'package.json'))
const { chromium } = require('playwright-core')
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const pictures = process.env.WEFT_SCREENSHOTS
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

const profile = mkdtempSync(join(tmpdir(), 'weft-browser-'))
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.WEFT_TEST_CHROMIUM || '/usr/bin/chromium',
  headless: true,
  locale: 'en-GB',
  timezoneId: 'UTC',
  viewport: { width: 1280, height: 900 },
  reducedMotion: 'reduce',
  acceptDownloads: true,
  args: [
    '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--use-angle=swiftshader',
    '--enable-unsafe-swiftshader', '--font-render-hinting=none'
  ]
})
// How long something may take to come is no matter of these tests: machines are shared.
context.setDefaultTimeout(60_000)
const faults = []
const page = context.pages()[0] ?? await context.newPage()
// A refusal that a script provokes is shown by the browser as an error of the console.
let tolerated = []

await context.exposeBinding('weftViolation', (_, text) => faults.push(`policy: ${text}`))
await context.addInitScript(() => {
  document.addEventListener('securitypolicyviolation', event => {
    window.weftViolation(`${event.violatedDirective} ${event.blockedURI} in ${location.pathname}` +
      ` (${event.sourceFile ?? ''}:${event.lineNumber})`)
  })
})
context.on('request', request => {
  const url = request.url()
  if (!url.startsWith(base) && !/^(data|blob|about):/.test(url)) faults.push(`elsewhere: ${url}`)
})
const listen = page => {
  page.on('pageerror', error => faults.push(`script: ${error.stack ?? error}`))
  page.on('console', message => {
    if (message.type() !== 'error') return
    const text = `${message.text()} ${message.location().url ?? ''}`
    if (!tolerated.some(pattern => pattern.test(text))) faults.push(`console: ${text}`)
  })
}
listen(page)
context.on('page', listen)

/** Pages that follow the colour scheme by script have done so after two frames. */
const painted = () => page.evaluate(() => new Promise(resolve => {
  requestAnimationFrame(() => requestAnimationFrame(resolve))
}))

const check = {
  /** Opens a page of the service and waits until nothing is fetched any more. */
  async visit (path, options = {}) {
    const response = await page.goto(base + path, { waitUntil: 'load', ...options })
    await page.waitForLoadState('networkidle')
    return response
  },

  /** Errors in the console that the script provokes. */
  tolerate (...patterns) {
    tolerated = tolerated.concat(patterns)
  },

  /**
   * No finding of axe-core, in the light and in the dark. The one that is let through is Swagger UI's
   * own: a second `main`, which is made a group so that the page has one main part.
   */
  async accessible (what = page.url()) {
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme })
      await painted()
      await page.evaluate(source => { if (!window.axe) (0, eval)(source) }, axe)
        .catch(() => page.evaluate(axe))
      const result = await page.evaluate(
        tags => window.axe.run(document, { runOnly: { type: 'tag', values: tags } }), TAGS)
      const isOfSwagger = ({ id, nodes }) =>
        id === 'aria-allowed-role' && nodes.every(node => node.target.join() === '#operations')
      const ours = result.violations.filter(violation => !isOfSwagger(violation))
      const found = ours.map(violation => {
        const nodes = violation.nodes.slice(0, 4)
          .map(node => `    ${node.target.join(' ')}: ${node.failureSummary.replace(/\s+/g, ' ')}`)
        return `${violation.impact} ${violation.id}: ${violation.help}\n${nodes.join('\n')}`
      })
      assert.equal(found.length, 0, `${what}, ${colorScheme}:\n${found.join('\n')}`)
    }
    await page.emulateMedia({ colorScheme: 'light' })
    await painted()
  },

  /** Nothing has to be scrolled sideways on a screen of 320 px, which is 1280 px at 400 %. */
  async reflows (what = page.url()) {
    const size = page.viewportSize()
    await page.setViewportSize({ width: 320, height: 800 })
    const wide = await page.evaluate(() => {
      const root = document.documentElement
      if (root.scrollWidth <= root.clientWidth + 1) return []
      return [...document.querySelectorAll('body *')]
        .filter(node => {
          const box = node.getBoundingClientRect()
          if (box.right <= root.clientWidth + 1 || box.width === 0) return false
          for (let up = node.parentElement; up && up !== document.body; up = up.parentElement) {
            if (/(auto|scroll|hidden|clip)/.test(getComputedStyle(up).overflowX)) return false
          }
          return true
        })
        .slice(0, 5)
        .map(node => `${node.tagName}.${node.className} ${node.textContent.trim().slice(0, 40)}`)
    })
    await page.setViewportSize(size)
    assert.deepEqual(wide, [], `${what} is too wide for 320 px`)
  },

  /** A picture for people to look at, where they are wanted. */
  async screenshot (name, options = {}) {
    if (!pictures) return
    mkdirSync(pictures, { recursive: true })
    await page.screenshot({ path: join(pictures, `${name}.png`), ...options })
  }
}

let failure
try {
  const { default: run } = await import(pathToFileURL(resolve(script)))
  await run({ page, context, base, token: process.env.WEFT_TOKEN, check })
  assert.deepEqual([...new Set(faults)], [])
} catch (error) {
  failure = error
  console.error(error)
  if (faults.length > 0) console.error('faults:', [...new Set(faults)])
  console.error(`at ${page.url()}`)
  if (pictures) await page.screenshot({ path: join(pictures, 'failure.png'), fullPage: true }).catch(() => {})
}
await context.close()
rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
process.exitCode = failure ? 1 : 0
