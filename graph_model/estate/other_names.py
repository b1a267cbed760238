"""Reads what other systems call a dataset, and refuses a name that two datasets claim."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from graph_model.errors import Mistake
from graph_model.estate.drafts import DatasetDraft
from graph_model.estate.entities import Estate
from graph_model.estate.sections import Mistakes, Said, Section, shown
from graph_model.identity.declare import read_spelled, spelled
from graph_model.identity.locations import name_of_location
from graph_model.identity.patterns import PLACEHOLDERS, placeholders_in
from graph_model.names import Name, dataset_name_id
from graph_model.partitions.rules import PartitionScheme
from graph_model.store.graph import Transaction

LONGEST = 2000


def read_names(section: Section, own: Name, partitions: PartitionScheme) -> tuple[Said[Name], ...]:
    """The entries of `names`: NAMESPACE NAME, as OpenLineage spells both."""
    found: dict[Name, Said[Name]] = {}
    for said in section.texts("names"):
        name = _read(section, said)
        if name is None or not _is_usable(section, said, name, partitions):
            continue
        if name == own or name in found:
            section.wrong(said.line, f"{spelled(name)} is {'its own name' if name == own else 'named twice'}")
        found[name] = Said(name, said.line)
    return tuple(found.values())


def _read(section: Section, said: Said[str]) -> Name | None:
    name = read_spelled(said.value)
    if name and said.value.isprintable() and len(said.value) <= LONGEST:
        return name
    place = name_of_location(said.value)
    hint = f"did you mean {spelled(place)}?" if place else "write NAMESPACE NAME, as in s3://bucket clean/orders"
    section.wrong(said.line, f"{said.value!r} is no name that other systems have for it", hint)
    return None


def _is_usable(section: Section, said: Said[str], name: Name, partitions: PartitionScheme) -> bool:
    words = placeholders_in(name.name)
    for word in words:
        if word not in PLACEHOLDERS:
            message = f"{section.what}: name {spelled(name)} has an unknown placeholder {{{word}}}"
            known = "known are {date} and {partition}"
            section.mistakes.unknown(said.line, message, word, PLACEHOLDERS, otherwise=known)
            return False
    if words and partitions.every is None and "partition" not in section:
        section.wrong(said.line, "a name names a partition, but the dataset has none", "add partition: {every: day}")
        return False
    return True


def check_claims(datasets: Iterable[DatasetDraft], mistakes: Mistakes) -> None:
    """A name that two datasets of the file have: declared, by their place, or as their own."""
    owners: dict[Name, Name] = {}
    drafts = list(datasets)
    for one in drafts:
        owners[one.name] = one.name
        place = name_of_location(one.spec.location)
        if place:
            owners.setdefault(place, one.name)
    for one in drafts:
        for said in one.names:
            owner = owners.setdefault(said.value, one.name)
            if owner != one.name:
                message = f"dataset {one.name.name}: {spelled(said.value)} is a name of dataset {owner.name} already"
                mistakes.add(said.line, message, "a name belongs to one dataset")


def claimed_mistakes(tx: Transaction, estate: Estate, ids: Mapping[Name, str]) -> Iterator[Mistake]:
    """Names that datasets of other scopes have."""
    asked = {f"{spec.name} {name}": (spec.name, name) for spec in estate.datasets for name in spec.names}
    if not asked:
        return
    names = [
        {"key": key, "id": dataset_name_id(name), "namespace": name.namespace, "text": name.name}
        for key, (_, name) in asked.items()
    ]
    for row in tx.rows("identity.claims", names=names):
        own, name = asked[row["key"]]
        if row["dataset"] == ids[own] or row["scope"] == estate.scope:
            continue
        owner = shown(Name(row["namespace"], row["name"]), estate.namespace)
        yield Mistake(
            estate.file,
            estate.lines.get(f"dataset {own} is called {name}", 1),
            f"dataset {own.name}: {spelled(name)} is a name of dataset {owner} of scope {row['scope']} already",
            "a name belongs to one dataset",
        )
