"""SPARQLWrapper as a client: every result format, GET and POST, updates with a token."""

import os
import sys

from SPARQLWrapper import (
    CSV, GET, JSON, JSONLD, N3, POST, POSTDIRECTLY, RDFXML, TSV, TURTLE, URLENCODED, XML, SPARQLWrapper,
)
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed, Unauthorized

ENDPOINT = sys.argv[1] + "/sparql"
WEFT = "https://w3id.org/weft/ns#"
ACTORS = f"SELECT ?actor WHERE {{ ?actor a <{WEFT}Actor> }} ORDER BY ?actor LIMIT 5"


def ask(query, result_format, method=GET):
    client = SPARQLWrapper(ENDPOINT)
    client.setQuery(query)
    client.setReturnFormat(result_format)
    client.setMethod(method)
    return client.queryAndConvert()


def update(text, request_method=URLENCODED, token=None):
    client = SPARQLWrapper(ENDPOINT)
    client.setMethod(POST)
    client.setRequestMethod(request_method)
    if token:
        client.addCustomHttpHeader("Authorization", "Bearer " + token)
    client.setQuery(text)
    client.query()


for method in (GET, POST):
    rows = ask(ACTORS, JSON, method)["results"]["bindings"]
    assert len(rows) == 5, rows
    first = rows[0]["actor"]["value"]
    document = ask(ACTORS, XML, method)
    assert len(document.getElementsByTagName("result")) == 5
    lines = ask(ACTORS, CSV, method).decode().split()
    assert lines[0] == "actor" and lines[1] == first and len(lines) == 6, lines
    lines = ask(ACTORS, TSV, method).decode().split()
    assert lines[0] == "?actor" and lines[1] == f"<{first}>" and len(lines) == 6, lines
    assert ask(f"ASK {{ ?s a <{WEFT}Actor> }}", JSON, method)["boolean"] is True

construct = f"CONSTRUCT {{ ?s a <{WEFT}Actor> }} WHERE {{ ?s a <{WEFT}Actor> }} LIMIT 7"
for result_format in (RDFXML, JSONLD):
    assert len(ask(construct, result_format)) == 7, result_format
for result_format in (TURTLE, N3):
    assert WEFT.encode() in ask(construct, result_format), result_format
assert len(ask(f"DESCRIBE <{first}>", RDFXML)) > 0

try:
    ask("SELECT nothing", JSON)
    raise AssertionError("a broken query was accepted")
except QueryBadFormed:
    pass

try:
    update("INSERT DATA { <urn:a> <urn:p> 1 }")
    raise AssertionError("a write without a token was accepted")
except Unauthorized:
    pass

for number, request_method in enumerate((URLENCODED, POSTDIRECTLY)):
    update(f"INSERT DATA {{ <urn:client> <urn:p> {number} }}", request_method, os.environ["WEFT_TOKEN"])
    assert ask(f"ASK {{ <urn:client> <urn:p> {number} }}", JSON)["boolean"] is True
