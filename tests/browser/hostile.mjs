// Labels that try to do harm, or to break the layout, on every page that shows them.

import assert from 'node:assert/strict'

const GRAPH = 'https://w3id.org/weft/graph/partner/hostile'
const LABELS = {
  script: '<script>document.title="owned"</script><img src=x onerror=\'document.title="owned"\'>',
  attribute: '" autofocus onfocus="document.title=\'owned\'" x="',
  closing: '</textarea></title></script><svg onload=document.title="owned">]]>-->',
  template: '{{7*7}} ${7*7} {% raw %} \\u003cscript\\u003e',
  control: 'bell\u0007 escape\u001b[31m null-like\u0001 tab\t newline\n end',
  rightToLeft: '\u202eshturt eht \u2067שלום\u2066 مرحبا',
  combining: 'Z' + '\u0300\u0301\u0302\u0303\u0304'.repeat(60) + 'algo',
  long: 'Very'.repeat(2_500),
  formula: '=HYPERLINK("http://evil.example/","click")',
  empty: ' '
}

const turtle = text => JSON.stringify(text).replace(/\u2028|\u2029/g, '')
const WEFT = 'https://w3id.org/weft/'

export default async function ({ page, base, token, check }) {
  const names = Object.keys(LABELS)
  const lines = names.flatMap((name, n) => {
    const actor = `<${WEFT}id/actor/hostile-${name}>`
    return [
      `${actor} a weft:Actor ; rdfs:label ${turtle(LABELS[name])} ; weft:sector branch:${n % 2 ? 'health' : 'education'} ; weft:level level:local .`,
      `<${WEFT}id/participation/hostile-${name}> a weft:Participation ; weft:actor ${actor} ; weft:in <${WEFT}id/service/hostile> ; weft:role role:provider .`
    ]
  })
  const data = `PREFIX weft: <${WEFT}ns#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX branch: <${WEFT}code/branch/> PREFIX level: <${WEFT}code/governance-level/> PREFIX role: <${WEFT}code/link-role/>
<${WEFT}id/service/hostile> a weft:Service ; rdfs:label ${turtle(LABELS.script)} ; weft:sector branch:health, branch:education .
${lines.join('\n')}
<${GRAPH}/about> rdfs:comment ${turtle(LABELS.closing)} .
`
  const stored = await fetch(`${base}/store?graph=${encodeURIComponent(GRAPH)}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/turtle' },
    body: data
  })
  assert.ok(stored.ok, await stored.text())

  const query = encodeURIComponent('SELECT ?a ?label { ?a a weft:Actor ; rdfs:label ?label FILTER(CONTAINS(STR(?a), "hostile")) }')
  const paths = [
    ...names.map(name => `/id/actor/hostile-${name}`),
    '/id/service/hostile', '/', '/explore?q=hostile', '/explore?type=actor', '/networks/collaboration',
    '/integration', '/catalogue', '/graph/partner/hostile', '/partners/links', '/scenarios',
    `/sparql?query=${query}`, `/explore?q=${encodeURIComponent(LABELS.attribute)}`,
    `/api/v1/cite?of=${encodeURIComponent('/explore?q=' + encodeURIComponent(LABELS.script))}`
  ]
  check.tolerate(/404/)
  for (const path of paths) {
    const response = await check.visit(path)
    assert.ok(response.status() < 500, `${path}: ${response.status()}`)
    assert.notEqual(await page.title(), 'owned', path)
    assert.equal(await page.locator('main img[src="x"], main svg[onload], [onfocus], [onerror]').count(), 0, path)
    await check.reflows(path)
  }

  // What was searched for stands in the field as it was typed.
  await check.visit(`/explore?q=${encodeURIComponent(LABELS.attribute)}`)
  assert.equal(await page.locator('main input[name=q]').inputValue(), LABELS.attribute)

  // A refusal names the cause and what to do, in the page.
  check.tolerate(/400/)
  await check.visit('/explore?nonsense=%3Cscript%3Edocument.title%3D%22owned%22%3C%2Fscript%3E')
  assert.notEqual(await page.title(), 'owned')
  assert.ok(await page.getByRole('alert').isVisible())
}
