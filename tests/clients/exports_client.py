"""NetworkX and python-igraph as readers of exported networks.

Takes a folder with network.{graphml,gexf,json,csv,net,dl} and expected.json: "nodes", "edges",
"directed", "isolates", "scores" (metric id -> IRI -> value or null; "degree" at least) and, if
they are to be more than the same in all files, "labels" (IRI -> text) and "sectors" (IRI -> IRIs).
Prints a line a format; the first difference ends it with exit code 1.
"""

import csv
import json
import math
import sys
import warnings
from pathlib import Path
from urllib.parse import quote

import igraph
import networkx as nx

FOLDER = Path(sys.argv[1])
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
DIRECTED = EXPECTED["directed"]
SCORES = EXPECTED["scores"]
IRIS = set(SCORES["degree"])
TOLERANCE = 1e-9


class Difference(Exception):
    """What a file says otherwise than it should."""


def same(what, found, wanted):
    """Compares counts, names, directions."""
    if found != wanted:
        raise Difference(f"{what}: found {shorten(found)}, expected {shorten(wanted)}")


def shorten(value):
    text = repr(value)
    return text if len(text) < 300 else text[:300] + " ..."


def close(what, found, wanted):
    """Compares two scores by node; None and NaN mean undefined."""
    def number(value):
        return None if value is None or math.isnan(value) else float(value)

    for node, value in wanted.items():
        one, other = number(found.get(node)), number(value)
        if one is None or other is None:
            agree = one is other
        else:
            agree = math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        if not agree:
            raise Difference(f"{what} of {node}: found {one}, expected {other}")


def path(extension):
    return str(FOLDER / f"network.{extension}")


# What the other formats must agree with, from the one that says most.
LINKS = json.loads((FOLDER / "network.json").read_text(encoding="utf-8"))
LABELS = EXPECTED.get("labels") or {node["id"]: node["label"] for node in LINKS["nodes"]}
SECTORS = EXPECTED.get("sectors") or {node["id"]: node["sector"] for node in LINKS["nodes"]}
SIDES = {node["id"]: node["mode"] for node in LINKS["nodes"] if "mode" in node}
WEIGHTS = {(edge["source"], edge["target"]): edge.get("weight") for edge in LINKS["edges"]}


def encoded(iri, unsafe):
    """An IRI as the formats without Unicode write it."""
    printable = "".join(chr(code) for code in range(0x20, 0x7F))
    return quote(iri, safe="".join(set(printable) - set(unsafe)))


def same_graph(graph, rename=lambda iri: iri):
    """The counts, direction, nodes, ties and weights of a NetworkX graph."""
    same("direction", graph.is_directed(), DIRECTED)
    same("number of nodes", graph.number_of_nodes(), EXPECTED["nodes"])
    same("number of edges", graph.number_of_edges(), EXPECTED["edges"])
    same("number of isolates", sum(1 for _ in nx.isolates(graph)), EXPECTED["isolates"])
    same("IRIs", set(graph), {rename(iri) for iri in IRIS})
    for (source, target), weight in WEIGHTS.items():
        data = graph.get_edge_data(rename(source), rename(target))
        if data is None:
            raise Difference(f"the tie from {source} to {target} is missing")
        same(f"weight of the tie from {source} to {target}", data.get("weight"), weight)


def same_attributes(graph):
    """Labels, sectors and scores, and that the scores are those of the ties in the file."""
    for iri, data in graph.nodes(data=True):
        same(f"label of {iri}", data.get("label"), LABELS[iri])
        sectors = data.get("sector", [])
        sectors = sectors.split(";") if isinstance(sectors, str) else sectors
        same(f"sector of {iri}", sectors, SECTORS[iri])
        same(f"mode of {iri}", data.get("mode"), SIDES.get(iri))
    for metric, wanted in SCORES.items():
        found = {iri: data.get(metric) for iri, data in graph.nodes(data=True)}
        close(metric, found, wanted)
    close("degree, counted again,", dict(graph.degree()), SCORES["degree"])
    if "betweenness" in SCORES:
        again = nx.betweenness_centrality(graph)
        known = {iri: value for iri, value in SCORES["betweenness"].items() if value is not None}
        close("betweenness, computed again,", again, known)


