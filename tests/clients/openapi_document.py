"""The OpenAPI document is one: by the schema of OpenAPI 3.1, and by what it says of itself."""

import json
import sys
import urllib.request

from openapi_spec_validator import OpenAPIV31SpecValidator

address = sys.argv[1]
with urllib.request.urlopen(f"{address}/openapi.json") as answer:
    assert answer.headers["content-type"] == "application/json", answer.headers
    assert answer.headers["etag"], "no ETag"
    document = json.load(answer)

assert document["openapi"].startswith("3.1."), document["openapi"]
errors = [f"{list(error.path)}: {error.message}" for error in OpenAPIV31SpecValidator(document).iter_errors()]
assert not errors, "\n".join(errors[:20])
operations = sum(len(item) for item in document["paths"].values())
assert operations > 150, operations
print(f"{operations} operations")
