"""Proposes the datasets of a folder: files whose paths differ only by their partition are one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from connectors import storage
from connectors.crawl.dialect import csv_options
from connectors.crawl.entities import Crawled, Proposal, Skipped
from connectors.crawl.naming import DATE, PART, Shape, name_of, shape_of
from connectors.crawl.owners import CodeOwners, code_owners, owners_of
from connectors.crawl.sample import COMPARED, HEAD, TEXTS, disagreements, look
from connectors.crawl.walk import File, walk
from graph_model.errors import ContentError, InvalidInput, StorageUnavailable
from graph_model.partitions.units import UNITS

MOST_KEYS = 1_000
_ENDINGS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
_MANIFEST = "manifest.json"
_KEY = re.compile(r"^[^\W_][\w.+=-]{0,99}$")


@dataclass(frozen=True, slots=True)
class Group:
    """Files of one dataset, by path; all have the same template."""

    format: str
    files: tuple[File, ...]
    shapes: tuple[Shape, ...]

    @property
    def template(self) -> str:
        return self.shapes[0].template

    @property
    def keys(self) -> list[str]:
        return sorted({shape.key for shape in self.shapes if shape.key})


@dataclass(frozen=True, slots=True)
class Place:
    """Where the partitions of a dataset lie; `location` None when no template can say it."""

    location: str | None
    partition: Mapping[str, Any]
    note: str = ""


def crawl_folder(folder: Path, root: Path) -> Crawled:
    """Every dataset in `folder`; locations are below the storage root where they can be. Raises InvalidInput for a
    folder that is none, or too large."""
    if not folder.is_dir():
        raise InvalidInput(str(folder), "is no folder")
    return _proposed(folder.resolve(), root.resolve(), lambda _: True)


def crawl_file(path: Path, root: Path) -> Crawled:
    """The dataset that a file belongs to, with the files of its other partitions."""
    path = path.resolve()
    base = path.parent
    while base.parent != base and _is_slot(base.name):
        base = base.parent
    wanted = shape_of(path.relative_to(base).as_posix()).template
    return _proposed(base, root.resolve(), lambda template: template == wanted)


def _is_slot(name: str) -> bool:
    """Whether the name of a folder is a partition, or a piece of one."""
    shape = shape_of(f"{name}/x")
    return bool(shape.every or shape.levels) or bool(re.fullmatch(r"\d{1,2}|\d{4}", name))


def _proposed(base: Path, root: Path, is_meant: Any) -> Crawled:
    walked = walk(base)
    skipped = list(walked.skipped)
    groups = [group for group in _groups(walked.files, skipped) if is_meant(group.template)]
    rules = code_owners(base)
    found = [one for group in groups if (one := _proposal(group, base, root, rules, skipped))]
    return Crawled(str(base), tuple(_named_apart(found)), tuple(sorted(skipped, key=lambda one: one.place)))


def _groups(files: Iterable[File], skipped: list[Skipped]) -> Iterator[Group]:
    listed = list(files)
    manifests = tuple(file.path.removesuffix(_MANIFEST) for file in listed if file.path.rpartition("/")[2] == _MANIFEST)
    together: dict[tuple[str, str], list[tuple[File, Shape]]] = defaultdict(list)
    for file in listed:
        format = _format_of(file.path)
        if format != "manifest" and file.path.startswith(manifests):
            continue  # the manifest speaks for it
        if format is None or set(file.path) & set("{}"):
            skipped.append(Skipped(file.path, _unknown(file.path) if format is None else "its name holds a brace"))
            continue
        shape = shape_of(file.path)
        together[shape.template, format].append((file, shape))
    for (_, format), found in together.items():
        for members in _apart_where_years_are_names(found):
            yield Group(format, tuple(file for file, _ in members), tuple(shape for _, shape in members))


def _apart_where_years_are_names(found: list[tuple[File, Shape]]) -> list[list[tuple[File, Shape]]]:
    """A lone year in a lone name (`census_2010.csv`) is no slice of anything."""
    if len(found) > 1 or found[0][1].every != "year":
        return [found]
    file, _ = found[0]
    return [[(file, Shape(file.path))]]


def _format_of(path: str) -> str | None:
    name = path.rpartition("/")[2].lower()
    if name == _MANIFEST:
        return "manifest"
    own = next((format for ending, format in _ENDINGS.items() if name.endswith(ending)), None)
    return own or next((format for ending, format in _brought_along().items() if name.endswith(ending)), None)


@cache
def _brought_along() -> dict[str, str]:
    known = {*_ENDINGS.values(), "manifest", "table"}
    return {ending: name for name in storage.formats() if name not in known and (ending := storage.suffix(name))}


def _unknown(path: str) -> str:
    ending = path.rpartition("/")[2].rpartition(".")[2].lower()
    if ending in ("db", "sqlite", "sqlite3", "duckdb"):
        return "a database: crawl its address"
    if ending in ("gz", "zst", "bz2", "zip", "xz"):
        return "it is compressed: no format reads it so"
    return "its ending is of no known format"


def _proposal(
    group: Group, base: Path, root: Path, rules: CodeOwners | None, skipped: list[Skipped]
) -> Proposal | None:
    newest, first = base / group.files[-1].path, base / group.files[0].path
    try:
        options = _options(newest, group.format)
        columns, keys = look(newest, group.format, options)
    except (ContentError, StorageUnavailable) as error:
        others = "" if len(group.files) == 1 else f"; {len(group.files) - 1} files beside it were not looked at"
        skipped.append(Skipped(group.files[-1].path, f"{error}{others}"))
        return None
    others = [base / file.path for file in group.files[:-1]]
    told = disagreements(columns, others, group.format, options)
    place = _place(group)
    notes = [place.note, *told, *_gaps(group, place), *_agreement(others, told), *_cut(group)]
    return Proposal(
        name=name_of(group.template)[0] if name_of(group.template) else _fallback(first, base),
        format=group.format,
        place=str(base / (place.location or group.template)),
        location=None if place.location is None else _below(base / place.location, root),
        partition=place.partition,
        options=options,
        columns=columns,
        keys=keys,
        owners=owners_of(base, [(file.path, file.user) for file in group.files], rules),
        summary=_summary(group),
        notes=tuple(note for note in notes if note),
    )


def _options(path: Path, format: str) -> dict[str, Any]:
    return csv_options(path) if format == "csv" else {}


def _fallback(path: Path, base: Path) -> str:
    """A file of which nothing but its partition is said is called like the folder it lies in."""
    return re.sub(r"[^\w.-]+", "_", base.name).strip("_.-") or path.stem


def _place(group: Group) -> Place:
    shape = group.shapes[0]
    template, is_whole = _without_parts(group)
    levels = list(shape.levels)
    timed = {"every": shape.every, "from": group.keys[0]} if shape.every else {}
    if template is None:
        return Place(None, timed, "several files are one content only with a manifest")
    if not levels:
        if timed and not all(one.is_spelled_so for one in group.shapes):
            told = f"{group.keys[-1]} is {group.files[-1].path}"
            return Place(
                None, timed, f"no template says where a partition lies ({told}): report each with its location"
            )
        return Place(template, timed)
    if group.format == "parquet" and (timed or len(levels) > 1):
        return _folder_of_levels(template, timed)
    if timed or len(levels) > 1:
        return Place(None, timed, f"the levels {', '.join(levels)} are more than a partition can be")
    return _listed(template, levels[0], group, is_whole=is_whole)


def _without_parts(group: Group) -> tuple[str | None, bool]:
    """The template up to what is one content: a file, or for Parquet the folder with its parts."""
    template = group.template
    if PART not in template:
        return template, False
    if group.format == "parquet":
        return template.rpartition("/")[0] or ".", True
    names = {file.path.rpartition("/")[2] for file in group.files}
    folder = template.rpartition("/")[0]
    return (f"{folder}/{names.pop()}".lstrip("/"), False) if len(names) == 1 else (None, False)


def _folder_of_levels(template: str, timed: Mapping[str, Any]) -> Place:
    """Levels become columns of a folder of Parquet files; a date above them is its partition."""
    before = template[: template.index("={")].rpartition("/")[0]
    if DATE in before or not timed:
        return Place(before or ".", timed, "one content with a column for each level")
    return Place(before or ".", {}, "read as one content: the date stands below or in the other levels")


def _listed(template: str, level: str, group: Group, *, is_whole: bool) -> Place:
    keys = sorted({shape.levels[level] for shape in group.shapes})
    if len(keys) > MOST_KEYS or not all(_KEY.match(key) for key in keys):
        return Place(None, {}, f"{level} has {len(keys)} values, not all of which can be partitions")
    if not is_whole and len(group.files) > len(keys):
        return Place(None, {"keys": keys}, "several files are one content only with a manifest")
    return Place(template.replace(f"{{{level}}}", "{partition}"), {"keys": keys})


def _gaps(group: Group, place: Place) -> Iterator[str]:
    unit = UNITS.get(place.partition.get("every", ""))
    if unit is None:
        return
    keys = group.keys
    missing = unit.index(keys[-1]) - unit.index(keys[0]) + 1 - len(keys)
    if missing:
        yield (
            f"1 {unit.name} in between has no file"
            if missing == 1
            else f"{missing:,} {unit.name}s in between have no file"
        )


def _agreement(others: Sequence[Path], told: Sequence[str]) -> Iterator[str]:
    if others and not told:
        looked_at = min(len(others), COMPARED) + 1
        yield f"looked into {looked_at} of {len(others) + 1:,} files; they have the same columns"


def _cut(group: Group) -> Iterator[str]:
    if group.format in TEXTS and group.files[-1].size > HEAD:
        yield f"types are those of the first {HEAD // 1024**2} MiB of {group.files[-1].path}"


def _summary(group: Group) -> str:
    count = "1 file" if len(group.files) == 1 else f"{len(group.files):,} files"
    keys = group.keys
    return f"{count}, {keys[0]} to {keys[-1]}" if len(keys) > 1 else count


def _below(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _named_apart(found: Sequence[Proposal]) -> Iterator[Proposal]:
    """Where several would be called so, the folder says which: `raw_flights` and `clean_flights`."""
    taken: set[str] = set()
    by_name = defaultdict(list)
    for one in found:
        by_name[one.name].append(one)
    for one in found:
        words = name_of(Path(one.place).as_posix())
        candidates = [one.name] if len(by_name[one.name]) == 1 else []
        candidates += ["_".join(reversed([one.name, *words[1 : depth + 1]])) for depth in range(1, len(words))]
        candidates += [f"{one.name}_{one.format}", *(f"{one.name}_{number}" for number in range(2, len(found) + 2))]
        name = next(name for name in candidates if name not in taken)
        taken.add(name)
        yield replace(one, name=name)
