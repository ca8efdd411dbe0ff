#!/usr/bin/env python3
"""Weft's metrics beside those of igraph, NetworKit, rustworkx and NetworkX, in one run, by turns.

    pip install networkx igraph leidenalg networkit rustworkx numpy scipy
    cargo bench --bench metrics --no-run
    python3 tests/bench/metrics.py --shared ../shared/bench [--graph sbm] [--rounds 3]

Generates the graph (20,000 nodes, 100,000 ties), runs each metric in a process of its own,
Weft and its peers by turns, and prints one Markdown table of CPU seconds (wall seconds in
brackets) and ratios: above 1 Weft is quicker. Checksums must agree, or it stops.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Our task; the peers' task; peers; whether sums must agree (to so many digits).
TASKS = [
    ("components", "components", ["igraph", "networkit", "rustworkx"], 9),
    ("pagerank", "pagerank", ["igraph", "networkit", "rustworkx"], None),
    ("kcore", "kcore", ["igraph", "networkit", "rustworkx"], 9),
    ("lclustering", "lclustering", ["igraph", "networkit"], 9),
    ("constraint", "constraint", ["igraph"], None),
    ("leiden", "leiden", ["igraph", "networkit"], None),
    ("distances", "harmonic", ["igraph"], 7),
    ("assortativity", "assortativity", ["igraph", "networkx"], 9),
    ("betweenness_approx", "betweenness_approx", ["networkit"], None),
    ("betweenness", "betweenness", ["igraph"], 7),
]
OWN = ["sectors_and_levels", "report_quick", "report", "report_small"]


def last_json(text):
    lines = [line for line in text.splitlines() if line.startswith("{")]
    return json.loads(lines[-1]) if lines else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True, help="folder with generate_graph.py and peers.py")
    parser.add_argument("--graph", default="sbm", choices=["sbm", "ba"])
    parser.add_argument("--nodes", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=int, default=600, help="seconds that one task of a peer may take")
    parser.add_argument("--tasks", default="", help="comma-separated; all if left out")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as work:
        for name in ["generate_graph.py", "peers.py"]:
            shutil.copy(arguments.shared / name, work)
        size = ["--n", str(arguments.nodes), "--edges", str(5 * arguments.nodes)]
        subprocess.run([sys.executable, "generate_graph.py", *size], cwd=work, check=True, stdout=subprocess.DEVNULL)
        graph = f"{work}/netdata/{arguments.graph}"

        def weft(task, threads):
            command = ["cargo", "bench", "--quiet", "--bench", "metrics", "--", "--graph", graph]
            command += ["--threads", str(threads), "--rounds", "1", "--metrics", task]
            output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
            return last_json(output)

        def peer(library, task):
            environment = dict(os.environ, T="1", OMP_NUM_THREADS="1", RAYON_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
            command = [sys.executable, "peers.py", "--child", library, task, "--graph", arguments.graph]
            try:
                done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, timeout=arguments.limit)
            except subprocess.TimeoutExpired:
                return None
            return last_json(done.stdout) if done.returncode == 0 else None

        wanted = set(filter(None, arguments.tasks.split(",")))
        print("| metric | Weft, 1 thread | Weft, 2 threads | peer | CPU ratio | wall ratio, 2 threads |")
        print("|---|---|---|---|---|---|")
        for ours, theirs, libraries, digits in TASKS:
            if wanted and ours not in wanted:
                continue
            # What takes minutes is run once.
            rounds = 1 if ours == "betweenness" else arguments.rounds
            runs = {name: [] for name in ["one", "two", *libraries]}
            for _ in range(rounds):
                runs["one"].append(weft(ours, 1))
                runs["two"].append(weft(ours, 2))
                for library in libraries:
                    runs[library].append(peer(library, theirs))
            def middle(name, key):
                values = [run[key] for run in runs[name] if run]
                return statistics.median(values) if values else None
            one, two = middle("one", "cpu"), middle("two", "secs")
            for library in libraries:
                cpu, wall = middle(library, "cpu"), middle(library, "secs")
                if cpu is None:
                    print(f"| {ours} | {one:.4f} | ({two:.4f}) | {library}: not within {arguments.limit} s | | |", flush=True)
                    continue
                found, expected = runs["one"][0]["sum"], runs[library][0].get("sum")
                if digits and abs(found - expected) > 10.0**-digits * max(abs(expected), 1.0):
                    sys.exit(f"{ours}: the sum is {found}, {library} has {expected}")
                print(
                    f"| {ours} | {one:.4f} | ({two:.4f}) | {library} {cpu:.4f} ({wall:.4f})"
                    f" | {cpu / one:.1f} | {wall / two:.1f} |",
                    flush=True,
                )
        for task in OWN:
            if wanted and task not in wanted:
                continue
            runs = [weft(task, 2) for _ in range(1 if task == "report" else arguments.rounds)]
            wall = statistics.median(run["secs"] for run in runs)
            cpu = statistics.median(run["cpu"] for run in runs)
            print(f"| {task} | {cpu:.4f} | ({wall:.4f}) | none | | |", flush=True)


if __name__ == "__main__":
    main()
