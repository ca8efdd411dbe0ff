"""What schemathesis cannot write by itself: bodies in the languages of RDF are texts."""

import schemathesis


@schemathesis.serializer(
    "application/sparql-query",
    "application/sparql-update",
    "application/rdf-patch",
    "application/n-triples",
    "application/n-quads",
    "application/trig",
    "application/rdf+xml",
    "text/turtle",
    "text/n3",
)
def as_text(context, value):
    if isinstance(value, bytes):
        return value
    return str(value).encode("utf-8", "surrogatepass")
