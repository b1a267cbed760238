"""An installed package that brings a vault along: what `vault:doors/front` is a reference to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connectors import secrets
from graph_model.jobs.secrets import known_schemes

FOUND = "a very long key"


@contextmanager
def a_vault(site: Path) -> Iterator[None]:
    """Installed below `site`; nothing remembers it afterwards."""
    described = site / "vault_of_tests-1.dist-info"
    described.mkdir(parents=True)
    (described / "METADATA").write_text("Name: vault-of-tests\nVersion: 1\n")
    (described / "entry_points.txt").write_text("[headwater.secrets]\nvault = vault_of_tests:find\n")
    (site / "vault_of_tests.py").write_text(
        "def find(name):\n    if name != 'doors/front':\n        raise LookupError(f'the vault has no {name}')\n"
        f"    return {FOUND!r}\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(site))
        _forget()
        yield
    _forget()


def _forget() -> None:
    known_schemes.cache_clear()
    secrets._finder.cache_clear()
