"""How long /reconcile takes for a batch of ten names among 100,000 actors, and how often it is right.

    cargo build --release
    python3 tests/bench/reconcile.py --weft target/release/weft

Makes the actors (the same on every run), starts the server on them in memory, and asks batch after
batch over one connection. Names are asked for as they are, with typing errors, in part, abbreviated
and cut off; each batch is new, so that nothing is answered from a cache. Prints one Markdown table.
`--limit 50` ends with an error if a p95 is above 50 ms.
"""

import argparse
import http.client
import json
import random
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

NS = "https://w3id.org/weft/ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
BASE = "https://w3id.org/weft/id/"
SECTORS = ["social-services", "health", "education", "employment", "housing", "income"]

HEADS = [
    "Fundación", "Asociación", "Federación de Asociaciones", "Ayuntamiento de", "Centro", "Servicio de", "Cooperativa",
    "Verein", "Stiftung", "Diakonisches Werk", "Caritasverband", "Landkreis", "Arbeiterwohlfahrt Kreisverband",
    "Associazione", "Fondazione", "Cooperativa Sociale", "Comune di", "Association", "Fondation", "Centre communal",
    "Stichting", "Gemeente", "Trust", "Foundation for", "Council of", "University of", "Universidad de",
]
TAILS = ["", "", "", "", " e.V.", " gGmbH", ", S.L.", " S.A.", " Onlus", " ASBL", " Ltd", " (España)"]
JOINS = [" ", " ", " ", " y ", " de ", " und ", " für ", " per ", " et "]
STARTS = [
    "al", "bar", "ber", "bil", "bra", "cal", "can", "cor", "dal", "den", "dur", "el", "fer", "gal", "gar", "ger", "hal",
    "har", "her", "il", "jan", "kal", "kar", "kel", "lan", "lar", "len", "mal", "mar", "mel", "mon", "nar", "nor", "ol",
    "pal", "per", "pol", "ran", "ros", "sal", "san", "sel", "tar", "tor", "ul", "val", "ver", "vil", "wal", "zar",
]
MIDDLES = ["a", "e", "i", "o", "u", "ada", "edo", "ina", "oma", "uri", "ía", "éra", "öl", "ana", "eli", "iko"]
ENDS = ["", "n", "r", "s", "l", "ga", "do", "ra", "ta", "na", "berg", "stadt", "heim", "ville", "mar", "tza", "ria"]
THEMES = [
    "Social", "Gitano", "Mayores", "Infancia", "Discapacidad", "Inclusión", "Empleo", "Vivienda", "Salud Mental", "Mujer",
    "Pflege", "Jugendhilfe", "Altenhilfe", "Beratung", "Integration", "Bildung", "Anziani", "Minori", "Disabili", "Lavoro",
    "Handicap", "Insertion", "Logement", "Jeunesse", "Care", "Housing", "Learning Disabilities", "Mental Health", "Youth",
]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weft", default="target/release/weft", help="the program")
    parser.add_argument("--actors", type=int, default=100_000)
    parser.add_argument("--batches", type=int, default=60, help="batches of each kind")
    parser.add_argument("--limit", type=float, help="milliseconds that a p95 may take")
    parser.add_argument("--write", type=Path, help="only write the actors as N-Triples")
    return parser.parse_args()


def word(draw):
    text = draw.choice(STARTS) + draw.choice(MIDDLES) + draw.choice(ENDS)
    if draw.random() < 0.3:
        text += draw.choice(STARTS) + draw.choice(ENDS)
    return text.capitalize()


