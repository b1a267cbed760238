"""The artifacts of dbt, of any version from manifest v7 (dbt 1.3) on; what newer ones add is passed over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from connectors.dbt.documents import Document, load, parts, text, texts
from connectors.foreign import part
from graph_model.errors import InvalidImport, Mistake

OLDEST = 7
_VERSION = re.compile(r"/manifest/v(\d+)")
_DATASETS = ("model", "seed", "snapshot", "source")


@dataclass(frozen=True, slots=True)
class Node:
    """A model, seed, snapshot, source, exposure, or something that only passes on what it depends on."""

    id: str
    kind: str
    name: str
    document: Document
    depends_on: tuple[str, ...] = ()

    @property
    def config(self) -> Document:
        return part(self.document, "config")

    @property
    def materialized(self) -> str:
        return text(self.config, "materialized")

    @property
    def is_dataset(self) -> bool:
        """Whether the database has a relation of it."""
        return self.kind in _DATASETS and self.materialized != "ephemeral"

    @property
    def relation(self) -> str:
        """Its whole name as dbt's OpenLineage client spells it: a source by its name, the rest by their alias."""
        return self._relation(self.name if self.kind == "source" else text(self.document, "alias") or self.name)

    @property
    def stored_as(self) -> str:
        """Its whole name in SQL; a source may be called otherwise there."""
        return self._relation(text(self.document, "identifier") or text(self.document, "alias") or self.name)

    @property
    def code(self) -> str:
        return text(self.document, "compiled_code") or text(self.document, "compiled_sql")

    def told(self, key: str) -> tuple[str, ...]:
        """Texts that older versions keep beside the config and newer ones in it."""
        return tuple(dict.fromkeys((*texts(self.document, key), *texts(self.config, key))))

    def meta(self) -> Document:
        return {**part(self.document, "meta"), **part(self.config, "meta")}

    def _relation(self, table: str) -> str:
        known = (text(self.document, "database"), text(self.document, "schema"), table)
        return ".".join(one for one in known if one)


@dataclass(frozen=True, slots=True)
class Project:
    """Everything that the artifacts of one project say. `columns` are those that the catalog has found, by node."""

    name: str
    adapter: str
    version: int
    nodes: Mapping[str, Node]
    columns: Mapping[str, tuple[Document, ...]]
    owners: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def of_kind(self, *kinds: str) -> Iterator[Node]:
        yield from (node for node in self.nodes.values() if node.kind in kinds)

    def datasets_behind(self, node: Node) -> tuple[Node, ...]:
        """The relations that a node depends on, through whatever has none (ephemeral models, metrics)."""
        found: dict[str, Node] = {}
        seen: set[str] = set()
        waiting = list(reversed(node.depends_on))
        while waiting:
            id = waiting.pop()
            other = self.nodes.get(id)
            if other is None or id in seen:
                continue
            seen.add(id)
            if other.is_dataset:
                found[id] = other
            else:
                waiting += reversed(other.depends_on)
        return tuple(found.values())


def read_project(target: Path) -> Project:
    """The project whose artifacts lie in `target`: manifest.json, and if they are there catalog.json, run_results.json.

    Raises InvalidImport for what is no manifest that can be read.
    """
    path = target / "manifest.json"
    if not path.is_file():
        hint = "run `dbt compile` or `dbt docs generate`, and name its target folder"
        raise InvalidImport([Mistake(str(path), 1, "there is no such file", hint)])
    manifest = load(path)
    version = _version(path, manifest)
    metadata = part(manifest, "metadata")
    compiled = dict(_compiled(target))
    nodes = {node.id: node for node in _nodes(manifest, compiled)}
    nameless = [node for node in nodes.values() if node.is_dataset and not text(node.document, "schema")]
    nodes = {id: node for id, node in nodes.items() if node not in nameless}
    return Project(
        text(metadata, "project_name") or _project_of(nodes),
        text(metadata, "adapter_type"),
        version,
        nodes,
        dict(_catalog(target)),
        dict(_group_owners(manifest)),
        tuple(f"{node.id} is left out: it says no schema" for node in nameless),
    )


def _version(path: Path, manifest: Document) -> int:
    said = text(part(manifest, "metadata"), "dbt_schema_version")
    found = _VERSION.search(said)
    if not found or not part(manifest, "nodes").keys() | part(manifest, "sources").keys():
        raise InvalidImport([Mistake(str(path), 1, "not a manifest of dbt", "name the target folder of a dbt project")])
    version = int(found[1])
    if version < OLDEST:
        what = f"manifest version {version} is too old: version {OLDEST} (dbt 1.3) or newer is read"
        raise InvalidImport([Mistake(str(path), 1, what)])
    return version


def _nodes(manifest: Document, compiled: Mapping[str, str]) -> Iterator[Node]:
    for section in ("nodes", "sources", "exposures", "metrics", "semantic_models", "saved_queries"):
        for id, document in parts(manifest, section):
            kind = text(document, "resource_type") or id.partition(".")[0]
            needs = texts(part(document, "depends_on"), "nodes")
            name = text(document, "name") or id.rpartition(".")[2]
            if part(document, "config").get("enabled") is not False:
                yield Node(id, kind, name, {"compiled_code": compiled.get(id), **_told(document)}, needs)


def _told(document: Document) -> Document:
    """Without empty values, which newer versions write where older ones write nothing."""
    return {key: value for key, value in document.items() if value is not None}


def _catalog(target: Path) -> Iterator[tuple[str, tuple[Document, ...]]]:
    path = target / "catalog.json"
    if not path.is_file():
        return
    catalog = load(path)
    for section in ("nodes", "sources"):
        for id, document in parts(catalog, section):
            columns = [{"name": name, **column} for name, column in parts(document, "columns")]
            yield id, tuple(sorted(columns, key=_position))


def _position(column: Document) -> tuple[int, str]:
    index = column.get("index")
    return (index if isinstance(index, int) else 1 << 30, text(column, "name"))


def _compiled(target: Path) -> Iterator[tuple[str, str]]:
    """SQL that the last run compiled; a manifest that was only parsed has none."""
    path = target / "run_results.json"
    results = load(path).get("results") if path.is_file() else None
    for one in results if isinstance(results, list) else ():
        if isinstance(one, dict) and text(one, "unique_id") and text(one, "compiled_code"):
            yield text(one, "unique_id"), text(one, "compiled_code")


def _group_owners(manifest: Document) -> Iterator[tuple[str, tuple[str, ...]]]:
    for _, group in parts(manifest, "groups"):
        yield text(group, "name"), owners_in(part(group, "owner"))


def owners_in(owner: Document) -> tuple[str, ...]:
    """An owner by mail, else by name."""
    return texts(owner, "email") or texts(owner, "name")


def _project_of(nodes: Mapping[str, Node]) -> str:
    """Manifests before v12 may not say the project; ids do."""
    first = next((id for id, node in nodes.items() if node.kind in ("model", "seed")), "")
    return first.split(".")[1] if first.count(".") >= 2 else ""
