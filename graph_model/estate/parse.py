"""Reads an estate file: the whole of it, or every mistake in it at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TypeVar

from graph_model.contracts.odcs import read_whole
from graph_model.errors import InvalidEstate, Mistake, nearest
from graph_model.estate.build import build_estate
from graph_model.estate.comparisons import check_comparisons
from graph_model.estate.consumers import read_consumer
from graph_model.estate.databases import check_databases
from graph_model.estate.datasets import read_dataset
from graph_model.estate.drafts import Draft, ReadContract, Source
from graph_model.estate.entities import Estate
from graph_model.estate.jobs import read_job
from graph_model.estate.other_names import check_claims
from graph_model.estate.policies import read_pools
from graph_model.estate.references import Surroundings, check_references
from graph_model.estate.sections import Mistakes, Said, Section, describe, named
from graph_model.estate.vocabulary import ESTATE_KEYS, IMPORT
from graph_model.estate.yaml_lines import MOST_BYTES, Entries, Scalar, Tree, read_yaml
from graph_model.names import Name
from graph_model.partitions.rules import PartitionScheme

T = TypeVar("T")
FILE_NAME = "estate.yaml"


def load_estate(
    path: Path,
    *,
    known: Collection[Name] | Mapping[Name, PartitionScheme] = (),
    read_contract: ReadContract = read_whole,
) -> Estate:
    """The estate in `path` (a file, or a folder that holds an estate.yaml).

    `known` are datasets that other scopes declare, best with their partitions, so that mappings onto them are checked
    too (`repository.known_datasets`). `read_contract` may remember what it has read before. Raises InvalidEstate with
    every mistake, in the order of the file.
    """
    file = path / FILE_NAME if path.is_dir() else path
    mistakes = Mistakes(str(file))
    tree = _read(file, mistakes)
    draft = _draft(tree, file.parent, mistakes, read_contract) if tree else None
    if draft is None:
        raise InvalidEstate(_in_order(mistakes))
    around = _surroundings(draft, known)
    if not _is_misspelt(tree, "datasets"):
        check_references(draft, around)
        for job in draft.jobs:
            check_databases(job, around)
        check_comparisons(tuple(draft.datasets), around)
    check_claims(draft.datasets, mistakes)
    estate = build_estate(draft, around)
    if mistakes.found:
        raise InvalidEstate(_in_order(mistakes))
    return estate


def _read(file: Path, mistakes: Mistakes) -> Entries | None:
    text = _text(file, mistakes)
    if text is None:
        return None
    read = read_yaml(text, file=str(file))
    mistakes.found += read.mistakes
    if read.tree is None or isinstance(read.tree, Entries):
        return read.tree
    mistakes.add(
        read.tree.line, f"an estate must be a mapping, not {describe(read.tree)}", "it starts with `scope: NAME`"
    )
    return None


def _text(file: Path, mistakes: Mistakes) -> str | None:
    try:
        with file.open("rb") as stream:
            return stream.read(MOST_BYTES + 1).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        mistakes.add(error.object.count(b"\n", 0, error.start) + 1, "is not UTF-8 text")
    except FileNotFoundError:
        mistakes.add(1, "there is no such file", "an estate file is a YAML file that starts with `scope: NAME`")
    except OSError as error:
        mistakes.add(1, f"cannot be read: {error.strerror}")
    return None


def _draft(tree: Entries, folder: Path, mistakes: Mistakes, read_contract: ReadContract) -> Draft | None:
    """None when even the names of things cannot be read, because there is no scope to read them in."""
    section = Section(tree, mistakes, what="estate", keys=ESTATE_KEYS)
    section.text("description")
    scope = section.text("scope", required=True)
    namespace = section.text("namespace") or scope
    if scope is None or namespace is None:
        return None
    if scope.value.startswith(IMPORT):
        mistakes.add(
            scope.line, f"scope {scope.value}: what begins with {IMPORT} is imported", "call it something else"
        )
    source = Source(mistakes, namespace.value, folder, read_contract)
    datasets = _declared(section, "datasets", source)
    return Draft(
        scope=scope.value,
        source=source,
        datasets=_each(datasets, read_dataset, source),
        unreadable=tuple(name for name, (_, tree) in datasets.items() if not isinstance(tree, Entries)),
        jobs=_each(_declared(section, "jobs", source), read_job, source),
        consumers=_each(_declared(section, "consumers", source), read_consumer, source),
        pools=tuple(read_pools(section, source)),
    )


def _declared(section: Section, part: str, source: Source) -> dict[Name, tuple[int, Tree]]:
    """What is declared under `part`, by name. An empty part (`jobs:` with nothing below) declares nothing."""
    tree = section.tree(part)
    if isinstance(tree, Scalar) and tree.value is None:
        return {}
    found: dict[Name, tuple[int, Tree]] = {}
    for key, value in section.entries(part):
        what = part.removesuffix("s")
        name = named(Said(key.text, key.line), namespace=source.namespace, what=what, mistakes=source.mistakes)
        if not isinstance(value, Entries):
            source.mistakes.add(key.line, f"{what} {key.text} must be a mapping, not {describe(value)}")
        if name and name in found:
            source.mistakes.add(
                key.line, f"{what} {name} is declared twice", f"it stands in line {found[name][0]} already"
            )
        elif name:
            found[name] = (key.line, value)
    return found


def _each(declared: Mapping[Name, tuple[int, Tree]], read: Callable[..., T], source: Source) -> tuple[T, ...]:
    return tuple(
        read(name, tree, source, line=line) for name, (line, tree) in declared.items() if isinstance(tree, Entries)
    )


def _is_misspelt(tree: Entries | None, part: str) -> bool:
    """Whether a whole part hides behind a misspelt key, so that every reference into it would look wrong."""
    keys = [key.text for key, _ in tree.entries] if tree else []
    return part not in keys and any(nearest(key, ESTATE_KEYS) == part for key in keys)


def _surroundings(draft: Draft, known: Collection[Name] | Mapping[Name, PartitionScheme]) -> Surroundings:
    schemes: dict[Name, PartitionScheme | None] = dict(known) if isinstance(known, Mapping) else dict.fromkeys(known)
    return Surroundings(
        declared={dataset.name: dataset.spec for dataset in draft.datasets},
        known=schemes,
        namespace=draft.source.namespace,
        mistakes=draft.source.mistakes,
        unreadable=frozenset(draft.unreadable),
        unclear=frozenset(dataset.name for dataset in draft.datasets if not dataset.is_sliced_clearly),
    )


def _in_order(mistakes: Mistakes) -> list[Mistake]:
    """By line, those of the estate file first; each once."""
    return sorted(
        dict.fromkeys(mistakes.found), key=lambda mistake: (mistake.file != mistakes.file, mistake.file, mistake.line)
    )
