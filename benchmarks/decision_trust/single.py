"""Draws single changes, of every kind that can be carried out."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from benchmarks.decision_trust.data import STATUSES, SUBJECTS
from benchmarks.decision_trust.kinds import kind_of, kinds_of
from benchmarks.decision_trust.sql_shapes import Pen, Table, pick
from benchmarks.decision_trust.world import Dataset, World
from graph_model.impact import entities as impact
from graph_model.names import Name
from graph_model.schemas.types import kind, parse

Change = impact.Change
_RETYPES = {
    "int": ("int64", "int32", "int16", "uint8", "float64", "decimal(12,2)", "string"),
    "float": ("float32", "int64", "decimal(10,1)", "string"),
    "decimal": ("decimal(14,2)", "decimal(12,4)", "decimal(10,1)", "decimal(5,2)", "float64", "int64", "string"),
    "str": ("int64", "float64", "date"),
    "date": ("timestamp(us)", "string"),
    "ts": ("date", "timestamp(s)", "timestamp(ms)", "timestamp(us,UTC)", "string"),
    "bool": ("string", "int32"),
}
_RETYPES_PLAIN = {
    "int": ("number", "decimal", "string"),
    "float": ("integer", "decimal", "string"),
    "str": ("integer", "number"),
    "date": ("timestamp", "string"),
    "ts": ("date", "string"),
    "bool": ("string", "integer"),
}
_NEW_NAMES = tuple(sorted({kind.name for key, others in SUBJECTS.values() for kind in (key, *others)}))


class Singles:
    """Changes of one world; each drawing may come to nothing."""

    def __init__(self, world: World, rng: Random) -> None:
        self.world, self.rng = world, rng
        read = {one.dataset for job in world.jobs for one in job.inputs} | {one.dataset for one in world.readers}
        self._read = [dataset for name, dataset in world.datasets.items() if name in read and dataset.columns]

    def dataset(self) -> Dataset:
        """One that is read; sources more often than what comes late."""
        return self._read[min(self.rng.randrange(len(self._read)), self.rng.randrange(len(self._read)))]

    def name(self, name: str) -> Name:
        return Name(self.world.name, name)

    def column(self, dataset: Dataset, *kinds: str) -> str | None:
        names = [name for name, kind in kinds_of(dataset.columns).items() if not kinds or kind in kinds]
        return self.rng.choice(names) if names else None

    def add(self, dataset: Dataset) -> Change | None:
        """Often under a name that others have."""
        own = {column.path.lower() for column in dataset.columns}
        names = [*_NEW_NAMES, *(column.path for one in self.world.datasets.values() for column in one.columns)]
        fresh = [name for name in names if name.lower() not in own and name.isidentifier()]
        column = self.rng.choice(fresh) if self.rng.random() < 0.7 and fresh else "added_later"
        place = self.rng.choice((None, None, 0, len(dataset.columns) // 2, len(dataset.columns)))
        exact = ("int64", "string", "date", "float64", "boolean")
        type_ = self.rng.choice(exact if dataset.format == "parquet" else ("integer", "string", "number"))
        nullable = self.rng.random() < 0.6
        default = self.rng.choice((None, "7")) if type_ in ("int64", "string", "integer", "number", "float64") else None
        return impact.AddColumn(self.name(dataset.name), column, type_, nullable, default, place)

    def drop(self, dataset: Dataset) -> Change | None:
        column = self.column(dataset)
        return impact.DropColumn(self.name(dataset.name), column) if column and len(dataset.columns) > 1 else None

    def rename(self, dataset: Dataset) -> Change | None:
        column = self.column(dataset)
        own = {one.path.lower() for one in dataset.columns}
        to = self.rng.choice([f"{column}_new", *(name for name in _NEW_NAMES if name not in own)])
        if self.rng.random() < 0.1 and column:
            to = column.upper()
        return impact.RenameColumn(self.name(dataset.name), column, to) if column else None

    def retype(self, dataset: Dataset) -> Change | None:
        column = self.column(dataset)
        if column is None:
            return None
        before = dataset.types[column]
        options = (_RETYPES_PLAIN if kind(parse(before)) == before else _RETYPES).get(kind_of(before), ())
        if dataset.format == "sqlite":
            options = [one for one in options if one in ("integer", "number", "string")]
        fitting = [one for one in options if one != before]
        return impact.RetypeColumn(self.name(dataset.name), column, self.rng.choice(fitting)) if fitting else None

    def reorder(self, dataset: Dataset) -> Change | None:
        names = [column.path for column in dataset.columns]
        mixed = self.rng.sample(names, len(names))
        return impact.ReorderColumns(self.name(dataset.name), tuple(mixed)) if mixed != names else None

    def nullability(self, dataset: Dataset) -> Change | None:
        if not dataset.columns:
            return None
        column = self.rng.choice(dataset.columns)
        return impact.ChangeNullability(self.name(dataset.name), column.path, not column.nullable)

    def key(self, dataset: Dataset) -> Change | None:
        return impact.ChangeKey(self.name(dataset.name), ()) if dataset.key else None

    def allowed(self, dataset: Dataset) -> Change | None:
        if "status" not in dataset.types or dataset.types["status"] != "string":
            return None
        after = self.rng.choice((STATUSES[:-1], STATUSES[1:], (*STATUSES, "back"), ("new", "paid", "done")))
        return impact.ChangeAllowedValues(self.name(dataset.name), "status", STATUSES, after)

    def meaning(self, dataset: Dataset) -> Change | None:
        column = self.column(dataset)
        return impact.ChangeMeaning(self.name(dataset.name), column, "something else") if column else None

    def default(self, dataset: Dataset) -> Change | None:
        column = self.column(dataset, "int", "float", "str")
        return impact.ChangeDefault(self.name(dataset.name), column, "3") if column else None

    def drop_dataset(self, dataset: Dataset) -> Change | None:
        return impact.DropDataset(self.name(dataset.name))

    def rename_dataset(self, dataset: Dataset) -> Change | None:
        return impact.RenameDataset(self.name(dataset.name), self.name(f"{dataset.name}_renamed"))

    def format(self, dataset: Dataset) -> Change | None:
        name = self.name(dataset.name)
        if dataset.format == "parquet":
            return impact.ChangeFormat(name, "csv")
        if dataset.format != "csv":
            return None
        old = str(dataset.options.get("delimiter", ","))
        header = "true" if dataset.options.get("header", True) else "false"
        options = (
            (("delimiter", old, "|"),),
            (("header", header, "false" if header == "true" else "true"),),
            (("encoding", "utf-8", "utf-16"),),
        )
        return impact.ChangeFormat(name, None, self.rng.choice(options))

    def move(self, dataset: Dataset) -> Change | None:
        if dataset.format == "sqlite":
            return None
        return impact.MoveDataset(self.name(dataset.name), f"elsewhere/{dataset.name}")

    def repartition(self, dataset: Dataset) -> Change | None:
        before, after = ("day", self.rng.choice((None, "month"))) if dataset.daily else (None, "day")
        return impact.Repartition(self.name(dataset.name), before, after)

    def term(self, dataset: Dataset) -> Change | None:
        weaker = self.rng.random() < 0.5
        return impact.ChangeTerm(self.name(dataset.name), "freshness", "1h", "2h" if weaker else "30m", weaker)

    def change_job(self, dataset: Dataset) -> Change | None:
        """Other SQL over the same inputs: what it makes may lack columns."""
        jobs = [job for job in self.world.jobs if job.kind != "python" and job.inputs[0].dataset == dataset.name]
        if not jobs:
            return None
        job = self.rng.choice(jobs)
        pen = Pen(self.rng, sqlite=job.kind == "sqlite")
        table = Table(dataset.name, {name: kind for name, kind in kinds_of(dataset.columns).items() if kind})
        return impact.ChangeJob(self.name(job.name), pick(pen, [table])) if table.kinds else None

    def retire_job(self, dataset: Dataset) -> Change | None:
        maker = self.world.makers.get(dataset.name)
        return impact.RetireJob(self.name(maker.name)) if maker else None

    def retire_consumer(self, dataset: Dataset) -> Change | None:
        readers = [one for one in self.world.readers if one.dataset == dataset.name]
        return impact.RetireConsumer(self.name(self.rng.choice(readers).name)) if readers else None


Single = Callable[[Singles, Dataset], Change | None]
SINGLES: tuple[tuple[str, Single], ...] = (
    ("AddColumn", Singles.add),
    ("AddColumn", Singles.add),
    ("DropColumn", Singles.drop),
    ("DropColumn", Singles.drop),
    ("RenameColumn", Singles.rename),
    ("RenameColumn", Singles.rename),
    ("RetypeColumn", Singles.retype),
    ("RetypeColumn", Singles.retype),
    ("RetypeColumn", Singles.retype),
    ("ReorderColumns", Singles.reorder),
    ("ChangeNullability", Singles.nullability),
    ("ChangeKey", Singles.key),
    ("ChangeAllowedValues", Singles.allowed),
    ("ChangeMeaning", Singles.meaning),
    ("ChangeDefault", Singles.default),
    ("DropDataset", Singles.drop_dataset),
    ("RenameDataset", Singles.rename_dataset),
    ("ChangeFormat", Singles.format),
    ("MoveDataset", Singles.move),
    ("Repartition", Singles.repartition),
    ("ChangeTerm", Singles.term),
    ("ChangeJob", Singles.change_job),
    ("RetireJob", Singles.retire_job),
    ("RetireConsumer", Singles.retire_consumer),
)
