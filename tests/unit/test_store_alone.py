"""The driver comes without the libraries of numbers that it would load, and leaves them to all others."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("numpy", "pandas", "pyarrow")


@pytest.mark.parametrize("first", ["", "import numpy"], ids=["alone", "after numpy"])
def test_the_driver_brings_none_and_others_have_them_all_the_same(first: str) -> None:
    program = f"""
{first}
import sys
here = {{name for name in {HEAVY} if name in sys.modules}}
import graph_model.store.graph
print(sorted({{name for name in {HEAVY} if name in sys.modules}} - here), None in sys.modules.values())
import numpy, pyarrow
print(numpy.arange(3).sum(), pyarrow.array([1]).type)
"""

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "[] False\n3 int64\n"
