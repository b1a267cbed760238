"""Draws an estate from a seed: sources with rows, then jobs over what is there, each run at once, kept if it works."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import pyarrow as pa

from benchmarks.decision_trust import data, python_shapes, sql_shapes
from benchmarks.decision_trust.engines import Engines
from benchmarks.decision_trust.kinds import columns_of_contents, kinds_of
from benchmarks.decision_trust.sql_shapes import Pen, Table
from benchmarks.decision_trust.sqlite_side import DECLARED, sqlite_table
from benchmarks.decision_trust.texts import as_content, as_table
from benchmarks.decision_trust.world import DAYS, Content, Dataset, Input, Job, Reader, World

FEWEST_JOBS, MOST_JOBS = 5, 60
_TYPICAL_JOBS = 9
_MOST_ROWS, _MOST_COLUMNS = 400, 14
_CSV_TYPES = {
    "string": "string",
    "date": "date",
    "boolean": "boolean",
}


def draw_world(name: str, rng: Random, engines: Engines, *, jobs: int | None = None) -> World:
    """`jobs` None: as many as most estates have, sometimes many."""
    drafting = _Drafting(rng, engines)
    drafting.sources()
    wanted = jobs or min(MOST_JOBS, max(FEWEST_JOBS, int(rng.expovariate(1 / _TYPICAL_JOBS)) + FEWEST_JOBS))
    for _ in range(wanted * 6):
        if len(drafting.jobs) == wanted:
            break
        drafting.add_job()
    drafting.add_readers()
    return drafting.world(name)


@dataclass(slots=True)
class _Drafting:
    rng: Random
    engines: Engines
    datasets: dict[str, Dataset] = field(default_factory=dict)
    contents: dict[str, list[Content | None]] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    readers: list[Reader] = field(default_factory=list)
    from_sources: list[str] = field(default_factory=list)

    def world(self, name: str) -> World:
        sources = {one: tuple(part for part in self.contents[one] if part) for one in self.from_sources}
        return World(name, self.datasets, tuple(self.jobs), tuple(self.readers), sources)

    def sources(self) -> None:
        subjects = self.rng.sample(list(data.SUBJECTS), self.rng.randint(2, 4))
        if "orders" not in subjects:
            subjects[0] = "orders"
        daily = self.rng.random() < 0.35
        for subject in subjects:
            format_ = self.rng.choice(("parquet", "parquet", "parquet", "csv"))
            self._source(subject, subject, format_, daily=daily and subject in ("orders", "events"))
        if self.rng.random() < 0.35:
            for subject in self.rng.sample(("orders", "customers", "events"), 2):
                self._source(f"lite_{subject}", subject, "sqlite", daily=False)

    def _source(self, name: str, subject: str, format_: str, *, daily: bool) -> None:
        drawn = data.draw_columns(self.rng, subject)
        if format_ == "csv":
            drawn = [(kind, _plain(type_), nullable) for kind, type_, nullable in drawn]
        options: dict[str, object] = {}
        if format_ == "csv":
            options = self.rng.choice(({}, {}, {"delimiter": ";"}))
        if format_ == "sqlite":
            drawn = [(kind, _plain(type_), nullable) for kind, type_, nullable in drawn if _plain(type_) in DECLARED]
        dataset = Dataset(
            name,
            format_,  # type: ignore[arg-type]
            data.columns_of(drawn),
            options,
            daily=daily,
            placed=format_ != "sqlite" and self.rng.random() < 0.5,
            checked=self.rng.random() < 0.3,
            key=(drawn[0][0].name,),
        )
        self.datasets[name] = dataset
        self.from_sources.append(name)
        rows = [
            data.draw_rows(self.rng, subject, drawn, csv=format_ == "csv") for _ in range(len(DAYS) if daily else 1)
        ]
        self.contents[name] = [_sqlite(table) if format_ == "sqlite" else as_content(table, dataset) for table in rows]

    def add_job(self) -> None:
        name = f"job{len(self.jobs) + 1}"
        first = self._some_dataset()
        if first.format == "sqlite":
            self._add_sql(name, first, sqlite=True)
        elif first.format == "csv":
            shapes = python_shapes.OF_CSV
            if first.options.get("header", True) and self.rng.random() < 0.4:
                self._add_sql(name, first)
            else:
                self._add_python(name, first, shapes)
        elif self.rng.random() < 0.28:
            self._add_python(name, first, python_shapes.OF_PARQUET)
        else:
            self._add_sql(name, first)

    def _some_dataset(self) -> Dataset:
        """Rather what came late, so that there are chains; never what a feed alone holds."""
        names = list(self.datasets)
        if self.rng.random() < 0.8:  # SQLite is a part beside, and shall not take over
            names = [name for name in names if self.datasets[name].format != "sqlite"]
        return self.datasets[names[max(self.rng.randrange(len(names)), self.rng.randrange(len(names)))]]

    def _add_sql(self, name: str, first: Dataset, *, sqlite: bool = False) -> None:
        pen = Pen(self.rng, sqlite=sqlite)
        tables, inputs = [self._table(first)], [Input(first.name)]
        shapes = sql_shapes.OF_ONE
        partner = self._partner(first)
        if first.daily and self.rng.random() < 0.3:
            inputs, shapes = [Input(first.name, window=2)], (sql_shapes.by_day,)
            tables = [Table(first.name, {**tables[0].kinds}, window=True)]
        elif partner and self.rng.random() < 0.5:
            tables.append(self._table(partner))
            inputs.append(Input(partner.name))
            shapes = sql_shapes.OF_TWO
        if not tables[0].kinds:
            return
        text = self.rng.choice(shapes)(pen, tables)
        output = f"t{name[3:]}_{self.rng.choice(('view', 'table', 'mart', 'daily'))}"
        as_csv = not sqlite and self.rng.random() < 0.08
        options = self.rng.choice(({}, {"header": False})) if as_csv else {}
        format_ = "sqlite" if sqlite else "csv" if as_csv else "parquet"
        job = Job(name, "sqlite" if sqlite else "duckdb", text, tuple(inputs), output)
        self._keep(job, Dataset(output, format_, (), options))  # type: ignore[arg-type]

    def _add_python(self, name: str, first: Dataset, shapes: tuple[python_shapes.PythonShape, ...]) -> None:
        output = f"p{name[3:]}_{self.rng.choice(('file', 'clean', 'feed'))}"
        kinds = kinds_of(first.columns)
        if len(kinds) < 2:
            return
        drawn = self.rng.choice(shapes)(self.rng, first, kinds, output)
        if drawn is None:
            return
        options = dict(drawn.options)
        format_ = str(options.pop("format", "parquet"))
        job = Job(name, "python", drawn.source, (Input(first.name, by=drawn.by),), output, dict(drawn.flows))
        self._keep(job, Dataset(output, format_, (), options))  # type: ignore[arg-type]

    def _table(self, dataset: Dataset) -> Table:
        return Table(dataset.name, {name: kind for name, kind in kinds_of(dataset.columns).items() if kind})

    def _partner(self, first: Dataset) -> Dataset | None:
        own = self._table(first).kinds
        fitting = [
            one
            for one in self.datasets.values()
            if one.name != first.name
            and (one.format == "sqlite") == (first.format == "sqlite")
            and one.options.get("header", True)
            and any(kind and own.get(name) == kind for name, kind in self._table(one).kinds.items())
        ]
        return self.rng.choice(fitting) if fitting else None

    def _keep(self, job: Job, output: Dataset) -> None:
        daily = any(self.datasets[one.dataset].daily for one in job.inputs)
        made: list[Content | None] = []
        for day in range(len(DAYS) if daily else 1):
            inputs = {one.dataset: self._parts(one, day) for one in job.inputs}
            try:
                made.append(self.engines.run(job, inputs, output, DAYS[day]) if all(inputs.values()) else None)
            except Exception:  # noqa: BLE001  not every drawing is a query that works
                return
        columns = columns_of_contents([one for one in made if one], output, job, self.datasets)
        if columns is None or not all(_is_small(one, output) for one in made if one) or len(columns) > _MOST_COLUMNS:
            return
        self.jobs.append(job)
        checked = output.format == "parquet" and self.rng.random() < 0.25
        placed = output.format != "sqlite" and self.rng.random() < 0.4
        self.datasets[output.name] = Dataset(
            output.name, output.format, columns, output.options, daily=daily, placed=placed, checked=checked
        )
        self.contents[output.name] = made

    def _parts(self, one: Input, day: int) -> list[tuple[str, Content, Dataset]]:
        dataset = self.datasets[one.dataset]
        days = [0] if not dataset.daily else [day] if not one.window else range(max(0, day - one.window), day)
        parts = [(DAYS[at], self.contents[one.dataset][at], dataset) for at in days]
        return [] if any(content is None for _, content, _ in parts) else parts  # type: ignore[return-value]

    def add_readers(self) -> None:
        read = {one.dataset for job in self.jobs for one in job.inputs}
        for dataset in list(self.datasets.values()):
            chance = 0.25 if dataset.name in read else 0.85
            while self.rng.random() < chance and dataset.columns:
                self.readers.append(self._reader(dataset))
                chance /= 3

    def _reader(self, dataset: Dataset) -> Reader:
        names = [column.path for column in dataset.columns]
        kept = self.rng.sample(names, min(len(names), self.rng.randint(1, 4)))
        by = self.rng.choice(("name", "name", "name", "exact", "position"))
        if not dataset.options.get("header", True):
            by = "position"
        places = tuple(names.index(name) for name in kept) if by == "position" else ()
        expects = tuple(names) if by == "exact" else ()
        return Reader(f"reader{len(self.readers) + 1}", dataset.name, tuple(kept), by, places, expects)  # type: ignore[arg-type]


def _plain(type_: str) -> str:
    """As a text or SQLite knows it."""
    for start, plain in (("int", "integer"), ("float", "number"), ("decimal", "number"), ("timestamp", "timestamp")):
        if type_.startswith(start):
            return plain
    return _CSV_TYPES[type_]


def _sqlite(table: pa.Table) -> Content:
    columns = [(name, DECLARED[_arrow_plain(table.schema.field(name).type)]) for name in table.column_names]
    return Content(sqlite_table(list(zip(*(column.to_pylist() for column in table.columns), strict=True)), columns))


def _arrow_plain(type_: pa.DataType) -> str:
    if pa.types.is_integer(type_):
        return "integer"
    return "string" if pa.types.is_string(type_) else "number"


def _is_small(content: Content, dataset: Dataset) -> bool:
    """And has rows, or nothing could ever be seen of it."""
    if content.text is not None:
        return content.text.count(b"\n") <= _MOST_ROWS
    return 0 < as_table(content, dataset).num_rows <= _MOST_ROWS
