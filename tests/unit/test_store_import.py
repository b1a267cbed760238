"""What the gate to the graph imports, and what it leaves to others."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import sys
import graph_model.store.graph
print("pandas" in sys.modules)
import pandas
print(pandas.DataFrame({"a": [1]}).shape)
"""


def test_the_gate_imports_no_pandas_and_leaves_it_to_whoever_wants_it() -> None:
    pytest.importorskip("pandas")

    said = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)

    assert said.stdout.split("\n")[:2] == ["False", "(1, 1)"]
