"""A CSV of edges: `from,to[,from_column,to_column][,job]`, one flow from a dataset to a dataset per line."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from graph_model.errors import InvalidImport, InvalidName, Mistake, nearest
from graph_model.imports.entities import Declarations, ImportedJob
from graph_model.lineage.entities import ColumnFlow, ColumnFlows, Shape
from graph_model.names import Name, parse_name

COLUMNS = ("from", "to", "from_column", "to_column", "job")
REQUIRED = ("from", "to")
MOST_BYTES = 200 << 20
MOST_MISTAKES = 20


@dataclass(frozen=True, slots=True)
class _Edge:
    source: Name
    target: Name
    from_column: str = ""
    to_column: str = ""
    job: Name | None = None


def read_edges(path: Path, *, source: str, namespace: str | None = None) -> Declarations:
    """The edges of a file, each through the job that it names, else through one made for its target.

    Names are `NAMESPACE/NAME`, or bare in `namespace`. A `from_column` without `to_column` decides the rows of the
    whole target. Raises InvalidImport with the line of every mistake, up to twenty.
    """
    mistakes: list[Mistake] = []
    edges = list(_edges(path, namespace, mistakes))
    if mistakes:
        raise InvalidImport(mistakes[:MOST_MISTAKES])
    jobs = _with_jobs(edges, source)
    return Declarations(source, jobs=tuple(_job(name, group) for name, group in jobs.items()))


def _edges(path: Path, namespace: str | None, mistakes: list[Mistake]) -> Iterator[_Edge]:
    for line, row in _rows(path, mistakes):
        try:
            yield _edge(row, namespace)
        except (InvalidName, ValueError) as error:
            mistakes.append(Mistake(str(path), line, str(error)))
        if len(mistakes) > MOST_MISTAKES:
            return


def _rows(path: Path, mistakes: list[Mistake]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each line after the heading with its number; a file that cannot be read is one mistake."""
    file = str(path)
    if path.stat().st_size > MOST_BYTES:
        mistakes.append(Mistake(file, 1, f"the file is larger than {MOST_BYTES >> 20} MiB", "split it by source"))
        return
    line = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            heading = [name.strip().lower() for name in next(reader, [])]
            mistakes += _heading_mistakes(file, heading)
            if mistakes:
                return
            for row in reader:
                line = reader.line_num
                if len(row) == len(heading):
                    yield line, dict(zip(heading, map(str.strip, row), strict=True))
                elif row:
                    mistakes.append(Mistake(file, line, f"{len(row)} values under {len(heading)} headings"))
    except UnicodeDecodeError as error:
        mistakes.append(Mistake(file, line, f"the file is not UTF-8 (byte {error.start})"))
    except csv.Error as error:
        mistakes.append(Mistake(file, line + 1, f"not CSV: {error}"))


def _heading_mistakes(file: str, heading: list[str]) -> Iterator[Mistake]:
    if not heading:
        yield Mistake(file, 1, "the file is empty", f"it starts with {','.join(COLUMNS)}")
        return
    for name in sorted({name for name in heading if name not in COLUMNS}):
        near = nearest(name, COLUMNS)
        yield Mistake(file, 1, f"there is no heading {name!r}", f"did you mean {near}?" if near else None)
    for name in COLUMNS:
        if heading.count(name) > 1:
            yield Mistake(file, 1, f"the heading {name} is there twice")
        if name in REQUIRED and name not in heading:
            yield Mistake(file, 1, f"the heading {name} is missing")


def _edge(row: Mapping[str, str], namespace: str | None) -> _Edge:
    """Raises InvalidName, or ValueError with what is wrong."""
    missing = [name for name in REQUIRED if not row[name]]
    if missing:
        raise ValueError(f"{' and '.join(missing)} must not be empty")
    source, target = (parse_name(row[name], default_namespace=namespace) for name in REQUIRED)
    job = parse_name(row["job"], default_namespace=namespace) if row.get("job") else None
    from_column, to_column = row.get("from_column", ""), row.get("to_column", "")
    if to_column and not from_column:
        raise ValueError(f"to_column {to_column} comes from no column: fill in from_column")
    if source == target:
        raise ValueError(f"{source} is made from itself")
    return _Edge(source, target, from_column, to_column, job)


def _with_jobs(edges: Iterable[_Edge], source: str) -> dict[Name, list[_Edge]]:
    ordered = sorted(edges, key=lambda edge: (edge.target, edge.source))
    named_twice = _ambiguous({edge.target for edge in ordered})
    jobs: dict[Name, list[_Edge]] = {}
    for target, group in groupby(ordered, key=lambda edge: edge.target):
        alone = f"{target.name} in {target.namespace}" if target.name in named_twice else target.name
        for edge in group:
            jobs.setdefault(edge.job or Name(f"import:{source}", alone), []).append(edge)
    return jobs


def _ambiguous(names: Iterable[Name]) -> set[str]:
    seen: set[str] = set()
    return {name.name for name in names if name.name in seen or seen.add(name.name)}  # type: ignore[func-returns-value]


def _job(name: Name, edges: list[_Edge]) -> ImportedJob:
    flows = dict.fromkeys(
        ColumnFlow(edge.source, edge.from_column, edge.target, edge.to_column) for edge in edges if edge.to_column
    )
    shapes = dict.fromkeys(
        Shape(edge.source, edge.from_column, edge.target) for edge in edges if edge.from_column and not edge.to_column
    )
    told = {edge.source for edge in edges if edge.from_column}
    inputs = sorted({edge.source for edge in edges})
    silent = tuple(f"no columns of {source} are declared" for source in inputs if source not in told)
    return ImportedJob(
        name,
        "imported",
        tuple(inputs),
        tuple(sorted({edge.target for edge in edges})),
        ColumnFlows(tuple(flows), tuple(shapes), "declared", silent, known=bool(told)),
    )
