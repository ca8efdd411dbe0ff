"""Runs the notebooks of docs/notebooks against a service, each cell of each.

Usage: notebooks.py URL [--write], where --write keeps what the cells answer in the files.
"""

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "notebooks"


def main() -> None:
    os.environ["WEFT_URL"] = sys.argv[1]
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    write = "--write" in sys.argv[2:]
    notebooks = sorted(FOLDER.glob("*.ipynb"))
    assert len(notebooks) >= 3, notebooks
    for path in notebooks:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        client = NotebookClient(notebook, timeout=300, kernel_name="python3", record_timing=False)
        client.execute(cwd=".")
        figures = 0
        for cell in notebook.cells:
            for output in cell.get("outputs", []):
                assert output.output_type != "error", (path.name, output)
                # What a library warns of would be taken for what Weft says.
                assert output.get("name") != "stderr", (path.name, output.text)
                figures += "image/png" in output.get("data", {})
        print(f"{path.name}: {len(notebook.cells)} cells, {figures} figures")
        if write:
            notebook.metadata.pop("widgets", None)
            notebook.metadata["language_info"] = {"name": "python"}
            nbformat.write(notebook, path)


main()
