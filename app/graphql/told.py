"""What others tell of datasets and jobs, beside what is declared."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from app.graphql.names import BigInt, QualifiedName
from graph_model.observed import known


@strawberry.type(description="An owner as others tell it. `role`: what kind of owner, in their words.")
class ToldOwner:
    name: str
    role: str

    @classmethod
    def of(cls, found: known.ToldOwner) -> ToldOwner:
        return cls(name=found.name, role=found.role)


@strawberry.type(description="What others tell of a column.")
class ToldColumn:
    path: str
    description: str
    tags: list[str]


@strawberry.type(description="A level that a dataset lies in: its kind (DATABASE, SCHEMA …) and its name.")
class ToldLevel:
    kind: str
    name: str


@strawberry.type(
    description="Counts that others told. `measured` by a check, or what one run `read` or `written`, which need "
    "not be all."
)
class ToldStatistics:
    kind: str
    at: datetime
    rows: BigInt | None
    bytes: BigInt | None
    files: BigInt | None


@strawberry.type(
    description="What others tell of a dataset, by their latest word. Owners and tags of the dataset hold these too; "
    "its description is this one only where none is declared."
)
class ToldOfDataset:
    owners: list[ToldOwner]
    tags: list[str]
    description: str
    columns: list[ToldColumn]
    kind: str = strawberry.field(description="TABLE, VIEW, FILE, TOPIC, STREAM, MODEL …; empty: not told.")
    sub_kind: str
    levels: list[ToldLevel] = strawberry.field(description="From the widest one inwards.")
    catalog: JSON
    storage: JSON
    data_source: JSON
    statistics: list[ToldStatistics]
    text: strawberry.Private[str]

    @strawberry.field(description="Facets as they were sent last, those too that nothing is read from.")
    def facets(self) -> JSON:
        return JSON(dict(known.raw_facets(self.text)))

    @classmethod
    def of(cls, found: known.ToldOfDataset, facets: str) -> ToldOfDataset:
        return cls(
            owners=[ToldOwner.of(owner) for owner in found.owners],
            tags=list(found.tags),
            description=found.description,
            columns=[
                ToldColumn(path=column.path, description=column.description, tags=list(column.tags))
                for column in found.columns
            ],
            kind=found.kind,
            sub_kind=found.sub_kind,
            levels=[ToldLevel(kind=kind, name=name) for kind, name in found.levels],
            catalog=JSON(dict(found.catalog)),
            storage=JSON(dict(found.storage)),
            data_source=JSON(dict(found.data_source)),
            statistics=[_statistics(one) for one in found.statistics],
            text=facets,
        )


def _statistics(found: known.Statistics) -> ToldStatistics:
    rows, size, files = (None if count is None else BigInt(count) for count in (found.rows, found.bytes, found.files))
    return ToldStatistics(kind=found.kind, at=found.at, rows=rows, bytes=size, files=files)


@strawberry.type(
    description="What others tell of a job, by their latest word. Owners and tags of the job hold these too; its "
    "description is this one only where none is declared."
)
class ToldOfJob:
    owners: list[ToldOwner]
    tags: list[str]
    description: str
    integration: str = strawberry.field(description="The kind of client: SPARK, DBT, AIRFLOW …; empty: not told.")
    processing: str = strawberry.field(description="BATCH, STREAMING or SERVICE; empty: not told.")
    kind: str = strawberry.field(description="What it is to its client: TASK, DAG, MODEL, QUERY …")
    code: JSON = strawberry.field(description="Where its code lies: url, branch, version …")
    gap: str = strawberry.field(
        description="What its client could not read, so that not all of it is known; empty: nothing such."
    )
    text: strawberry.Private[str]

    @strawberry.field(description="Facets as they were sent last, those too that nothing is read from.")
    def facets(self) -> JSON:
        return JSON(dict(known.raw_facets(self.text)))

    @classmethod
    def of(cls, found: known.ToldOfJob, facets: str) -> ToldOfJob:
        return cls(
            owners=[ToldOwner.of(owner) for owner in found.owners],
            tags=list(found.tags),
            description=found.description,
            integration=found.integration,
            processing=found.processing,
            kind=found.kind,
            code=JSON(dict(found.code)),
            gap=found.gap,
            text=facets,
        )


@strawberry.type(description="A run by the id that its client has for it, which is one run only together with its job.")
class ToldRun:
    job: QualifiedName
    run: str

    @classmethod
    def of(cls, found: known.ToldRun | None) -> ToldRun | None:
        return cls(job=QualifiedName.of(found.job), run=found.run) if found else None


@strawberry.type(description="A test that a run told of; it need not say what it is about.")
class ToldTest:
    name: str
    status: str = strawberry.field(description="pass, fail or skip")
    severity: str
    description: str
    expected: str
    actual: str

    @classmethod
    def of(cls, found: known.ToldTest) -> ToldTest:
        return cls(
            name=found.name,
            status=found.status,
            severity=found.severity,
            description=found.description,
            expected=found.expected,
            actual=found.actual,
        )
