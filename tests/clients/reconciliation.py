"""Reconciliation Service API 0.2: the JSON schemas of the API, its example queries, and the calls of
OpenRefine in their order.

Arguments: the address of a server with the data that ships, and the folder of the API
(`reconciliation/0.2` of the shared test data).
"""

import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

BASE = sys.argv[1]
FOLDER = Path(sys.argv[2])


def load_schemas():
    """The schemas by file name, and what resolves their references."""
    schemas = {path.name: json.loads(path.read_text()) for path in (FOLDER / "schemas").glob("*.json")}
    resources = []
    for name, schema in schemas.items():
        resource = Resource(contents=schema, specification=DRAFT7)
        resources.append((schema["$id"], resource))
        # References such as `type.json` are resolved against ids of several folders.
        for folder in ["specs/0.2/schemas/", "specs/draft/schemas/"]:
            resources.append(("https://reconciliation-api.github.io/" + folder + name, resource))
    return schemas, Registry().with_resources(resources)


SCHEMAS, REGISTRY = load_schemas()


def valid(name, document):
    Draft7Validator(SCHEMAS[name + ".json"], registry=REGISTRY).validate(document)
    return document


def send(url, form=None, headers=None):
    data = urllib.parse.urlencode(form).encode() if form is not None else None
    request = urllib.request.Request(url, data=data, headers=headers or {})
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.headers, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def ok(url, form=None, headers=None):
    status, answer, text = send(url, form, headers)
    assert status == 200, (url, form, status, text)
    return answer, text


def reconcile(queries):
    answer = valid("reconciliation-result-batch", json.loads(ok(ENDPOINT, {"queries": json.dumps(queries)})[1]))
    assert answer.keys() == queries.keys()
    for result in answer.values():
        candidates = result["result"]
        scores = [candidate["score"] for candidate in candidates]
        assert scores == sorted(scores, reverse=True) and all(0 <= score <= 100 for score in scores), scores
        assert sum(candidate["match"] for candidate in candidates) <= 1
    return answer


# The schemas themselves tell right from wrong: otherwise what follows would prove nothing.
checked = 0
for kind in ["manifest", "reconciliation-query-batch", "reconciliation-result-batch", "data-extension-response"]:
    for path in (FOLDER / "examples" / kind / "valid").glob("*.json"):
        valid(kind, json.loads(path.read_text()))
        checked += 1
    for path in (FOLDER / "examples" / kind / "invalid").glob("*.json"):
        try:
            valid(kind, json.loads(path.read_text()))
        except ValidationError:
            checked += 1
print(f"{checked} examples of the API are as they should be")

ENDPOINT = BASE + "/reconcile"

# 1. Somebody adds the service: OpenRefine reads the manifest, its pages from another origin.
origin = {"Origin": "http://127.0.0.1:3333"}
headers, text = ok(ENDPOINT, headers=origin)
assert headers["Access-Control-Allow-Origin"] == "*", headers
manifest = valid("manifest", json.loads(text))
assert "0.2" in manifest["versions"]
headers, script = ok(ENDPOINT + "?callback=jQuery36_17&_=17", headers=origin)
found = re.fullmatch(r"/\*\*/jQuery36_17\((.*)\);", script, re.DOTALL)
assert found and json.loads(found.group(1)) == manifest, script[:200]
for service in manifest["suggest"].values():
    assert service["service_url"] == BASE

# 2. A column is chosen: ten of its cells, without a type, to guess one.
rows = json.loads(
    ok(
        BASE + "/sparql",
        {
            "query": "PREFIX weft: <https://w3id.org/weft/ns#> SELECT ?actor (MIN(?l) AS ?label) (SAMPLE(?c) AS ?country)"
            " { ?actor a weft:Actor ; rdfs:label ?l ; weft:countryCode ?c } GROUP BY ?actor ORDER BY ?actor LIMIT 40"
        },
        {"Accept": "application/sparql-results+json"},
    )[1]
)["results"]["bindings"]
actors = [(row["actor"]["value"], row["label"]["value"], row["country"]["value"]) for row in rows]
assert len(actors) >= 20, actors


def id_of(iri):
    space = manifest["identifierSpace"]
    return iri[len(space):] if iri.startswith(space) else iri


guess = reconcile({f"q{n}": {"query": label, "limit": 3} for n, (_, label, _) in enumerate(actors[:10])})
types = {}
for result in guess.values():
    for candidate in result["result"]:
        for kind in candidate["type"]:
            types[kind["id"]] = types.get(kind["id"], 0) + candidate["score"]
best_type = max(types, key=types.get)
assert best_type == "Actor", types

# 3. The type and the properties are chosen while typing.
for what, prefix, wanted in [("type", "act", "Actor"), ("property", "countr", "country"), ("property", "lugar", "place")]:
    service = manifest["suggest"][what]
    url = service["service_url"] + service["service_path"] + "?" + urllib.parse.urlencode({"prefix": prefix, "lang": "en"})
    plural = {"type": "types", "property": "properties"}[what]
    answer = valid(f"suggest-{plural}-response", json.loads(ok(url)[1]))
    assert wanted in [item["id"] for item in answer["result"]], answer
    flyout = service["flyout_service_url"] + service["flyout_service_path"].replace("${id}", urllib.parse.quote(wanted, safe=""))
    answer = json.loads(ok(flyout)[1])
    assert answer["id"] == wanted and answer["html"], answer

