// Two SPARQL clients from npm: every form of query, updates with a token, problem details.
//
// Usage: node client.mjs URL FOLDER, where FOLDER has node_modules; WEFT_TOKEN may write.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [, , base, folder] = process.argv
const endpoint = base + '/sparql'
const authorization = 'Bearer ' + process.env.WEFT_TOKEN
const weft = 'https://w3id.org/weft/ns#'
const actors = `SELECT ?actor WHERE { ?actor a <${weft}Actor> } ORDER BY ?actor LIMIT 5`
const construct = `CONSTRUCT { ?s a <${weft}Actor> } WHERE { ?s a <${weft}Actor> } LIMIT 7`

const require = createRequire(join(folder, 'package.json'))
const load = name => import(pathToFileURL(require.resolve(name)))

async function collect (stream) {
  const items = []
  for await (const item of stream) {
    items.push(item)
  }
  return items
}

// sparql-http-client: parsed results, by each way the protocol has to send a query.
const { default: StreamClient, ParsingClient } = {
  ...await load('sparql-http-client'),
  ParsingClient: (await load('sparql-http-client/ParsingClient.js')).default
}
const parsing = new ParsingClient({ endpointUrl: endpoint })
for (const operation of ['get', 'postDirect', 'postUrlencoded']) {
  const rows = await parsing.query.select(actors, { operation })
  assert.equal(rows.length, 5, operation)
  assert.equal(rows[0].actor.termType, 'NamedNode')
  assert.equal(await parsing.query.ask(`ASK { ?s a <${weft}Actor> }`, { operation }), true)
  const triples = await parsing.query.construct(construct, { operation })
  assert.equal(triples.size, 7, operation)
}
const streaming = new StreamClient({ endpointUrl: endpoint })
assert.equal((await collect(streaming.query.select(actors))).length, 5)

// A mistake has its status, and says where it is.
await assert.rejects(parsing.query.select('SELECT nothing'), error => {
  assert.equal(error.status, 400)
  const problem = JSON.parse(error.message.slice(error.message.indexOf('{')))
  assert.equal(problem.status, 400)
  assert.ok(problem.title && problem.detail && problem.line === 1 && problem.column > 1)
  return true
})

// Writes need the token.
const insert = number => `INSERT DATA { <urn:js> <urn:p> ${number} }`
const there = number => parsing.query.ask(`ASK { <urn:js> <urn:p> ${number} }`)
await assert.rejects(
  new ParsingClient({ updateUrl: endpoint }).query.update(insert(0)),
  error => error.status === 401
)
const writing = new ParsingClient({ updateUrl: endpoint, headers: { authorization } })
await writing.query.update(insert(0))
assert.equal(await there(0), true)
// This client labels every direct POST as a query, unless it is told better; the answer says so.
await assert.rejects(
  writing.query.update(insert(1), { operation: 'postDirect' }),
  error => error.status === 400 && error.message.includes('application/sparql-update')
)
const headers = { 'content-type': 'application/sparql-update' }
await writing.query.update(insert(1), { operation: 'postDirect', headers })
assert.equal(await there(1), true)

// The graph store, through the same client.
const store = new StreamClient({ storeUrl: base + '/store', headers: { authorization } })
const { factory } = store
const graph = factory.namedNode('urn:js:graph')
const quad = factory.quad(
  factory.namedNode('urn:a'), factory.namedNode('urn:p'), factory.literal('ä "x"\n', 'de'), graph
)
const { Readable } = await import('node:stream')
await store.store.put(Readable.from([quad]), { graph })
const read = await collect(store.store.get(graph))
assert.equal(read.length, 1)
assert.ok(read[0].object.equals(quad.object))

// fetch-sparql-endpoint: it asks for versions and streams what it gets.
const { SparqlEndpointFetcher } = await load('fetch-sparql-endpoint')
for (const options of [{ method: 'GET' }, { method: 'POST' }, { method: 'POST', directPost: true }]) {
  const fetcher = new SparqlEndpointFetcher(options)
  const rows = await collect(await fetcher.fetchBindings(endpoint, actors))
  assert.equal(rows.length, 5, JSON.stringify(options))
  assert.equal(await fetcher.fetchAsk(endpoint, `ASK { ?s a <${weft}Actor> }`), true)
  assert.equal((await collect(await fetcher.fetchTriples(endpoint, construct))).length, 7)
  await assert.rejects(fetcher.fetchBindings(endpoint, 'SELECT * {'), /400|syntax|expected/i)
}
const updating = new SparqlEndpointFetcher({ defaultHeaders: new Headers({ authorization }) })
await updating.fetchUpdate(endpoint, insert(7))
assert.equal(await there(7), true)

// HTTP QUERY, and a triple term under its version, with what Node itself brings.
const asked = await fetch(endpoint, {
  method: 'QUERY',
  headers: { 'content-type': 'application/sparql-query', accept: 'application/sparql-results+json;version=1.2' },
  body: 'SELECT (<<( <urn:a> <urn:p> 1 )>> AS ?t) {}'
})
assert.equal(asked.status, 200)
assert.match(asked.headers.get('content-type'), /version=1\.2$/)
assert.equal((await asked.json()).results.bindings[0].t.type, 'triple')
console.log('done')
