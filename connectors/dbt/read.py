"""A dbt project as declarations, named as dbt's OpenLineage client names things: what is observed meets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from connectors.dbt.artifacts import Node, Project, owners_in, read_project
from connectors.dbt.columns import columns_of, constraints_of
from connectors.dbt.documents import text, texts
from connectors.dbt.flows import flows_of
from connectors.foreign import part
from graph_model.contracts.entities import Contract
from graph_model.errors import InvalidInput
from graph_model.estate.entities import ConsumerSpec, DatasetSpec, ReadSpec
from graph_model.imports.entities import Declarations, ImportedJob
from graph_model.lineage.entities import ColumnFlows
from graph_model.names import Name

JOBS = "dbt"
"""The namespace of jobs where none is given; dbt's OpenLineage client uses it too."""
# Their namespace says nothing but what it is.
_PLACELESS = {"bigquery": "bigquery"}


def read_dbt(target: Path, *, source: str | None = None, datasets: str | None = None, jobs: str = JOBS) -> Declarations:
    """The project in a target folder.

    `datasets` is the namespace of its relations, `jobs` that of its models and exposures.

    Raises InvalidImport for a folder without a manifest that can be read, InvalidInput where something must be said.
    """
    project = read_project(target)
    namespace = namespace_of(project, datasets)
    if not (source or project.name):
        raise InvalidInput("--source", "the artifacts do not say the name of the project: write one")
    return _Reading(project, namespace, jobs).declarations(source or project.name)


def namespace_of(project: Project, datasets: str | None) -> str:
    """Where the relations of a project are. Raises InvalidInput where that must be said."""
    namespace = datasets or _PLACELESS.get(project.adapter)
    if not namespace:
        where = f"the artifacts do not say where the {project.adapter or 'unknown'} database is"
        raise InvalidInput("--datasets", f"{where}: write its namespace, such as postgres://HOST:PORT")
    return namespace


def job_name(node: Node, jobs: str) -> Name:
    """The name of the job that makes the relation of a model or snapshot."""
    place = node.relation.rpartition(".")[0]
    behind = ".snapshot" if node.kind == "snapshot" else ""
    return Name(jobs, f"{place}.{node.id.partition('.')[2]}{behind}")


@dataclass(frozen=True)
class _Reading:
    project: Project
    datasets: str
    jobs: str

    def declarations(self, source: str) -> Declarations:
        relations = [node for node in self.project.nodes.values() if node.is_dataset]
        made = flows_of(self.project, self._name)
        return Declarations(
            source,
            tuple(self._dataset(node) for node in relations),
            tuple(self._job(node, *made[node.id]) for node in relations if node.id in made),
            tuple(self._consumer(node) for node in self.project.of_kind("exposure")),
            self.project.notes,
        )

    def _name(self, relation: str) -> Name:
        return Name(self.datasets, relation)

    def _dataset(self, node: Node) -> DatasetSpec:
        told = {
            "unique_id": node.id,
            "materialized": node.materialized or node.kind,
            "tests": self._tests.get(node.id),
            "constraints": constraints_of(node),
        }
        return DatasetSpec(
            self._name(node.relation),
            "view" if node.materialized == "view" else "table",
            contract=Contract(columns=columns_of(self.project, node)),
            owners=self._owners(node),
            description=text(node.document, "description"),
            tags=node.told("tags"),
            options={"dbt": {key: value for key, value in told.items() if value}},
        )

    def _job(self, node: Node, inputs: tuple[Name, ...], flows: ColumnFlows) -> ImportedJob:
        return ImportedJob(
            job_name(node, self.jobs),
            "dbt",
            inputs,
            (self._name(node.relation),),
            flows,
            self._owners(node),
            text(node.document, "description"),
        )

    def _consumer(self, node: Node) -> ConsumerSpec:
        owners = owners_in(part(node.document, "owner")) or self._owners(node)
        reads = tuple(ReadSpec(self._name(other.relation)) for other in self.project.datasets_behind(node))
        about = " ".join(one for one in (text(node.document, "description"), text(node.document, "url")) if one)
        kind = text(node.document, "type") or "exposure"
        return ConsumerSpec(Name(self.jobs, node.name), kind, reads, owners, description=about)

    def _owners(self, node: Node) -> tuple[str, ...]:
        owner = node.meta().get("owner")
        said = owners_in(owner) if isinstance(owner, dict) else texts(node.meta(), "owner")
        group = text(node.config, "group") or text(node.document, "group")
        return said or self.project.owners.get(group, ())

    @cached_property
    def _tests(self) -> Mapping[str, list[str]]:
        """What dbt tests of each relation, in words: `unique(customer_id)`."""
        found: dict[str, list[str]] = {}
        for node in self.project.of_kind("test"):
            about = text(node.document, "attached_node") or next(iter(node.depends_on), "")
            kind = text(part(node.document, "test_metadata"), "name") or node.name
            column = text(node.document, "column_name")
            found.setdefault(about, []).append(f"{kind}({column})" if column else kind)
        return {id: sorted(words) for id, words in found.items()}