def actors(count):
    """Local name, label, place, sector of each."""
    draw = random.Random(20_260_101)
    # Some words are frequent and most are rare, as in the names of real bodies.
    words = [word(draw) for _ in range(40_000)]
    places = [(f"p{n}", word(draw), n % 12) for n in range(400)]
    made = []
    for n in range(count):
        parts = [draw.choice(HEADS)]
        if draw.random() < 0.6:
            parts.append(draw.choice(THEMES))
        for _ in range(draw.choice([1, 1, 2, 2, 3])):
            parts.append(words[int(len(words) * draw.random() ** 2.5)])
        if draw.random() < 0.4:
            parts.append(draw.choice(places)[1])
        label = parts[0]
        for part in parts[1:]:
            label += draw.choice(JOINS) + part
        made.append((f"b{n}", label + draw.choice(TAILS), draw.choice(places), draw.choice(SECTORS)))
    return places, made


def statements(places, made):
    def iri(text):
        return f"<{text}>"

    def literal(text):
        return json.dumps(text, ensure_ascii=False)

    for n in range(12):
        yield f"{iri(BASE + f'place/c{n}')} {iri(TYPE)} {iri(NS + 'Place')} .\n"
        yield f"{iri(BASE + f'place/c{n}')} {iri(RDFS + 'label')} \"Land {n}\" .\n"
    for name, label, country in places:
        place = iri(f"{BASE}place/{name}")
        yield f"{place} {iri(TYPE)} {iri(NS + 'Place')} .\n{place} {iri(RDFS + 'label')} {literal(label)} .\n"
        yield f"{place} {iri(NS + 'within')} {iri(f'{BASE}place/c{country}')} .\n"
    for name, label, place, sector in made:
        actor = iri(f"{BASE}actor/{name}")
        yield f"{actor} {iri(TYPE)} {iri(NS + 'Actor')} .\n{actor} {iri(RDFS + 'label')} {literal(label)} .\n"
        yield f"{actor} {iri(NS + 'place')} {iri(f'{BASE}place/{place[0]}')} .\n"
        yield f"{actor} {iri(NS + 'sector')} {iri(f'https://w3id.org/weft/code/sector/{sector}')} .\n"
        yield f"{actor} {iri('http://purl.org/dc/terms/identifier')} \"W-{name}\" .\n"


def misspelt(draw, label):
    """Two letters exchanged, left out or doubled, in words that are long enough."""
    letters = list(label)
    for _ in range(2):
        at = draw.randrange(1, max(2, len(letters) - 2))
        kind = draw.randrange(3)
        if kind == 0:
            letters[at], letters[at - 1] = letters[at - 1], letters[at]
        elif kind == 1:
            del letters[at]
        else:
            letters.insert(at, letters[at])
    return "".join(letters)


def partial(draw, label):
    words = label.split()
    if len(words) > 2:
        del words[draw.randrange(len(words))]
    return " ".join(words)


def abbreviated(draw, label):
    words = label.split()
    words[0] = words[0][:4] + "."
    return " ".join(words)


KINDS = {
    "as it is": lambda draw, label: label,
    "in capitals, without accents": lambda draw, label: "".join(
        {"Í": "I", "É": "E", "Ó": "O", "Ö": "O", "Ü": "U", "Ñ": "N"}.get(c, c) for c in label.upper()
    ),
    "misspelt": misspelt,
    "a word less": partial,
    "abbreviated": abbreviated,
    "cut off": lambda draw, label: label[:max(20, int(len(label) * 0.7))],
    "nobody's": lambda draw, label: f"{word(draw)} {word(draw)} {word(draw)}",
    "common words only": lambda draw, label: f"{draw.choice(HEADS)} {draw.choice(THEMES)}",
}


