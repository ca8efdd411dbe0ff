#!/usr/bin/env python3
"""Weft beside the stock Oxigraph server (PyPI `oxigraph`, RocksDB), in one run, by turns.

    pip install oxigraph
    cargo build --release
    cargo bench --bench store -- --write /tmp/bench.nt
    python3 tests/bench/stock.py --data /tmp/bench.nt --each

Loads the same N-Triples into both: the generated data, and what Weft ships (its ontology and the
INNOSERV cases). Then asks both servers the queries of queries.rq and of the catalogue
(ontology/queries) over HTTP: cold, each time with another comment so that no cache of answers can
serve; and the same again and again, from two client processes that keep their connections. Compares the
answers and prints one Markdown table. Needs Linux and the Python standard library only.
"""

import argparse
import hashlib
import http.client
import itertools
import json
import math
import multiprocessing
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
CATALOGUE = HERE.parent.parent / "ontology" / "queries"
EVERYTHING = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
# No allowance for one client, and no graph of metrics that only one of the two would have.
SETTINGS = "client-seconds = 0\nmetrics-refresh = 0\n"
# Seconds from which the stock server's throughput is reckoned from one answer.
LONG = 4


class NoAnswer(Exception):
    """A query was not answered within the time-out, or refused; says which."""


class Contender:
    """One of the two programs, with a data directory of its own."""

    def __init__(self, name, directory, timeout):
        self.name = name
        self.directory = directory
        self.timeout = timeout
        self.process = None
        self.connection = None
        self.asked = 0

    def load(self, files):
        """Loads files into an empty store; seconds and the peak of memory in MB."""
        shutil.rmtree(self.directory, ignore_errors=True)
        os.sync()
        begin = time.perf_counter()
        process = subprocess.Popen(self.load_command(files), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
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
        # A little longer than the server's own time-out.
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout + 5)
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

    def stop(self, how=subprocess.Popen.terminate):
        if self.process:
            self.connection.close()
            how(self.process)
            self.process.wait(60)
            self.process = None

    def memory(self):
        """MB resident."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def ask(self, query):
        """Asks a query; seconds until all of the answer is here, and the answer.

        Raises NoAnswer after the time-out; the server is then started anew, for nobody knows
        whether it still computes.
        """
        # A server may close a connection that was idle while the other one computed.
        if time.perf_counter() - self.asked > 5:
            self.connection.close()
            self.connection.connect()
        begin = time.perf_counter()
        try:
            self.connection.request("POST", self.path, urlencode({"query": query}), headers(query))
            response = self.connection.getresponse()
            content = response.read()
        except (TimeoutError, http.client.IncompleteRead) as error:
            self.stop(subprocess.Popen.kill)
            self.start()
            raise NoAnswer("time-out") from error
        self.asked = time.perf_counter()
        seconds = self.asked - begin
        if response.status == 504 or seconds > self.timeout:
            raise NoAnswer("time-out")
        if response.status == 503:
            raise ConnectionError(f"{self.name} is not ready")
        if response.status != 200:
            print(f"{self.name}: {content[:500].decode(errors='replace')}", file=sys.stderr)
            raise NoAnswer(f"status {response.status}")
        return seconds, content

    def throughput(self, query, seconds, clients=2):
        """Answers a second if clients ask the same query again and again."""
        body = urlencode({"query": query}).encode()
        lines = [f"POST {self.path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers(query).items()]
        request = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
        barrier, rates = CONTEXT.Barrier(clients), CONTEXT.SimpleQueue()
        workers = [
            CONTEXT.Process(target=repeat, args=(self.port, request, seconds, barrier, rates)) for _ in range(clients)
        ]
        for worker in workers:
            worker.start()
        found = [rates.get() for _ in workers]
        for worker in workers:
            worker.join()
        for error in found:
            if isinstance(error, Exception):
                raise RuntimeError(f"{self.name} does not answer the same again") from error
        return sum(found)


CONTEXT = multiprocessing.get_context("fork")


def repeat(port, request, seconds, barrier, rates):
    """One client: sends the same bytes over one connection; puts its answers a second.

    Reads no more of HTTP than where an answer ends, so that little but the server is measured.
    """
    try:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            buffer = memoryview(bytearray(1 << 20))
            receive(connection, request, buffer)
            barrier.wait()
            count, begin, passed = 0, time.perf_counter(), 0
            while passed < seconds:
                receive(connection, request, buffer)
                count += 1
                passed = time.perf_counter() - begin
        rates.put(count / passed)
    except Exception as error:
        barrier.abort()
        rates.put(error)


def receive(connection, request, buffer):
    """Sends a request and takes all of its answer."""
    connection.sendall(request)
    size = connection.recv_into(buffer)
    head = bytes(buffer[:size])
    while (end := head.find(b"\r\n\r\n")) < 0:
        if size == 0:
            raise ConnectionError("the server has closed the connection")
        size = connection.recv_into(buffer)
        head += bytes(buffer[:size])
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head[:500].decode(errors="replace"))
    length = re.search(rb"\r\ncontent-length: *(\d+)", head[:end], re.IGNORECASE)
    if length:
        left = int(length[1]) - (len(head) - end - 4)
        while left > 0:
            size = connection.recv_into(buffer)
            if size == 0:
                raise ConnectionError("the answer is cut off")
            left -= size
        return
    # In chunks. No answer of ours holds these bytes (its lines end in a mere newline).
    last = head[end + 2 :][-7:]
    while not last.endswith(b"\r\n0\r\n\r\n"):
        size = connection.recv_into(buffer)
        if size == 0:
            raise ConnectionError("the answer is cut off")
        last = (last + bytes(buffer[max(0, size - 7) : size]))[-7:]


class Weft(Contender):
    path = "/sparql"

    def __init__(self, program, directory, timeout):
        super().__init__("weft", directory, timeout)
        self.program = program
        self.settings = Path(f"{directory}.toml")
        self.settings.write_text(SETTINGS)

    def load_command(self, files):
        return [self.program, "load", "--data-dir", self.directory, *files]

    def serve_command(self, port, data=("--empty",)):
        data = [*data, "--data-dir", self.directory]
        limits = ["--config", self.settings, "--query-timeout", f"{self.timeout:.0f}"]
        return [self.program, "serve", *data, *limits, "--bind", f"127.0.0.1:{port}"]


class Shipped(Weft):
    """Weft with what it ships and nothing else."""

    def serve_command(self, port):
        return super().serve_command(port, data=())


class Oxigraph(Contender):
    path = "/query"

    def __init__(self, program, directory, timeout):
        super().__init__("oxigraph", directory, timeout)
        self.program = program

    def load_command(self, files):
        return [self.program, "load", "--location", self.directory, "--file", *files]

    def serve_command(self, port):
        return [self.program, "serve", "--location", self.directory, "--bind", f"127.0.0.1:{port}"]


def headers(query):
    form = re.search(r"^(SELECT|ASK|CONSTRUCT|DESCRIBE)", query, re.MULTILINE)[1]
    accept = {
        "SELECT": "text/tab-separated-values",
        "ASK": "application/sparql-results+json",
    }.get(form, "application/n-triples")
    return {"Content-Type": "application/x-www-form-urlencoded", "Accept": accept}


def read_queries():
    """Kind, name and text of each query."""
    prefixes, *sections = (HERE / "queries.rq").read_text().split("#+ name: ")
    for section in sections:
        name, text = section.split("\n", 1)
        # N-Triples have no named graphs.
        if "#+ needs: graphs" not in text:
            yield "mix", name, prefixes + text
    for file in sorted(CATALOGUE.glob("*.rq")):
        text = file.read_text()
        yield "question" if "#+ question:" in text else "catalogue", file.stem, text


def rows_of(content, query):
    """Rows, triples, or whether true; the columns by the names of the variables."""
    if content.startswith(b"{"):
        return [b"true"] if json.loads(content)["boolean"] else []
    lines = content.split(b"\n")[:-1]
    if "tab-separated" not in headers(query)["Accept"]:
        return lines
    names, *lines = (line.split(b"\t") for line in lines)
    order = sorted(range(len(names)), key=names.__getitem__)
    return [b"\t".join(values[column] for column in order) for values in lines]


class Measured:
    """What was found out about one query."""

    def __init__(self, kind, name):
        self.kind = kind
        self.name = name
        self.rows = {}
        self.digests = {}
        self.seconds = {}
        self.late = {}
        self.rates = {}

    def agreement(self):
        if self.late:
            return "unknown"
        if len(set(self.rows.values())) > 1:
            return "DIFFER"
        return "rows" if len(set(self.digests.values())) == 1 else "counts"

    def cold(self):
        """How many times quicker Weft is; at least, if the other did not finish."""
        return self.seconds["oxigraph"] / self.seconds["weft"]

    def repeated(self):
        if {"weft", "oxigraph"} <= self.rates.keys():
            return self.rates["weft"] / self.rates["oxigraph"]
        return None

    def line(self):
        def milliseconds(name):
            return f"{'>' if name in self.late else ''}{self.seconds[name] * 1e3:.2f}"

        def rate(name):
            return f"{self.rates[name]:.1f}" if name in self.rates else "-"

        repeated = self.repeated()
        return (
            f"{self.kind:<10}{self.name:<36}{self.rows.get('weft', '-'):>8} {self.agreement():<8}"
            f"{milliseconds('weft'):>10} {milliseconds('oxigraph'):>10} {self.cold():8.2f}   "
            f"{rate('weft'):>9} {rate('oxigraph'):>9} {'-' if repeated is None else f'{repeated:.1f}':>8}"
            f"{'  slower' if self.cold() < 1 else ''}"
        )


def compare(kind, name, query, contenders, options):
    """Asks by turns: the least seconds of each, then answers a second."""
    measured = Measured(kind, name)
    begin = time.perf_counter()
    for turn in itertools.count():
        for contender in contenders:
            who = contender.name
            if who in measured.late:
                continue
            try:
                # Another comment each time, so that no cache of answers can serve.
                seconds, content = contender.ask(f"{query}# {turn}\n")
            except NoAnswer as reason:
                measured.late[who] = str(reason)
                measured.seconds[who] = options.timeout
                continue
            measured.seconds[who] = min(seconds, measured.seconds.get(who, seconds))
            if turn == 0:
                rows = rows_of(content, query)
                measured.rows[who] = len(rows)
                measured.digests[who] = hashlib.sha256(b"\n".join(sorted(rows))).digest()
        passed = time.perf_counter() - begin
        # Short queries are asked more often: noise weighs more on them.
        if passed > options.budget or (turn + 1 >= options.rounds and passed > 0.3):
            break
    for contender in contenders:
        if options.repeat <= 0:
            break
        if contender.name == "oxigraph" and measured.seconds["oxigraph"] > LONG:
            # Both clients as quick as one alone: it keeps no answers, so it is not quicker.
            measured.rates["oxigraph"] = 2 / measured.seconds["oxigraph"]
        elif contender.name in measured.late:
            measured.rates[contender.name] = 2 / options.timeout
        else:
            measured.rates[contender.name] = contender.throughput(query, options.repeat)
    return measured


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--data", required=True, help="N-Triples, made by the store bench with --write")
    arguments.add_argument("--weft", default="target/release/weft")
    arguments.add_argument("--oxigraph", default=shutil.which("oxigraph") or "oxigraph")
    arguments.add_argument("--directory", help="where the stores are made; the disk that is measured")
    arguments.add_argument("--loads", type=int, default=3)
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--budget", type=float, default=5, help="seconds after which a query has no more rounds")
    arguments.add_argument("--timeout", type=float, default=60, help="seconds that a query may take")
    arguments.add_argument("--repeat", type=float, default=0.5, help="seconds that a query is repeated; 0: not")
    arguments.add_argument("--only", default="", help="only queries whose name contains this")
    arguments.add_argument("--each", action="store_true", help="print each query, too")
    options = arguments.parse_args()

    scratch = tempfile.mkdtemp(prefix="weft-stock-", dir=options.directory)
    weft = Weft(options.weft, f"{scratch}/weft", options.timeout)
    oxigraph = Oxigraph(options.oxigraph, f"{scratch}/oxigraph", options.timeout)
    shipped = Shipped(options.weft, f"{scratch}/shipped", options.timeout)
    contenders = [weft, oxigraph]
    try:
        shipped.start()
        beside = Path(f"{scratch}/shipped.nt")
        beside.write_bytes(shipped.ask(EVERYTHING)[1])
        shipped.stop()
        table, measured = run(contenders, [options.data, beside], options)
    finally:
        for contender in [shipped, *contenders]:
            contender.stop()
        shutil.rmtree(scratch, ignore_errors=True)
    version = subprocess.run([options.oxigraph, "--version"], capture_output=True, text=True).stdout.strip()
    print(f"\n| | weft | {version} (RocksDB) | ratio |\n|---|---|---|---|")
    for what, left, right, unit in table:
        print(f"| {what} | {left:.2f} {unit} | {right:.2f} {unit} | {right / left:.2f} |")
    for what, ratio in summary(measured):
        print(f"| {what} | | | {ratio} |")
    if any(of.agreement() == "DIFFER" for of in measured):
        sys.exit("answers differ")


def run(contenders, files, options):
    loads = {contender.name: [] for contender in contenders}
    for _ in range(options.loads):
        for contender in contenders:
            loads[contender.name].append(contender.load(files))
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

    if options.each:
        print(
            f"{'':<46}{'rows':>8} {'agree':<8}{'weft ms':>10} {'stock ms':>10} {'ratio':>8}   "
            f"{'weft /s':>9} {'stock /s':>9} {'ratio':>8}"
        )
    measured = []
    for kind, name, query in read_queries():
        if options.only in name:
            measured.append(compare(kind, name, query, contenders, options))
            if options.each:
                print(measured[-1].line(), flush=True)
    busy = {contender.name: contender.memory() for contender in contenders}

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
    ], measured


def mean(ratios):
    return f"{math.exp(statistics.mean(map(math.log, ratios))):.2f}"


def summary(measured):
    """What to say about all queries together."""
    # What neither answers tells nothing.
    known = [of for of in measured if len(of.late) < 2]
    yield f"{len(known)} queries, cold, geometric mean", mean(of.cold() for of in known)
    for kind, what in [("mix", "of the mix"), ("question", "competency questions"), ("catalogue", "others of the catalogue")]:
        of_kind = [of.cold() for of in known if of.kind == kind]
        if of_kind:
            yield f"{len(of_kind)} {what}, cold, geometric mean", mean(of_kind)
    repeated = [ratio for of in known if (ratio := of.repeated()) is not None]
    if repeated:
        yield f"{len(repeated)} queries, repeated, throughput, geometric mean", mean(repeated)
        least = min((of for of in known if of.repeated() is not None), key=Measured.repeated)
        yield f"least gain, repeated: {least.name}", f"{least.repeated():.2f}"
    slower = sorted((of for of in known if of.cold() < 1), key=Measured.cold)
    yield "slower, cold", "; ".join(f"{of.name} {of.cold():.2f}" for of in slower) or "none"
    least = min(known, key=Measured.cold)
    yield f"least gain, cold: {least.name}", f"{least.cold():.2f}"
    late = [f"{of.name}: {who} {reason}" for of in measured for who, reason in of.late.items()]
    yield "not answered, the time-out counted", "; ".join(late) or "none"
    agreements = [of.agreement() for of in measured]
    for agreement, what in [("rows", "same rows"), ("counts", "same number of rows"), ("DIFFER", "other answers")]:
        yield what, agreements.count(agreement)


if __name__ == "__main__":
    main()