# 4. The column is matched, ten cells at a time, as OpenRefine writes its queries.
right = 0
certain = 0
for start in range(0, len(actors), 10):
    queries = {
        f"q{n}": {
            "query": label.upper(),
            "type": best_type,
            "type_strict": "should",
            "limit": 0,
            "properties": [{"pid": "country", "v": country}],
        }
        for n, (_, label, country) in enumerate(actors[start:start + 10])
    }
    answer = reconcile(queries)
    for n, (iri, _, _) in enumerate(actors[start:start + 10]):
        first = answer[f"q{n}"]["result"][0]
        right += first["id"] == id_of(iri)
        certain += first["match"]
        assert not first["match"] or first["id"] == id_of(iri), (iri, first)
assert right >= 0.95 * len(actors), (right, len(actors))
print(f"{right} of {len(actors)} names come first, {certain} of them certain")

# Words cut off, a letter wrong, a legal form more: still among the first three.
found = 0
hurt = [(iri, label) for iri, label, _ in actors if len(label) > 14][:10]
for change in [lambda s: s[:-3], lambda s: s[:6] + s[7:], lambda s: s + " e.V."]:
    answer = reconcile({f"q{n}": {"query": change(label), "limit": 3} for n, (_, label) in enumerate(hurt)})
    for n, (iri, _) in enumerate(hurt):
        found += id_of(iri) in [candidate["id"] for candidate in answer[f"q{n}"]["result"]]
assert found >= 0.9 * 3 * len(hurt), (found, len(hurt))

# 5. A cell is looked at: previews, and another thing chosen by hand.
one, name = id_of(actors[0][0]), actors[0][1]
encoded = urllib.parse.quote(one, safe="")
headers, page = ok(manifest["preview"]["url"].replace("{{id}}", encoded))
assert headers.get_content_type() == "text/html" and "frame-ancestors *" in headers["Content-Security-Policy"], headers
assert "<!doctype html>" in page
headers, page = ok(manifest["view"]["url"].replace("{{id}}", encoded), headers={"Accept": "text/html"})
assert headers.get_content_type() == "text/html", headers
service = manifest["suggest"]["entity"]
url = service["service_url"] + service["service_path"] + "?" + urllib.parse.urlencode({"prefix": name[:8]})
answer = valid("suggest-entities-response", json.loads(ok(url)[1]))
assert answer["result"], url
url = service["service_url"] + service["service_path"] + "?" + urllib.parse.urlencode({"prefix": one, "cursor": 0})
assert json.loads(ok(url)[1])["result"][0]["id"] == one

# 6. Columns are added from matched values.
propose = manifest["extend"]["propose_properties"]
url = propose["service_url"] + propose["service_path"] + "?" + urllib.parse.urlencode({"type": best_type, "limit": 30})
proposal = valid("data-extension-property-proposal", json.loads(ok(url)[1]))
names = [item["id"] for item in proposal["properties"]]
assert 5 <= len(names) <= 30 and "sector" in names, names
extend = {
    "ids": [id_of(iri) for iri, _, _ in actors[:10]],
    "properties": [{"id": names[0]}, {"id": "sector", "settings": {"limit": "1", "content": "id"}}, {"id": "place"}],
}
valid("data-extension-query", extend)
answer = valid("data-extension-response", json.loads(ok(ENDPOINT, {"extend": json.dumps(extend)})[1]))
assert list(answer["rows"]) and set(answer["rows"]) == set(extend["ids"])
for row in answer["rows"].values():
    assert set(row) == {names[0], "sector", "place"} and len(row["sector"]) <= 1, row
everything = {"ids": extend["ids"], "properties": [{"id": name} for name in names]}
valid("data-extension-response", json.loads(ok(ENDPOINT, {"extend": json.dumps(everything)})[1]))

# 7. The example queries of the API: of other data, yet answered in the same form.
for path in sorted((FOLDER / "examples/reconciliation-query-batch/valid").glob("*.json")):
    reconcile(json.loads(path.read_text()))
    text = ok(ENDPOINT + "?" + urllib.parse.urlencode({"queries": path.read_text()}))[1]
    valid("reconciliation-result-batch", json.loads(text))
for path in sorted((FOLDER / "examples/reconciliation-query-batch/invalid").glob("*.json")):
    status, headers, text = send(ENDPOINT, {"queries": path.read_text()})
    assert status == 400 and headers.get_content_type() == "application/problem+json", (path, status, text)
for path in sorted((FOLDER / "examples/data-extension-query/valid").glob("*.json")):
    valid("data-extension-response", json.loads(ok(ENDPOINT, {"extend": path.read_text()})[1]))
print("OpenRefine's calls are answered as the API has it")