def same_igraph(graph, names, rename=lambda iri: iri):
    """The same of an igraph graph whose vertices have names; missing weights are NaN there."""
    same("direction", graph.is_directed(), DIRECTED)
    same("number of nodes", graph.vcount(), EXPECTED["nodes"])
    same("number of edges", graph.ecount(), EXPECTED["edges"])
    same("number of isolates", graph.degree().count(0), EXPECTED["isolates"])
    same("IRIs", set(names), {rename(iri) for iri in IRIS})
    numbers = {name: number for number, name in enumerate(names)}
    has_weights = "weight" in graph.es.attributes()
    for (source, target), weight in WEIGHTS.items():
        ends = numbers[rename(source)], numbers[rename(target)]
        edge = graph.get_eid(*ends, error=False)
        if edge < 0:
            raise Difference(f"the tie from {source} to {target} is missing")
        found = graph.es[edge]["weight"] if has_weights else math.nan
        close("weight of the tie between", {ends: found}, {ends: weight})
    degrees = {name: degree for name, degree in zip(names, graph.degree())}
    wanted = {rename(iri): value for iri, value in SCORES["degree"].items()}
    close("degree, counted again,", degrees, wanted)


def graphml():
    graph = nx.read_graphml(path("graphml"))
    same_graph(graph)
    same_attributes(graph)
    same("title", graph.graph.get("title", ""), LINKS["graph"]["title"])
    same("data version", graph.graph.get("dataVersion"), LINKS["graph"]["dataVersion"])
    if SIDES:
        side = nx.get_node_attributes(graph, "bipartite")
        same("the attribute bipartite", side, SIDES)
    graph = igraph.Graph.Read_GraphML(path("graphml"))
    # igraph 1.0 takes an ampersand in an XML attribute (though not in text) for its reference.
    names = [name.replace("&#38;", "&") for name in graph.vs["id"]] if graph.vcount() else []
    same_igraph(graph, names)
    if graph.vcount():
        same("labels", dict(zip(names, graph.vs["label"])), LABELS)
        sectors = dict(zip(names, graph.vs["sector"]))
        same("sectors", sectors, {iri: ";".join(SECTORS[iri]) for iri in IRIS})
        for metric, wanted in SCORES.items():
            close(metric, dict(zip(names, graph.vs[metric])), wanted)
    return "NetworkX and igraph"


def gexf():
    graph = nx.read_gexf(path("gexf"))
    same_graph(graph)
    same_attributes(graph)
    return "NetworkX"


def node_link():
    graph = nx.node_link_graph(LINKS, edges="edges")
    same_graph(graph)
    same_attributes(graph)
    if SIDES:
        same("the attribute bipartite", nx.get_node_attributes(graph, "bipartite"), SIDES)
    return "NetworkX"


