"""What is checked in the outputs of jobs: other values may fail a check, and then nothing is published at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graph_model.contracts import definition
from graph_model.contracts.entities import Check, Contract
from graph_model.impact.walking import Asking
from graph_model.lineage.entities import LineageNode

# These look at columns and their kinds of value, which changes of a schema are held against one by one.
_OF_SCHEMA = frozenset({"schema", "compatibility"})
REMEMBERED = 4096
"""So many contracts are not read again from their texts."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The columns, in lower case, that blocking checks look at. `all`: a check may look at any of them."""

    columns: frozenset[str] = frozenset()
    all: bool = False

    def looks_at(self, column: str) -> bool:
        """Also where it looks at what is around a nested column, or inside of it."""
        path = column.lower()
        return self.all or any(_touch(path, one) for one in self.columns)


def checks_of(contract: Contract) -> Checked | None:
    """None: no blocking check looks at values or rows."""
    checks = [check for check in contract.checks if check.severity == "blocking" and check.kind not in _OF_SCHEMA]
    if not checks:
        return None
    looked_at = [_columns(check) for check in checks if check.kind not in ("row_count", "row_count_history")]
    return Checked(
        frozenset(column.lower() for columns in looked_at for column in columns), any(not one for one in looked_at)
    )


def ask_checked(graph: Asking, datasets: Iterable[LineageNode]) -> Callable[[], dict[str, Checked]]:
    """By the id of the dataset that stands for it, what is checked in each; those without such a check are left out."""
    stands_for = {member: node.id for node in datasets for member in (node.members or (node.id,))}
    rows = graph.ask("impact.contracts", ids=sorted(stands_for)) if stands_for else list
    return lambda: _checked(rows(), stands_for)


def _checked(rows: Iterable[Mapping[str, Any]], stands_for: Mapping[str, str]) -> dict[str, Checked]:
    contracts = {id_: contract for row in rows for contract, ids in row["contracts"] for id_ in ids}
    found = {stands_for[id_]: _checks_in(contracts[id_]) for id_ in sorted(contracts)}
    return {id_: checks for id_, checks in found.items() if checks is not None}


@lru_cache(maxsize=REMEMBERED)
def _checks_in(contract: str) -> Checked | None:
    """By the text: most questions are about the same contracts as those before."""
    return checks_of(definition.loads(contract))


def _columns(check: Check) -> tuple[str, ...]:
    """Those that a check names; none: it may look at any, as SQL and Python do."""
    if check.kind in ("sql", "python"):
        return ()
    named = check.params.get("columns") or ()
    one = check.params.get("column")
    return (*named, *((one,) if one else ()))


def _touch(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")
