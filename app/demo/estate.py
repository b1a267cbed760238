"""Where the example estate is, and under which name it is declared."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

from graph_model.datasets.repository import dataset
from graph_model.errors import DatasetNotFound
from graph_model.names import Name
from graph_model.store.graph import Graph

NAMESPACE = "flights"
FILE = "estate.yaml"
# A clone has the example beside `app`; a wheel carries it inside this package.
PLACES = (Path(__file__).parents[2] / "examples" / "flights", Path(__file__).parent / "flights")


def place_estate(graph: Graph, home: Path) -> Path:
    """The estate file to apply: the example where it lies, or a copy under a free name if the graph knows it already.

    The embedded graph of the demo is always new; a graph of somebody's own may have seen the demo before.
    """
    example = next(place for place in PLACES if (place / FILE).is_file())
    if not is_known(graph, Name(NAMESPACE, "raw_flights")):
        return example / FILE
    return renamed(example, home / "estate", f"{NAMESPACE}-{secrets.token_hex(3)}")


def is_known(graph: Graph, name: Name) -> bool:
    try:
        dataset(graph, name)
    except DatasetNotFound:
        return False
    return True


def renamed(example: Path, folder: Path, name: str) -> Path:
    """A copy of the example whose scope and namespace are `name`."""
    shutil.copytree(example, folder)
    file = folder / FILE
    lines = file.read_text().splitlines()
    file.write_text(
        "\n".join(
            f"{line.split(':')[0]}: {name}" if line.startswith(("scope:", "namespace:")) else line for line in lines
        )
    )
    return file