def edge_list():
    with open(path("csv"), newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with open(path("csv"), newline="", encoding="utf-8") as file:
        header = next(csv.reader(file))
    same("first columns", header[:3], ["source", "target", "weight"])
    graph = nx.DiGraph() if DIRECTED else nx.Graph()
    # The isolates of the other formats: an edge list cannot have them.
    isolates = IRIS - {row[end] for row in rows for end in ("source", "target")}
    same("nodes that the edge list leaves out", len(isolates), EXPECTED["isolates"])
    graph.add_nodes_from(isolates)
    for row in rows:
        same("type", row["type"], "Directed" if DIRECTED else "Undirected")
        for end in ("source", "target"):
            same(f"label of {row[end]}", row[end + "Label"], LABELS[row[end]])
        weight = {"weight": float(row["weight"])} if row["weight"] else {}
        graph.add_edge(row["source"], row["target"], **weight)
    same("number of rows", len(rows), EXPECTED["edges"])
    same_graph(graph)
    close("degree, counted again,", dict(graph.degree()), SCORES["degree"])
    fields = ["source", "target", "weight"]
    triples = [(row["source"], row["target"], float(row["weight"] or "nan")) for row in rows]
    graph = igraph.Graph.TupleList(triples, directed=DIRECTED, edge_attrs=fields[2:])
    graph.add_vertices(sorted(isolates))
    same_igraph(graph, graph.vs["name"] if graph.vcount() else [])
    return "NetworkX and igraph, as an edge list"


def pajek():
    def rename(iri):
        return encoded(iri, '"\\')

    lines = Path(path("net")).read_text(encoding="utf-8").splitlines()
    if SIDES:
        # NetworkX does not know the second number, that of the vertices on the first side.
        for number, line in enumerate(lines):
            words = line.split()
            if words and words[0] == "*Vertices":
                same("vertices on the first side", int(words[2]), list(SIDES.values()).count(0))
                lines[number] = " ".join(words[:2])
    graph = nx.parse_pajek(lines)
    graph = nx.DiGraph(graph) if graph.is_directed() else nx.Graph(graph)
    same_graph(graph, rename)
    degrees = {rename(iri): value for iri, value in SCORES["degree"].items()}
    close("degree, counted again,", dict(graph.degree()), degrees)
    graph = igraph.Graph.Read_Pajek(path("net"))
    names = graph.vs["name"] if graph.vcount() else []
    same_igraph(graph, names, rename)
    if SIDES:
        sides = dict(zip(names, map(int, graph.vs["type"])))
        same("vertex types", sides, {rename(iri): side for iri, side in SIDES.items()})
    return "NetworkX (from the lines) and igraph" if SIDES else "NetworkX and igraph"


def dl():
    def rename(iri):
        name = encoded(iri, "\"\\ ',;=")
        return name[:-1] + "%3A" if name.endswith(":") else name

    lines = Path(path("dl")).read_text(encoding="utf-8").splitlines()
    if lines[0].startswith("dl nr="):
        same_graph(rows_and_columns(lines), rename)
        return "its own lines, for igraph reads no rows and columns"
    if EXPECTED["nodes"] == 0:
        same("lines", lines, ["dl n=0", "format=edgelist1", "labels:", "", "data:"])
        return "its own lines, for igraph fails on files without nodes"
    # The format has arcs only; an undirected tie is there both ways, with the same weight.
    graph = igraph.Graph.Read_DL(path("dl"), directed=True)
    if not DIRECTED:
        same("number of arcs", graph.ecount(), 2 * EXPECTED["edges"])
        graph = graph.as_undirected(mode="collapse", combine_edges="first")
    same_igraph(graph, graph.vs["name"] if graph.vcount() else [], rename)
    return "igraph"


def rows_and_columns(lines):
    """A matrix that is stated as `edgelist2`."""
    rows, columns = (int(word.split("=")[1]) for word in lines[0].split()[1:])
    same("format", lines[1], "format=edgelist2")
    same("headings", [lines[2], lines[4], lines[6]], ["row labels:", "column labels:", "data:"])
    row_names, column_names = ([name for name in lines[at].split(",") if name] for at in (3, 5))
    same("number of rows and columns", (len(row_names), len(column_names)), (rows, columns))
    graph = nx.Graph()
    graph.add_nodes_from(row_names + column_names)
    for line in lines[7:]:
        row, column, *weight = line.split()
        data = {"weight": float(weight[0])} if weight else {}
        graph.add_edge(row_names[int(row) - 1], column_names[int(column) - 1], **data)
    return graph


# Readers warn of what they doubt: that counts as a difference.
warnings.simplefilter("error")
FORMATS = {
    "graphml": graphml,
    "gexf": gexf,
    "json": node_link,
    "csv": edge_list,
    "net": pajek,
    "dl": dl,
}
for extension, check in FORMATS.items():
    try:
        readers = check()
    except Difference as difference:
        sys.exit(f"network.{extension}: {difference}")
    except Exception as error:
        sys.exit(f"network.{extension} could not be read: {type(error).__name__}: {error}")
    print(f"network.{extension}: {EXPECTED['nodes']} nodes, {EXPECTED['edges']} edges, by {readers}")
