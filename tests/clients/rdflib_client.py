"""rdflib's SPARQLStore and SPARQLUpdateStore as clients."""

import os
import sys
import urllib.request

from rdflib import RDF, BNode, Dataset, Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore

ENDPOINT = sys.argv[1] + "/sparql"
STORE = sys.argv[1] + "/store"
WEFT = "https://w3id.org/weft/ns#"
ACTOR = URIRef(WEFT + "Actor")
BEARER = {"Authorization": "Bearer " + os.environ["WEFT_TOKEN"]}

# Reading: patterns, counts, queries with each method.
for method in ("GET", "POST", "POST_FORM"):
    remote = Graph(SPARQLStore(ENDPOINT, method=method, returnFormat="json"))
    actors = set(remote.subjects(RDF.type, ACTOR))
    assert len(actors) > 10, len(actors)
    some = next(iter(actors))
    assert (some, RDF.type, ACTOR) in remote
    rows = list(remote.query("SELECT ?p (COUNT(*) AS ?n) WHERE { ?s ?p ?o } GROUP BY ?p ORDER BY DESC(?n)"))
    assert rows and int(rows[0].n) > 0
    assert bool(remote.query(f"ASK {{ ?s a <{ACTOR}> }}"))
assert len(remote) > 1000

# Reading in the formats that SPARQLStore asks for on its own: XML and RDF/XML.
remote = Graph(SPARQLStore(ENDPOINT))
assert len(list(remote.triples((None, RDF.type, ACTOR)))) == len(actors)
assert (some, RDF.type, ACTOR) in remote.query(f"DESCRIBE <{some}>").graph
assert len(remote.query(f"CONSTRUCT {{ ?s a <{ACTOR}> }} WHERE {{ ?s a <{ACTOR}> }}").graph) == len(actors)

# Linked data: compact JSON-LD, read with the context that the service has, says what the Turtle says.
# The actor's own address is at w3id.org; the service under test has the same path.
for path in ("/id/" + str(some).split("/id/")[1], "/code/branch", "/graph/innoserv", "/catalogue"):
    turtle = Graph().parse(sys.argv[1] + path + ".ttl", format="turtle")
    compact = Graph().parse(sys.argv[1] + path + ".jsonld", format="json-ld")
    assert len(turtle) > 3 and compact.isomorphic(turtle), path

# A dump of one version is its triples, and the second half of a file fits the first.
with urllib.request.urlopen(sys.argv[1] + "/dumps/innoserv.nt") as response:
    whole, pinned = response.read(), sys.argv[1] + response.headers["Content-Location"]
parts = b""
for part in (f"bytes=0-{len(whole) // 2}", f"bytes={len(whole) // 2 + 1}-"):
    with urllib.request.urlopen(urllib.request.Request(pinned, headers={"Range": part})) as response:
        assert response.status == 206, response.status
        parts += response.read()
assert parts == whole and len(Graph().parse(data=whole, format="nt")) == len(whole.splitlines())

# Writing: add, remove, update, named graphs.
store = SPARQLUpdateStore(ENDPOINT, ENDPOINT, headers=BEARER, autocommit=True)
name = URIRef("https://example.org/graph/rdflib")
graph = Graph(store, identifier=name)
subject, predicate = URIRef("https://example.org/s"), URIRef("https://example.org/p")
values = [Literal("plain"), Literal("grüße", lang="de"), Literal(3), Literal("quote \" and \\ and\nline"), subject]
for value in values:
    graph.add((subject, predicate, value))
assert set(graph.objects(subject, predicate)) == set(values), set(graph.objects(subject, predicate))
assert len(graph) == len(values)
graph.remove((subject, predicate, Literal(3)))
assert Literal(3) not in set(graph.objects(subject, predicate))
graph.update("INSERT DATA { <https://example.org/s> <https://example.org/q> 'from an update' }")
assert (subject, URIRef("https://example.org/q"), Literal("from an update")) in graph

# Many triples at once.
store.autocommit = False
for number in range(500):
    graph.add((URIRef(f"https://example.org/n{number}"), predicate, Literal(number)))
store.commit()
assert len(graph) == len(values) - 1 + 1 + 500, len(graph)

# Data sets: the graphs are listed.
names = {context.identifier for context in Dataset(store).graphs()}
assert name in names, names

# The Graph Store Protocol, and a graph that goes there and back.
local = Graph()
node = BNode()
local.add((subject, predicate, node))
local.add((node, predicate, Literal("1.50", datatype=URIRef("http://www.w3.org/2001/XMLSchema#decimal"))))
for media_type, serializer in (("text/turtle", "turtle"), ("application/rdf+xml", "xml"),
                               ("application/n-triples", "nt"), ("application/ld+json", "json-ld")):
    body = local.serialize(format=serializer).encode()
    address = STORE + "?graph=https%3A%2F%2Fexample.org%2Fgraph%2Fround"
    request = urllib.request.Request(address, body, {"Content-Type": media_type, **BEARER}, method="PUT")
    with urllib.request.urlopen(request) as response:
        assert response.status in (200, 201, 204), response.status
    request = urllib.request.Request(address, headers={"Accept": media_type})
    with urllib.request.urlopen(request) as response:
        assert response.headers.get_content_type() == media_type, response.headers
        back = Graph().parse(data=response.read(), format=serializer)
    assert back.isomorphic(local), f"{media_type}: {back.serialize()}"

store.update("DROP GRAPH <https://example.org/graph/round> ; DROP GRAPH <https://example.org/graph/rdflib>")
store.commit()
assert len(graph) == 0
