"""Plain HTTP from the standard library: which format comes for which header."""

import csv
import gzip
import io
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree

BASE = sys.argv[1]
QUERY = "/sparql?query=" + urllib.parse.quote("SELECT * { ?s ?p ?o } LIMIT 3")
GRAPH = "/sparql?query=" + urllib.parse.quote("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 3")


def get(path, accept=None, **headers):
    request = urllib.request.Request(BASE + path, headers=headers)
    if accept:
        request.add_header("Accept", accept)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def expect(path, accept, media_type, status=200, **headers):
    found, answer, body = get(path, accept, **headers)
    seen = answer.get_content_type() if answer.get("Content-Type") else None
    assert (found, seen) == (status, media_type), f"{path} {accept}: {found} {seen} {body[:300]}"
    return answer, body


# Results of a SELECT.
RESULTS = ["application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values"]
for media_type in RESULTS:
    headers, body = expect(QUERY, media_type, media_type)
    assert "accept" in headers.get("Vary", "").lower(), headers
    assert int(headers["Weft-Data-Version"]) >= 1
    assert headers["ETag"]
    # The preferred one wins, whatever the order; unknown ones do not matter.
    expect(QUERY, f"image/png, */*;q=0.1, {media_type};q=0.9", media_type)
status, _, body = get(QUERY, "application/json")
assert status == 200 and len(json.loads(body)["results"]["bindings"]) == 3, body
ElementTree.fromstring(expect(QUERY, RESULTS[1], RESULTS[1])[1])
assert len(list(csv.reader(io.StringIO(expect(QUERY, "text/csv", "text/csv")[1].decode())))) == 4

# Graphs.
for media_type in ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"]:
    expect(GRAPH, media_type, media_type)
for media_type in ["application/n-quads", "application/trig"]:
    assert get(GRAPH, media_type)[0] in (200, 406)

# What cannot be given is refused, or given in a format of the server's choice.
status, headers, body = get(QUERY, "image/png")
assert status in (200, 406), status
if status == 406:
    assert headers.get_content_type() == "application/problem+json", headers

# The service description, and its absence for a browser.
expect("/sparql", "text/turtle", "text/turtle")

# Conditional requests.
headers, _ = expect(QUERY, RESULTS[0], RESULTS[0])
status, answer, body = get(QUERY, RESULTS[0], **{"If-None-Match": headers["ETag"]})
assert status == 304 and body == b"", (status, body)
other, _ = expect(QUERY, "text/csv", "text/csv")
assert other["ETag"] != headers["ETag"], "two formats share an ETag"

# HEAD answers as GET, without a body.
request = urllib.request.Request(BASE + QUERY, method="HEAD", headers={"Accept": "text/csv"})
with urllib.request.urlopen(request) as response:
    assert response.status == 200 and response.read() == b""
    assert response.headers.get_content_type() == "text/csv"

# Compression.
status, headers, body = get("/store?graph=" + urllib.parse.quote("https://w3id.org/weft/graph/ontology", safe=""),
                            "text/turtle", **{"Accept-Encoding": "gzip"})
assert status == 200, (status, body[:300])
assert headers.get("Content-Encoding") == "gzip", headers
assert b"weft" in gzip.decompress(body)

# CORS is open for reads.
_, headers, _ = get(QUERY, "text/csv", Origin="https://example.org")
assert headers.get("Access-Control-Allow-Origin") == "*", headers

# Every IRI answers: RDF to a machine, a page to a browser, and by extension.
browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
for path in ["/ns", "/code/sphere"]:
    expect(path, "text/turtle", "text/turtle")
    expect(path, browser, "text/html")
    expect(path, "application/ld+json", "application/ld+json")
    expect(path + ".ttl", browser, "text/turtle")
expect("/", browser, "text/html")
status, headers, body = get(
    "/sparql?query=" + urllib.parse.quote("SELECT ?a { ?a a <https://w3id.org/weft/ns#Actor> } ORDER BY ?a LIMIT 1"), "text/csv")
actor = body.decode().split()[1]
assert actor.startswith("https://w3id.org/weft/id/"), actor
path = actor[len("https://w3id.org/weft"):]
expect(path, "text/turtle", "text/turtle")
expect(path, browser, "text/html")
expect("/id/actor/no-such-actor", "text/turtle", "application/problem+json", 404)
expect("/api/v1/summary", "application/json", "application/json")

# Errors are problems, whatever was asked for.
for path in ["/sparql?query=SELECT", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", "/store?graph=no%20iri",
             "/api/v1/summary?nonsense=1"]:
    status, headers, body = get(path, "text/turtle")
    assert 400 <= status < 500, (path, status)
    assert headers.get_content_type() == "application/problem+json", (path, headers.get_content_type())
    problem = json.loads(body)
    assert {"type", "title", "status", "detail"} <= set(problem), problem
    assert problem["status"] == status, problem
