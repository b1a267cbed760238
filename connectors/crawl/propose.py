"""From what a person names — a folder, a file, a database, a table — to proposals, and from those to files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from connectors.crawl.databases import crawl_database, is_address
from connectors.crawl.entities import Crawled, Proposal
from connectors.crawl.folders import crawl_file, crawl_folder
from connectors.crawl.writing import contract_text, estate_text, file_name
from graph_model.errors import InvalidInput
from graph_model.estate.yaml_lines import MOST_BYTES
from graph_model.jobs.secrets import ENVIRONMENT

CONTRACTS = "contracts"


def crawl(target: str, root: Path, *, schema: str | None = None) -> Crawled:
    """Every dataset in a folder or a database. `root` is the storage root; `schema` keeps to one of a database."""
    return crawl_database(target, root, schema=schema) if is_address(target) else crawl_folder(Path(target), root)


def propose(target: str, root: Path) -> Proposal:
    """The one dataset that a file, a folder or `URL#TABLE` is. Raises InvalidInput when it is none, or several."""
    if is_address(target):
        address, _, table = target.rpartition("#")
        if not address:
            raise InvalidInput(target, "names no table: write URL#TABLE, or crawl the whole database")
        found = crawl_database(address, root, table=table)
    else:
        path = Path(target)
        if not path.exists():
            raise InvalidInput(target, "there is no such file or folder")
        found = crawl_folder(path, root) if path.is_dir() else crawl_file(path, root)
    return _only(target, found)


def _only(target: str, found: Crawled) -> Proposal:
    if len(found.proposals) == 1:
        return found.proposals[0]
    if found.proposals:
        names = ", ".join(one.name for one in found.proposals[:5])
        raise InvalidInput(
            target, f"holds {len(found.proposals)} datasets ({names} …): crawl it, or name a file of one"
        )
    reason = found.skipped[0].reason if found.skipped else "nothing is called so"
    raise InvalidInput(target, f"is no dataset: {reason}")


def scope_of(target: str) -> str:
    """What to call the estate of a folder or a database, unless somebody says otherwise."""
    bare = target.partition("?")[0].rstrip("/") if is_address(target) else Path(target).resolve().name
    last = bare.rpartition("/")[2].removeprefix(f"{ENVIRONMENT}:").partition(".")[0]
    return re.sub(r"[^\w-]+", "_", last).strip("_-").lower() or "data"


def written(folder: Path, scope: str, proposals: Sequence[Proposal], *, guesses: bool) -> Iterator[tuple[Path, str]]:
    """The files of an estate with its contracts. More than one file can hold become several estates of one namespace:
    `estate.yaml` with the scope, `estate_2.yaml` with `SCOPE_2` and so on."""
    for number, part in enumerate(_parts(scope, proposals, guesses=guesses), start=1):
        own = scope if number == 1 else f"{scope}_{number}"
        file = folder / ("estate.yaml" if number == 1 else f"estate_{number}.yaml")
        yield file, estate_text(own, part, namespace=scope, contracts=CONTRACTS, guesses=guesses)
    for one in proposals:
        if one.columns:
            yield folder / CONTRACTS / file_name(one), contract_text(one)


def _parts(scope: str, proposals: Sequence[Proposal], *, guesses: bool) -> Iterator[Sequence[Proposal]]:
    """As many at a time as an estate file may hold."""
    if len(proposals) < 2 or _size(scope, proposals, guesses=guesses) <= MOST_BYTES:
        yield proposals
        return
    middle = len(proposals) // 2
    for half in (proposals[:middle], proposals[middle:]):
        yield from _parts(scope, half, guesses=guesses)


def _size(scope: str, proposals: Sequence[Proposal], *, guesses: bool) -> int:
    return len(estate_text(scope, proposals, contracts=CONTRACTS, guesses=guesses).encode()) + len(scope) + 8


def called(one: Proposal, name: str | None) -> Proposal:
    return replace(one, name=name) if name else one
