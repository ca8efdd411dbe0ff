"""Writes the expected values of the metric tests; see README.md.

    python make.py          writes the folders and prints a summary
    python make.py --check  writes nothing, fails if a file would change

Every value comes from NetworkX, or is counted here from the definition without looking for speed
(in fractions, so that nothing is rounded before the end). A second implementation (igraph, sna,
NumPy) is compared wherever there is one; a difference stops the script.
"""

import itertools
import json
import math
import random
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import igraph
import networkx as nx
import numpy
import scipy

HERE = Path(__file__).parent
NX = f"NetworkX {nx.__version__}"
IGRAPH = f"igraph {igraph.__version__}"
SNA = None  # version, once sna has answered

ROLES = ["coordinator", "itinerant", "gatekeeper", "representative", "liaison"]


# --- graphs -------------------------------------------------------------------------------------


def net(nodes, edges, directed=False, **more):
    edges = [[int(u), int(v)] for u, v in edges]
    return {"nodes": nodes, "directed": directed, **more, "edges": edges}


def one_each(labels):
    return [[int(label)] for label in labels]


def karate():
    graph = nx.karate_club_graph()
    clubs = [0 if graph.nodes[v]["club"] == "Mr. Hi" else 1 for v in graph]
    return net(34, graph.edges(), sector=one_each(clubs))


def drawn(nodes, categories, seed):
    rng = random.Random(seed)
    return one_each(rng.randrange(categories) for _ in range(nodes))


def er60():
    graph = nx.gnm_random_graph(60, 48, seed=11)
    return net(60, graph.edges(), sector=drawn(60, 3, 61))


def er60_connected():
    for seed in itertools.count(1):
        graph = nx.gnm_random_graph(60, 130, seed=seed)
        if nx.is_connected(graph):
            return net(60, graph.edges(), sector=drawn(60, 4, 62))


def ba100():
    graph = nx.barabasi_albert_graph(100, 2, seed=100)
    return net(100, graph.edges(), sector=drawn(100, 3, 101))