class Server:
    def __init__(self, program, file):
        self.process = subprocess.Popen(
            [program, "serve", "--in-memory", "--empty", "--open-writes", "--bind", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        for line in self.process.stdout:
            found = re.search(r"127\.0\.0\.1:(\d+)", line)
            if found:
                self.port = int(found.group(1))
                break
        else:
            sys.exit("the server does not say where it listens")
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        self.send("PUT", "/store?graph=https://w3id.org/weft/graph/partner/bench", file.read_bytes(), "application/n-triples")

    def send(self, method, path, body, content_type):
        self.connection.request(method, path, body, {"Content-Type": content_type})
        response = self.connection.getresponse()
        text = response.read()
        if response.status >= 300:
            sys.exit(f"{method} {path}: {response.status} {text[:500]}")
        return text

    def reconcile(self, queries):
        body = urllib.parse.urlencode({"queries": json.dumps(queries)})
        begin = time.perf_counter()
        text = self.send("POST", "/reconcile", body, "application/x-www-form-urlencoded")
        return time.perf_counter() - begin, json.loads(text)

    def suggest(self, prefix):
        begin = time.perf_counter()
        path = "/reconcile/suggest/entity?" + urllib.parse.urlencode({"prefix": prefix})
        self.connection.request("GET", path)
        self.connection.getresponse().read()
        return time.perf_counter() - begin

    def stop(self):
        self.process.terminate()
        self.process.wait()


def percentile(times, share):
    times = sorted(times)
    return 1_000 * times[min(len(times) - 1, int(share * len(times)))]


def main():
    options = arguments()
    places, made = actors(options.actors)
    if options.write:
        options.write.write_text("".join(statements(places, made)))
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "actors.nt"
        file.write_text("".join(statements(places, made)))
        server = Server(options.weft, file)
        try:
            measure(options, server, made)
        finally:
            server.stop()


def measure(options, server, made):
    first, _ = server.reconcile({"q": {"query": "first"}})
    print(f"{options.actors} actors; the first batch, which makes the index: {1_000 * first:.0f} ms\n")
    print("| ten names | p50 ms | p95 ms | the right one first | among ten | certain | certain and wrong |")
    print("|---|---|---|---|---|---|---|")
    late = []
    draw = random.Random(7)
    kinds = [(name, change, False) for name, change in KINDS.items()]
    kinds += [("misspelt, with type and place", misspelt, True), ("as it is, with type and place", KINDS["as it is"], True)]
    for name, change, with_properties in kinds:
        times, right, found, certain, wrong, asked = [], 0, 0, 0, 0, 0
        for _ in range(options.batches):
            chosen = [draw.choice(made) for _ in range(10)]
            queries = {}
            for n, (_, label, place, _) in enumerate(chosen):
                query = {"query": change(draw, label)}
                if with_properties:
                    query |= {"type": "Actor", "properties": [{"pid": "place", "v": place[1]}]}
                queries[f"q{n}"] = query
            took, answer = server.reconcile(queries)
            times.append(took)
            for n, (local, label, _, _) in enumerate(chosen):
                candidates = answer[f"q{n}"]["result"]
                # Namesakes are as right.
                is_right = [c["id"] == f"actor/{local}" or c["name"] == label for c in candidates]
                asked += 1
                right += bool(is_right and is_right[0])
                found += any(is_right)
                certain += any(c["match"] for c in candidates)
                wrong += any(c["match"] and not ok for c, ok in zip(candidates, is_right))
        p95 = percentile(times, 0.95)
        if options.limit and p95 > options.limit:
            late.append(name)
        share = lambda count: f"{100 * count / asked:.1f} %"
        shares = " | ".join("" if name in ("nobody's", "common words only") else share(n) for n in (right, found))
        print(f"| {name} | {percentile(times, 0.5):.1f} | {p95:.1f} | {shares} | {share(certain)} | {share(wrong)} |", flush=True)
    print("\n| suggestions for | p50 ms | p95 ms |\n|---|---|---|")
    for letters in (1, 2, 3, 6, 12):
        times = [server.suggest(draw.choice(made)[1][:letters]) for _ in range(options.batches)]
        print(f"| the first {letters} letters | {percentile(times, 0.5):.1f} | {percentile(times, 0.95):.1f} |", flush=True)
    if late:
        sys.exit(f"slower than {options.limit} ms: {', '.join(late)}")


main()
