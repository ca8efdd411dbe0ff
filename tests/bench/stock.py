#!/usr/bin/env python3
"""Weft beside the stock Oxigraph server (PyPI `oxigraph`, RocksDB), in one run, by turns.

    pip install oxigraph
    cargo build --release
    cargo bench --bench store -- --write /tmp/bench.nt
    python3 tests/bench/stock.py --data /tmp/bench.nt

Loads the same N-Triples file into both, then asks both servers the queries of queries.rq over
HTTP. Prints one Markdown table. Needs Linux and the Python standard library only.
"""

import argparse
import http.client
import json
import math
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

HERE = Path(__file__).parent


class Contender:
    """One of the two programs, with a data directory of its own."""

    def __init__(self, name, directory):
        self.name = name
        self.directory = directory
        self.process = None
        self.connection = None

    def load(self, file):
        """Loads a file into an empty store; seconds and the peak of memory in MB."""
        shutil.rmtree(self.directory, ignore_errors=True)
        os.sync()
        begin = time.perf_counter()
        process = subprocess.Popen(self.load_command(file), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"{self.name} load failed: {errors.decode(errors='replace')}")
        # RocksDB answers before its files are on disk; the log of Weft is there already.
        os.sync()
        return time.perf_counter() - begin, usage.ru_maxrss / 1024

    def start(self):
        """Starts the server; seconds until it has answered a first query."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        begin = time.perf_counter()
        self.process = subprocess.Popen(
            self.serve_command(self.port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        while time.perf_counter() - begin < 60:
            try:
                self.ask("ASK { ?s ?p ?o }")
                return time.perf_counter() - begin
            except OSError:
                self.connection.close()
                if self.process.poll() is not None:
                    break
                time.sleep(0.002)
        sys.exit(f"{self.name} does not answer")

    def stop(self):
        if self.process:
            self.connection.close()
            self.process.terminate()
            self.process.wait(60)
            self.process = None

    def memory(self):
        """MB resident."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def ask(self, query):
        """Asks a query; seconds until all of the answer is here, and its number of rows."""
        body = urlencode({"query": query})
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": accept(query),
        }
        begin = time.perf_counter()
        self.connection.request("POST", self.path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        seconds = time.perf_counter() - begin
        if response.status == 503:
            raise ConnectionError(f"{self.name} is not ready")
        if response.status != 200:
            raise RuntimeError(f"{self.name}: {response.status} {content[:500].decode(errors='replace')}")
        if content.startswith(b"{"):
            return seconds, int(json.loads(content)["boolean"])
        return seconds, content.count(b"\n")


class Weft(Contender):
    path = "/sparql"

    def __init__(self, program, directory):
        super().__init__("weft", directory)
        self.program = program

    def load_command(self, file):
        return [self.program, "load", "--data-dir", self.directory, file]

    def serve_command(self, port):
        return [self.program, "serve", "--empty", "--data-dir", self.directory, "--bind", f"127.0.0.1:{port}"]


class Oxigraph(Contender):
    path = "/query"

    def __init__(self, program, directory):
        super().__init__("oxigraph", directory)
        self.program = program

    def load_command(self, file):
        return [self.program, "load", "--location", self.directory, "--file", file]

    def serve_command(self, port):
        return [self.program, "serve", "--location", self.directory, "--bind", f"127.0.0.1:{port}"]


def accept(query):
    form = re.search(r"^(SELECT|ASK|CONSTRUCT|DESCRIBE)", query, re.MULTILINE)[1]
    return {
        "SELECT": "text/tab-separated-values",
        "ASK": "application/sparql-results+json",
    }.get(form, "application/n-triples")


def read_queries():
    prefixes, *sections = (HERE / "queries.rq").read_text().split("#+ name: ")
    for section in sections:
        name, text = section.split("\n", 1)
        # N-Triples have no named graphs.
        if "#+ needs: graphs" not in text:
            yield name, prefixes + text


def compare(query, contenders, rounds, budget):
    """The least seconds of each contender, asked by turns, after one round that does not count."""
    times = {contender.name: [] for contender in contenders}
    rows = {contender.name: contender.ask(query)[1] for contender in contenders}
    if len(set(rows.values())) != 1:
        sys.exit(f"the answers differ: {rows}\n{query}")
    begin = time.perf_counter()
    for turn in range(rounds):
        for contender in contenders:
            # Another comment each time, so that no cache of answers can serve.
            times[contender.name].append(contender.ask(f"{query}# {turn}\n")[0])
        if time.perf_counter() - begin > budget and turn >= 2:
            break
    return {name: min(seconds) for name, seconds in times.items()}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--data", required=True, help="N-Triples, made by the store bench with --write")
    arguments.add_argument("--weft", default="target/release/weft")
    arguments.add_argument("--oxigraph", default=shutil.which("oxigraph") or "oxigraph")
    arguments.add_argument("--directory", help="where the stores are made; the disk that is measured")
    arguments.add_argument("--loads", type=int, default=3)
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--budget", type=float, default=10, help="seconds for one query")
    arguments.add_argument("--each", action="store_true", help="print each query, too")
    options = arguments.parse_args()

    scratch = tempfile.mkdtemp(prefix="weft-stock-", dir=options.directory)
    weft = Weft(options.weft, f"{scratch}/weft")
    oxigraph = Oxigraph(options.oxigraph, f"{scratch}/oxigraph")
    contenders = [weft, oxigraph]
    try:
        table = run(contenders, options)
    finally:
        for contender in contenders:
            contender.stop()
        shutil.rmtree(scratch, ignore_errors=True)
    version = subprocess.run([options.oxigraph, "--version"], capture_output=True, text=True).stdout.strip()
    print(f"\n| | weft | {version} (RocksDB) | ratio |\n|---|---|---|---|")
    for what, left, right, unit in table:
        shown = "–" if left is None else f"{left:.2f} {unit}"
        print(f"| {what} | {shown} | {right:.2f} {unit} | {'' if left is None else f'{right / left:.2f}'} |")


def run(contenders, options):
    loads = {contender.name: [] for contender in contenders}
    for _ in range(options.loads):
        for contender in contenders:
            loads[contender.name].append(contender.load(options.data))
    load = {name: min(seconds for seconds, _ in of) for name, of in loads.items()}
    load_median = {name: statistics.median(seconds for seconds, _ in of) for name, of in loads.items()}
    load_memory = {name: max(peak for _, peak in of) for name, of in loads.items()}
    sizes = {
        contender.name: sum(file.stat().st_size for file in Path(contender.directory).rglob("*")) / 2**20
        for contender in contenders
    }

    starts = {contender.name: [] for contender in contenders}
    for _ in range(options.loads):
        for contender in contenders:
            contender.stop()
            starts[contender.name].append(contender.start())
    start = {name: min(seconds) for name, seconds in starts.items()}
    # Memory that was needed to start is given back within the second.
    time.sleep(1)
    idle = {contender.name: contender.memory() for contender in contenders}

    ratios = []
    for name, query in read_queries():
        least = compare(query, contenders, options.rounds, options.budget)
        ratio = least["oxigraph"] / least["weft"]
        ratios.append((ratio, name))
        if options.each:
            print(f"{name:<30} {least['weft'] * 1e3:9.2f} ms {least['oxigraph'] * 1e3:9.2f} ms {ratio:6.2f}", flush=True)
    busy = {contender.name: contender.memory() for contender in contenders}
    mean = math.exp(statistics.mean(math.log(ratio) for ratio, _ in ratios))
    worst, worst_name = min(ratios)

    def row(what, values, unit):
        return what, values["weft"], values["oxigraph"], unit

    return [
        row("load, durable, least", load, "s"),
        row("load, durable, median", load_median, "s"),
        row("memory, peak of the load", load_memory, "MB"),
        row("files", sizes, "MB"),
        row("start to first answer", start, "s"),
        row("memory after the start", idle, "MB"),
        row("memory after the queries", busy, "MB"),
        (f"{len(ratios)} queries over HTTP, geometric mean", 1, mean, "×"),
        (f"the query of least gain: {worst_name}", 1, worst, "×"),
    ]


if __name__ == "__main__":
    main()