def sbm120():
    """24 blocks of 5: sector x level; ties are likelier within a sector and within a level."""
    rng = random.Random(120)
    sector = [v // 20 for v in range(120)]
    level = [v // 5 % 4 for v in range(120)]
    sphere = [rng.randrange(3) for _ in range(120)]
    chance = {(True, True): 0.55, (True, False): 0.14, (False, True): 0.05, (False, False): 0.015}
    edges = [
        (u, v)
        for u, v in itertools.combinations(range(120), 2)
        if rng.random() < chance[sector[u] == sector[v], level[u] == level[v]]
    ]
    return net(120, edges, sector=one_each(sector), level=one_each(level), sphere=one_each(sphere))


def hybrids40():
    rng = random.Random(40)

    def some(categories, unknown, several):
        if rng.random() < unknown:
            return []
        size = rng.choice([2, 2, 3]) if rng.random() < several else 1
        return sorted(rng.sample(range(categories), size))

    sector = [some(5, 0.12, 0.4) for _ in range(40)]
    level = [some(4, 0.1, 0.25) for _ in range(40)]
    graph = nx.gnm_random_graph(40, 95, seed=40)
    return net(40, graph.edges(), sector=sector, level=level)


def digraph(nodes, chance, sectors, seed):
    graph = nx.gnp_random_graph(nodes, chance, seed=seed, directed=True)
    return net(nodes, graph.edges(), directed=True, sector=drawn(nodes, sectors, seed))


def southern_women():
    graph = nx.davis_southern_women_graph()
    first = [v for v, side in graph.nodes(data="bipartite") if side == 0]
    second = [v for v, side in graph.nodes(data="bipartite") if side == 1]
    number = {v: i for i, v in enumerate(first + second)}
    edges = sorted(sorted((number[u], number[v])) for u, v in graph.edges())
    return net(32, edges, twoMode=18)


def bipartite20():
    """12 actors and 8 services: an isolate on each side, and a pair that only has each other."""
    rng = random.Random(20)
    pairs = [(u, v) for u in range(10) for v in range(12, 18)]
    edges = sorted(rng.sample(pairs, 24)) + [(10, 18)]
    return net(20, edges, twoMode=12)


GRAPHS = {
    "karate": karate,
    "convention": lambda: net(
        7,
        [(0, 1), (0, 2), (1, 2), (2, 3), (5, 6)],
        sector=[[0], [0], [1], [1], [0], [], [1]],
    ),
    "star5": lambda: net(5, [(0, v) for v in range(1, 5)], sector=one_each([0, 0, 1, 1, 2])),
    "path4": lambda: net(4, [(0, 1), (1, 2), (2, 3)], sector=one_each([0, 1, 0, 1])),
    "complete4": lambda: net(4, itertools.combinations(range(4), 2), sector=one_each([0, 0, 1, 1])),
    "cycle6": lambda: net(
        6, [(v, (v + 1) % 6) for v in range(6)], sector=one_each([0, 0, 1, 1, 2, 2])
    ),
    "empty0": lambda: net(0, []),
    "one": lambda: net(1, [], sector=[[0]]),
    "two_untied": lambda: net(2, [], sector=[[0], [1]]),
    "two_tied": lambda: net(2, [(0, 1)], sector=[[0], [1]]),
    "no_edges5": lambda: net(5, [], sector=one_each([0, 0, 1, 1, 2])),
    "one_class": lambda: net(5, [(0, 1), (0, 2), (1, 2), (2, 3), (3, 4)], sector=one_each([0] * 5)),
    "loops_parallel": lambda: net(
        5,
        [(0, 1), (1, 0), (0, 0), (1, 2), (1, 2), (2, 1), (0, 2), (3, 3), (3, 3), (2, 4)],
        sector=one_each([0, 1, 0, 1, 1]),
    ),
    "er60": er60,
    "er60_connected": er60_connected,
    "ba100": ba100,
    "sbm120": sbm120,
    "hybrids40": hybrids40,
    "directed30": lambda: digraph(30, 0.09, 4, 30),
    "directed12": lambda: digraph(12, 0.22, 3, 12),
    "bipartite_southern_women": southern_women,
    "bipartite20": bipartite20,
}

# Graphs whose modularity igraph's Leiden gives.
LEIDEN = ["karate", "sbm120", "ba100"]
# Graphs of which only what depends on memberships is stored.
GROUPS_ONLY = ["hybrids40"]


# --- helpers ------------------------------------------------------------------------------------


class Case:
    """The simple graph, and the values collected so far."""

    def __init__(self, name, network):
        self.name = name
        self.network = network
        self.n = network["nodes"]
        self.directed = network["directed"]
        self.two_mode = network.get("twoMode")
        self.stated = [(u, v) for u, v in network["edges"] if u != v]
        self.graph = nx.DiGraph() if self.directed else nx.Graph()
        self.graph.add_nodes_from(range(self.n))
        self.graph.add_edges_from(self.stated)
        self.flat = nx.Graph(self.graph)  # whatever the direction
        self.m = self.graph.number_of_edges()
        self.origin, self.nodes, self.values = {}, {}, {}

    def node(self, metric, origin, scores):
        scores = [scores[v] for v in range(self.n)]
        self.origin[metric] = origin
        self.nodes[metric] = [plain(score) for score in scores]
        return scores

    def whole(self, metric, origin, score):
        self.origin[metric] = origin
        self.values[metric] = plain(score)
        return score

    def igraph(self):
        return igraph.Graph(self.n, list(self.graph.edges()), directed=self.directed)


def plain(score):
    """For JSON: whole numbers as such, others to 15 digits, None for undefined."""
    if score is None:
        return None
    assert math.isfinite(score)
    score = float(f"{float(score):.15g}")
    return int(score) if score == int(score) else score


def same(a, b, what, tolerance=1e-10):
    """Stops if two implementations differ."""
    a, b = list(a), list(b)
    assert len(a) == len(b), what
    for x, y in zip(a, b):
        blank = [z is None or math.isnan(z) for z in (x, y)]
        assert blank[0] == blank[1], (what, x, y)
        assert blank[0] or abs(x - y) <= tolerance, (what, x, y)


def nan_to_none(scores):
    return {v: None if math.isnan(s) else s for v, s in scores.items()}


# --- structure ----------------------------------------------------------------------------------


def counts(case):
    strength = [0] * case.n
    for u, v in case.stated:
        strength[u] += 1
        strength[v] += 1
    case.node("degree", f"{NX} degree", dict(case.graph.degree()))
    case.node("strength", "counted: repeated ties add up, loops do not", strength)
    case.whole("nodes", NX, case.n)
    case.whole("edges", NX, case.m)
    case.whole("isolates", NX, nx.number_of_isolates(case.graph))
    average = Fraction(2 * case.m, case.n) if case.n else None
    case.whole("averageDegree", "2m / n; null without nodes", average)
    if case.two_mode is None:
        possible = case.n * (case.n - 1) // (1 if case.directed else 2)
        density = nx.density(case.graph) if possible else None
        case.whole("density", f"{NX} density; null without two nodes", density)
    else:
        possible = case.two_mode * (case.n - case.two_mode)
        density = nx.bipartite.density(case.graph, range(case.two_mode))
        case.whole("density", f"{NX} bipartite.density", density)
    assert density is None or math.isclose(density, case.m / possible)


def paths(case):
    g, n, other = case.graph, case.n, case.igraph()
    betweenness = nx.betweenness_centrality(g, normalized=True)
    betweenness = case.node("betweenness", f"{NX} betweenness_centrality", betweenness)
    pairs = (n - 1) * (n - 2) / (1 if case.directed else 2)
    if n > 2:
        same(betweenness, [b / pairs for b in other.betweenness()], "betweenness")

    inward = ", inward distances" if case.directed else ""
    closeness = nx.closeness_centrality(g, wf_improved=True)
    closeness = case.node("closeness", f"{NX} closeness_centrality{inward}", closeness)
    reached = [[d for d in row if 0 < d < math.inf] for row in other.distances(mode="in")]
    counted = [len(row) ** 2 / sum(row) / (n - 1) if row else 0 for row in reached]
    same(closeness, counted, "closeness")
    harmonic = nx.harmonic_centrality(g)
    harmonic = {v: h / (n - 1) if n > 1 else None for v, h in harmonic.items()}
    note = f"{NX} harmonic_centrality / (n - 1){inward}; null for the only node"
    harmonic = case.node("harmonic", note, harmonic)
    if n > 1:
        same(harmonic, other.harmonic_centrality(mode="in"), "harmonic")
    # From every node that reaches v.
    eccentricity = [max(row, default=0) for row in reached]
    note = f"{IGRAPH} distances: greatest finite one{inward}"
    case.node("eccentricity", note, eccentricity)
    if not case.directed:
        parts = [g.subgraph(part) for part in nx.connected_components(g)]
        farthest = {v: far for part in parts for v, far in nx.eccentricity(part).items()}
        same(eccentricity, [farthest[v] for v in range(n)], "eccentricity")

    # Over ordered pairs with a path; along the ties where they have a direction.
    length = {
        (u, v): d
        for u, row in nx.all_pairs_shortest_path_length(g)
        for v, d in row.items()
        if u != v
    }
    ordered = n * (n - 1)
    inverse = sum((Fraction(1, d) for d in length.values()), Fraction(0))
    distance = 1 - inverse / ordered if n > 1 else None
    note = "1 - mean of 1/d over ordered pairs; null without two nodes"
    if n > 1 and not case.directed:
        same([distance], [1 - nx.global_efficiency(g)], "distanceFragmentation")
    if n > 1:
        same([distance], [1 - sum(harmonic) / n], "distanceFragmentation")
    case.whole("distanceFragmentation", f"{NX} distances: {note}", distance)
    share = Fraction(len(length), ordered) if n > 1 else None
    case.whole("reachablePairs", f"{NX} distances; null without two nodes", share)
    average = Fraction(sum(length.values()), len(length)) if length else None
    if length:
        same([average], [other.average_path_length(unconn=True)], "reachablePathLength")
    case.whole("reachablePathLength", f"{NX} distances; null without ties", average)

    parts = sorted(nx.connected_components(case.flat), key=len, reverse=True)
    average = diameter = None
    if parts and len(parts[0]) > 1:
        assert len(parts) == 1 or len(parts[0]) > len(parts[1]), "two largest components"
        inside = [d for (u, v), d in length.items() if u in parts[0] and v in parts[0]]
        average, diameter = Fraction(sum(inside), len(inside)), max(inside)
        within = other.induced_subgraph(sorted(parts[0]))
        same([average], [within.average_path_length(unconn=True)], "averagePathLength")
        assert diameter == within.diameter(unconn=True)
        if not case.directed:
            largest = g.subgraph(parts[0])
            same([average], [nx.average_shortest_path_length(largest)], "averagePathLength")
            assert diameter == nx.diameter(largest)
    note = " in the largest (weak) component, over pairs with a path; null if it has one node"
    case.whole("averagePathLength", f"{NX} distances{note}", average)
    case.whole("diameter", f"{NX} distances{note}", diameter)

    case.whole("components", f"{NX} connected_components (weak)", len(parts))
    share = len(parts[0]) / n if n else None
    case.whole("largestComponentShare", f"{NX} connected_components; null without nodes", share)
    tied = sum(len(part) * (len(part) - 1) for part in parts)
    fragmentation = 1 - Fraction(tied, n * (n - 1)) if n > 1 else None
    case.whole(
        "fragmentation", "1 - sum s(s-1) / (n(n-1)); null without two nodes", fragmentation
    )

    cut = set(nx.articulation_points(case.flat))
    bridges = set(nx.bridges(case.flat))
    undirected = other.as_undirected()
    assert cut == set(undirected.articulation_points())
    assert len(bridges) == len(undirected.bridges())
    case.node("articulation", f"{NX} articulation_points", [int(v in cut) for v in range(n)])
    case.whole("articulationPoints", f"{NX} articulation_points", len(cut))
    case.whole("bridges", f"{NX} bridges", len(bridges))

    degrees = [d for _, d in sorted(case.flat.degree())]
    value = None
    if n > 2:
        value = Fraction(sum(max(degrees) - k for k in degrees), (n - 1) * (n - 2))
    note = "Freeman 1979, from the undirected degrees; null below three nodes"
    case.whole("degreeCentralization", note, value)
    value = sum(max(betweenness) - b for b in betweenness) / (n - 1) if n > 2 else None
    note = f"Freeman 1979, from {NX} betweenness; null below three nodes"
    case.whole("betweennessCentralization", note, value)
    value = None
    if n > 2 and len(length) == ordered:
        most = (n - 1) * (n - 2) / (2 * n - 3)
        value = sum(max(closeness) - c for c in closeness) / most
    note = f"Freeman 1979, from {NX} closeness; null below three nodes or "
    note += "if a node does not reach another"
    case.whole("closenessCentralization", note, value)


def spectral(case):
    g, n = case.graph, case.n
    rank = nx.pagerank(g, alpha=0.85, tol=1e-14, max_iter=10_000)
    rank = case.node("pagerank", f"{NX} pagerank, alpha 0.85, tol 1e-14", rank)
    if n and case.m:
        same(rank, case.igraph().pagerank(damping=0.85), "pagerank")
    if n < 2 or case.directed or not nx.is_connected(g):
        return
    # ARPACK, which NetworkX uses, begins at random; LAPACK does not.
    values, vectors = numpy.linalg.eigh(nx.to_numpy_array(g, nodelist=range(n)))
    assert values[-1] - values[-2] > 1e-6
    vector = vectors[:, -1] * numpy.sign(vectors[:, -1].sum())
    origin = f"NumPy {numpy.__version__} linalg.eigh, length 1"
    if n > 2:
        arpack = nx.eigenvector_centrality_numpy(g)
        same(vector, [arpack[v] for v in range(n)], "eigenvector")
        origin += f"; agrees with {NX} eigenvector_centrality_numpy"
    case.node("eigenvector", origin, vector)


def cohesion(case):
    g, n = case.flat, case.n
    other = case.igraph().as_undirected()
    core = case.node("core", f"{NX} core_number", nx.core_number(g))
    same(core, other.coreness(), "core")

    constraint = nan_to_none(nx.constraint(g) if n else {})
    constraint = case.node("constraint", f"{NX} constraint; null for isolates", constraint)
    same(constraint, other.constraint() if n else [], "constraint")
    size = nan_to_none(nx.effective_size(g) if n else {})
    size = case.node("effectiveSize", f"{NX} effective_size; null for isolates", size)
    for v in range(n):
        ties = g.subgraph(g[v]).number_of_edges()
        same([size[v]], [g.degree(v) - 2 * ties / g.degree(v) if g.degree(v) else None], "size")

    efficiency = [None if x is None else x / g.degree(v) for v, x in enumerate(size)]
    note = f"{NX} effective_size / degree; null for isolates"
    case.node("efficiency", note, efficiency)
    hierarchy = []
    for v in range(n):
        parts = [nx.local_constraint(g, v, u) for u in g[v]]
        mean = sum(parts) / len(parts) if parts else None
        scale = len(parts) * math.log(len(parts)) if len(parts) > 1 else None
        score = sum(c / mean * math.log(c / mean) for c in parts) / scale if scale else None
        hierarchy.append(0 if score is not None and abs(score) < 1e-14 else score)
    note = f"Coleman-Theil of {NX} local_constraint (Burt 1992); null below two neighbours"
    case.node("hierarchy", note, hierarchy)

    average = nx.average_clustering(g) if n else None
    two_paths = sum(d * (d - 1) // 2 for _, d in g.degree())
    transitivity = nx.transitivity(g) if two_paths else None
    if two_paths:
        same([transitivity], [other.transitivity_undirected()], "transitivity")
    clustering = {v: None if g.degree(v) < 2 else c for v, c in nx.clustering(g).items()}
    note = f"{NX} clustering; null below two neighbours"
    clustering = case.node("clustering", note, clustering)
    same(clustering, other.transitivity_local_undirected(), "clustering")
    note = f"{NX} average_clustering (undefined nodes count as 0); null without nodes"
    case.whole("averageClustering", note, average)
    defined = [c for c in clustering if c is not None]
    average = sum(defined) / len(defined) if defined else None
    note = f"{NX} clustering, mean over defined nodes; null without any"
    case.whole("meanClustering", note, average)
    note = f"{NX} transitivity; null without paths of two ties"
    case.whole("transitivity", note, transitivity)

    # Pearson over both directions of every tie; out and in degree where ties have a direction.
    if case.directed:
        ends = [(case.graph.out_degree(u), case.graph.in_degree(v)) for u, v in case.graph.edges()]
    else:
        ends = [(g.degree(u), g.degree(v)) for u, v in g.edges()]
        ends += [(b, a) for a, b in ends]
    value = None
    if len({a for a, _ in ends}) > 1 and len({b for _, b in ends}) > 1:
        value = nx.degree_pearson_correlation_coefficient(case.graph)
        same([value], [case.igraph().assortativity_degree()], "degreeAssortativity")
        same([value], [scipy.stats.pearsonr(*zip(*ends))[0]], "degreeAssortativity")
    note = f"{NX} degree_pearson_correlation_coefficient; null if tied degrees do not vary"
    case.whole("degreeAssortativity", note, value)
    core_periphery(case)

    if not case.m:
        case.whole("modularity", "convention: null without ties", None)
    if case.name in LEIDEN:
        best = -1.0
        for seed in range(20):
            random.seed(seed)
            igraph.set_random_number_generator(random)
            found = other.community_leiden(objective_function="modularity", n_iterations=-1)
            same([found.modularity], [nx.community.modularity(g, found)], "modularity")
            best = max(best, found.modularity)
        note = f"{IGRAPH} community_leiden, modularity, n_iterations=-1, best of 20 seeds"
        case.whole("leidenModularity", note, best)


def core_periphery(case):
    """The best correlation of ties with the ideal pattern of a core of the greatest degrees."""
    g, n = case.flat, case.n
    pairs = list(itertools.combinations(range(n), 2))
    ties = [int(g.has_edge(u, v)) for u, v in pairs]
    best = None
    for least in sorted(set(dict(g.degree()).values())):
        core = {v for v in range(n) if g.degree(v) >= least}
        ideal = [int(u in core or v in core) for u, v in pairs]
        count, a, b = len(pairs), sum(ties), sum(ideal)
        spread = (count * a - a * a) * (count * b - b * b)
        if not spread:
            continue
        both = sum(x * y for x, y in zip(ties, ideal))
        fit = (count * both - a * b) / math.sqrt(spread)
        same([fit], [scipy.stats.pearsonr(ties, ideal)[0]], "corePeripheryFit")
        best = fit if best is None else max(best, fit)
    if case.two_mode is not None:
        best = None
    note = "every core of nodes with degree >= d tried; Pearson over pairs; null if none varies, "
    note += "and for two modes"
    case.whole("corePeripheryFit", note, best)


def two_mode(case):
    g = case.graph
    note = f"{NX} bipartite.clustering, dot: mean of |N(u) and N(v)| / |N(u) or N(v)| over "
    note += "second neighbours, 0 without any; null for isolates"
    latapy = nx.bipartite.clustering(g, mode="dot")
    near = {v: set(g[v]) for v in g}
    second = {v: {w for u in near[v] for w in near[u]} - {v} for v in g}
    scores = [latapy[v] if near[v] else None for v in range(case.n)]
    for v, score in enumerate(scores):
        shares = [Fraction(len(near[v] & near[w]), len(near[v] | near[w])) for w in second[v]]
        counted = sum(shares) / len(shares) if shares else 0
        same([score], [counted if near[v] else None], "latapyClustering")
    case.node("latapyClustering", note, scores)
    defined = [score for score in scores if score is not None]
    note = f"{NX} bipartite.clustering, mean over nodes with ties"
    case.whole("averageLatapyClustering", note, sum(defined) / len(defined))
    providers = [len(near[v]) if v >= case.two_mode else None for v in range(case.n)]
    case.node("providers", f"{NX} degree of the second side; null on the first", providers)
    several = [v for v in g if g.degree(v) > 1]
    redundancy = nx.bipartite.node_redundancy(g, several)
    scores = [redundancy.get(v) for v in range(case.n)]
    for v in several:
        pairs = list(itertools.combinations(g[v], 2))
        linked = [len(near[a] & near[b]) > 1 for a, b in pairs]
        same([scores[v]], [sum(linked) / len(pairs)], "redundancy")
    case.node("redundancy", f"{NX} bipartite.node_redundancy; null below two neighbours", scores)
    note = f"{NX} bipartite.node_redundancy, mean over nodes of two neighbours or more"
    case.whole("averageRedundancy", note, sum(redundancy.values()) / len(redundancy))


# --- groups -------------------------------------------------------------------------------------


def vectors(memberships):
    """Membership vectors {category: weight} that sum to 1; None for unknown."""
    return [{c: Fraction(1, len(own)) for c in own} if own else None for own in memberships]


def dot(a, b):
    return sum(weight * b.get(category, 0) for category, weight in a.items())


def ei(inside, ties):
    return (ties - 2 * inside) / ties if ties else None


def groups(case, attribute):
    memberships = case.network[attribute]
    member = vectors(memberships)
    g, n = case.flat, case.n
    hard = all(len(own) == 1 for own in memberships)
    how = "counted in fractions"
    known = [(u, v) for u, v in g.edges() if member[u] and member[v]]
    inside = sum((dot(member[u], member[v]) for u, v in known), Fraction(0))
    classes = {category for own in memberships for category in own}

    value = ei(inside, Fraction(len(known)))
    note = f"{how}: (E - I) / (E + I); null without ties between known nodes"
    case.whole(f"{attribute}EiIndex", note, value)

    # The mixing matrix over both directions of every tie.
    share = {}
    for u, v in known + [(v, u) for u, v in known]:
        for r, x in member[u].items():
            for s, y in member[v].items():
                share[r, s] = share.get((r, s), 0) + x * y / (2 * len(known))
    ends = {}
    for (r, _), x in share.items():
        ends[r] = ends.get(r, 0) + x
    expected = sum(x * x for x in ends.values())
    value = None
    note = f"{how}: (sum e_rr - sum a_r^2) / (1 - sum a_r^2)"
    if known and expected != 1:
        value = (sum(share.get((r, r), 0) for r in ends) - expected) / (1 - expected)
        if hard:
            nx.set_node_attributes(g, {v: own[0] for v, own in enumerate(memberships)}, attribute)
            same([value], [nx.attribute_assortativity_coefficient(g, attribute)], attribute)
            note = f"{NX} attribute_assortativity_coefficient"
            other = case.igraph().as_undirected()
            labels = [own[0] for own in memberships]
            same([value], [other.assortativity_nominal(labels, directed=False)], attribute)
    note += "; null without ties between known nodes, or if they are all of one category"
    case.whole(f"{attribute}Assortativity", note, value)
    # How evenly the nodes are spread over the categories that occur (index of qualitative
    # variation).
    people = [own for own in member if own]
    value = None
    several = Fraction(len(classes), len(classes) - 1) if len(classes) > 1 else None
    if several:
        shares = [sum(own.get(c, 0) for own in people) / len(people) for c in classes]
        value = (1 - sum(share * share for share in shares)) * several
    note = f"{how}: (1 - sum p_r^2) K / (K - 1) of the nodes; null below two categories"
    case.whole(f"{attribute}Diversity", note, value)
    if attribute == "sphere":
        return

    scores, spreads, diversity, reach = [], [], [], []
    for v in range(n):
        near = [member[u] for u in g[v] if member[u]]
        alike = sum((dot(member[v], own) for own in near), Fraction(0)) if member[v] else None
        scores.append(ei(alike, Fraction(len(near))) if member[v] else None)
        spread = {}
        for own in near:
            for category, weight in own.items():
                spread[category] = spread.get(category, 0) + weight / len(near)
        blau = 1 - sum(x * x for x in spread.values()) if near else None
        spreads.append(blau)
        diversity.append(blau * several if near and several else None)
        reach.append(len({c for u in [v, *g[v]] for c in memberships[u]}) or None)
    ids = {
        "sector": ["eiIndex", "participationCoefficient", "sectorReach"],
        "level": ["levelEi", "levelParticipation", "levelReach"],
    }[attribute]
    note = f"{how}; null if the node or all its neighbours are unknown, or it has none"
    case.node(ids[0], note, scores)
    note = f"{how}: 1 - sum (k_is / k_i)^2 over known neighbours; null without any"
    case.node(ids[1], note, spreads)
    note = "counted: categories of the node and its neighbours; null if none is known"
    case.node(ids[2], note, reach)
    if attribute == "level":
        spans = [
            sum(abs(r - s) * x * y for r, x in member[u].items() for s, y in member[v].items())
            for u, v in known
        ]
        note = f"{how}: mean difference of levels over ties between known nodes; null without any"
        case.whole("meanLevelDistance", note, sum(spans) / len(spans) if spans else None)
        return
    note = f"{how}: participationCoefficient K / (K - 1); null below two categories too"
    case.node("neighbourDiversity", note, diversity)
    brokerage(case, member, hard)


def brokerage(case, member, hard):
    """Who stands between a and c, where a -> v -> c and not a -> c; a and c in either order."""
    global SNA
    g = case.graph if case.directed else case.graph.to_directed()
    roles = {role: [Fraction(0)] * case.n for role in ROLES}
    for v in g:
        for a, c in itertools.product(g.predecessors(v), g.successors(v)):
            if a == c or g.has_edge(a, c) or not (member[a] and member[v] and member[c]):
                continue
            triple = itertools.product(member[a].items(), member[v].items(), member[c].items())
            for (ga, wa), (gv, wv), (gc, wc) in triple:
                if ga == gv == gc:
                    role = "coordinator"
                elif ga == gc:
                    role = "itinerant"
                elif gv == gc:
                    role = "gatekeeper"
                elif ga == gv:
                    role = "representative"
                else:
                    role = "liaison"
                roles[role][v] += wa * wv * wc
    origin = "counted by brute force"
    if hard and case.n > 2 and shutil.which("Rscript"):
        lines = [f"{case.n} {int(case.directed)}"]
        lines.append(" ".join(str(next(iter(own))) for own in member))
        lines += [f"{u} {v}" for u, v in case.graph.edges()]
        run = ["Rscript", str(HERE / "brokerage.R")]
        answer = subprocess.run(
            run, input="\n".join(lines) + "\n", capture_output=True, text=True, check=True
        )
        version, *rows = answer.stdout.splitlines()
        SNA = version.strip()
        assert SNA == "2.7.1", "the names of the columns differ between versions"
        # Compared by path: in sna 2.7-1 b_IO is A -> A -> B (representative: from its own group
        # to another), and b_OI is A -> B -> B (gatekeeper: from another group to its own).
        columns = ["coordinator", "itinerant", "representative", "gatekeeper", "liaison"]
        for v, row in enumerate(rows):
            same([float(x) for x in row.split()], [roles[r][v] for r in columns], "brokerage")
        assert len(rows) == case.n
    if hard and case.n > 2:
        origin += "; agrees with R sna 2.7-1 brokerage"
    elif not hard:
        origin += ": the chance of the role if every node drew one of its categories"
    for role in ROLES:
        scores = [x if member[v] else None for v, x in enumerate(roles[role])]
        case.node(role, f"{origin}; null for unknown nodes", scores)
    total = [sum(roles[r][v] for r in ROLES) if member[v] else None for v in range(case.n)]
    case.node("brokerage", "the sum of the roles; null for unknown nodes", total)


# --- checks -------------------------------------------------------------------------------------


def quoted(cases):
    """The values quoted in the project's notes (NetworkX and R sna, measured there)."""
    karate, star, convention = cases["karate"], cases["star5"], cases["convention"]
    whole = {
        "degreeCentralization": 0.3996212,
        "betweennessCentralization": 0.4055572,
        "closenessCentralization": 0.2981949,
        "sectorEiIndex": -0.717949,
        "sectorAssortativity": 0.717531,
        "transitivity": 0.255682,
        "distanceFragmentation": 0.507992,
    }
    for metric, value in whole.items():
        same([karate.values[metric]], [value], metric, 6e-7)
    node = [("constraint", 0, 0.155423), ("effectiveSize", 0, 13.75)]
    spread = {0: 0.117188, 2: 0.48, 33: 0.290657}
    node += [("participationCoefficient", v, p) for v, p in spread.items()]
    for metric, v, value in node:
        same([karate.nodes[metric][v]], [value], metric, 6e-7)
    totals = [sum(karate.nodes[role]) for role in ROLES]
    assert totals == [510, 20, 128, 128, 0], totals
    assert [karate.nodes[role][0] for role in ROLES] == [174, 0, 15, 15, 0]
    for metric in ["degreeCentralization", "betweennessCentralization", "closenessCentralization"]:
        assert star.values[metric] == 1
    assert convention.nodes["closeness"][0] == 0.375 and convention.nodes["closeness"][4] == 0
    assert convention.nodes["betweenness"][2] == plain(2 / 15)


def written(value):
    """One line a metric or attribute."""
    if not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    lines = [f"{json.dumps(key)}: {written(inner)}" for key, inner in value.items()]
    return "{\n" + ",\n".join(lines) + "\n}"


def measured(name, network):
    case = Case(name, network)
    if name not in GROUPS_ONLY:
        counts(case)
        paths(case)
        spectral(case)
        cohesion(case)
        if case.two_mode is not None:
            two_mode(case)
    for attribute in ["sector", "level", "sphere"]:
        if attribute in network:
            groups(case, attribute)
    return case


def main():
    check = "--check" in sys.argv[1:]
    changed = []
    cases = {name: measured(name, make()) for name, make in GRAPHS.items()}
    quoted(cases)
    for name, case in cases.items():
        folder = HERE / name
        expected = {"origin": case.origin, "nodes": case.nodes, "network": case.values}
        for file, content in [("network.json", case.network), ("expected.json", expected)]:
            text, path = written(content) + "\n", folder / file
            if not path.exists() or path.read_text() != text:
                changed.append(str(path.relative_to(HERE)))
                if not check:
                    folder.mkdir(exist_ok=True)
                    path.write_text(text)
        print(
            f"{name:26} {case.n:4} nodes {case.m:4} ties "
            f"{case.values.get('components', '-'):>3} components "
            f"{len(case.nodes):3} node metrics {len(case.values):3} network metrics"
        )
    print(
        f"{NX}, {IGRAPH}, NumPy {numpy.__version__}, SciPy {scipy.__version__}, "
        f"R sna {SNA or 'not at hand: brokerage not compared'}"
    )
    print(f"{len(changed)} files {'differ' if check else 'written'}: {' '.join(changed)}")
    if check and changed:
        sys.exit(1)


main()
