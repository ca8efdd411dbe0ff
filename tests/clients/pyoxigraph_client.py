"""pyoxigraph's parsers read what the service writes, in every format of results and of RDF."""

import os
import sys
import urllib.parse
import urllib.request

from pyoxigraph import BlankNode, Literal, NamedNode, QueryResultsFormat, RdfFormat, Triple, parse, parse_query_results

BASE = sys.argv[1]
PREFIX = "https://w3id.org/weft/.well-known/genid/"
DATA = """
<urn:s> <urn:plain> "a \\"b\\"\\n\\t\\u00e4\\U0001f600" , "x"@de , 1 , 1.50 , 1e3 , true .
<urn:s> <urn:node> _:b .
_:b <urn:name> "inner" .
"""
NEWER = """
<urn:s> <urn:triple> <<( <urn:a> <urn:b> "c"@en )>> .
<urn:s> <urn:directed> "x"@ar--rtl .
"""


def send(path, accept, method="GET", body=None, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(BASE + path, body, {"Accept": accept, **headers}, method=method)
    with urllib.request.urlopen(request) as response:
        return response.headers, response.read()


def put(graph, turtle):
    send(f"/store?graph={graph}", "*/*", "PUT", turtle.encode(),
         Content_Type="text/turtle", Authorization="Bearer " + os.environ["WEFT_TOKEN"])


def query(text):
    return "/sparql?query=" + urllib.parse.quote(text)


def plain(term):
    """A term without the labels of blank nodes, which may differ."""
    if isinstance(term, BlankNode):
        return "a blank node"
    if isinstance(term, Triple):
        return tuple(plain(part) for part in (term.subject, term.predicate, term.object))
    return str(term)


def triples(quads):
    return sorted(str(tuple(plain(part) for part in (quad.subject, quad.predicate, quad.object))) for quad in quads)


put("urn:plain", DATA)
put("urn:newer", NEWER)
TYPES = {
    RdfFormat.TURTLE: "text/turtle",
    RdfFormat.N_TRIPLES: "application/n-triples",
    RdfFormat.RDF_XML: "application/rdf+xml",
    RdfFormat.N_QUADS: "application/n-quads",
    RdfFormat.TRIG: "application/trig",
    RdfFormat.JSON_LD: "application/ld+json",
    RdfFormat.N3: "text/n3",
}

# RDF: the graph store and CONSTRUCT, in each format; 1.2 where the format can say it.
for graph, turtle in [("urn:plain", DATA), ("urn:newer", NEWER)]:
    expected = triples(parse(turtle.encode(), format=RdfFormat.TURTLE))
    for rdf_format, media_type in TYPES.items():
        if graph == "urn:newer" and rdf_format in (RdfFormat.JSON_LD, RdfFormat.N3):
            continue
        accept = media_type if graph == "urn:plain" else media_type + ";version=1.2"
        for path in [f"/store?graph={graph}", query(f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")]:
            headers, body = send(path, accept)
            assert headers.get_content_type() == media_type, headers
            found = triples(parse(body, format=rdf_format))
            assert found == expected, f"{path} {accept}:\n{found}\n{expected}\n{body.decode()}"
for rdf_format in (RdfFormat.N_QUADS, RdfFormat.TRIG):
    graphs = {quad.graph_name for quad in parse(send("/store", TYPES[rdf_format])[1], format=rdf_format)}
    assert {NamedNode("urn:plain"), NamedNode("urn:newer")} <= graphs, graphs

# Results: SELECT and ASK.
RESULTS = {
    QueryResultsFormat.JSON: "application/sparql-results+json",
    QueryResultsFormat.XML: "application/sparql-results+xml",
    QueryResultsFormat.TSV: "text/tab-separated-values",
}
SELECT = "SELECT ?o ?none { GRAPH ?g { ?s ?p ?o } FILTER(?g IN (<urn:plain>, <urn:newer>)) }"
expected = None
for results_format, media_type in RESULTS.items():
    headers, body = send(query(SELECT), media_type + ";version=1.2")
    assert headers["Content-Type"].endswith(";version=1.2"), headers
    rows = parse_query_results(body, format=results_format)
    found = sorted(str(plain(row["o"])) for row in rows)
    assert len(found) == 10, found
    if results_format == QueryResultsFormat.TSV:
        # Numbers are written short there; the others keep the datatypes as they are.
        assert len(set(found)) == 10
    else:
        expected = expected or found
        assert found == expected, f"{media_type}:\n{found}\n{expected}"
    if results_format != QueryResultsFormat.TSV:
        _, body = send(query("ASK { <urn:s> ?p ?o }"), media_type)
        assert bool(parse_query_results(body, format=results_format)) is True

# A blank node that is answered as an IRI can be asked about again.
_, body = send(query("SELECT ?b { <urn:s> <urn:node> ?b }") + "&skolemize=true", RESULTS[QueryResultsFormat.JSON])
node = next(iter(parse_query_results(body, format=QueryResultsFormat.JSON)))["b"]
assert isinstance(node, NamedNode) and node.value.startswith(PREFIX), node
_, body = send(query(f"SELECT ?name {{ {node} <urn:name> ?name }}"), RESULTS[QueryResultsFormat.JSON])
assert next(iter(parse_query_results(body, format=QueryResultsFormat.JSON)))["name"] == Literal("inner")
