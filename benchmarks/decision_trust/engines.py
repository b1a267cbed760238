"""What runs the code of jobs, as the executors do: SQL over named views, Python over files."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import types
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.decision_trust.sqlite_side import as_sqlite_file, run_sqlite
from benchmarks.decision_trust.world import Content, Dataset, Failed, Job
from connectors import storage
from connectors.checks import validate
from connectors.storage.session import identifier, literal
from graph_model.versions import entities
from workers.executors.python_child import Input, Named, Output
from workers.executors.sql_child import only_select

Parts = Sequence[tuple[str, Content, Dataset]]
"""The versions of one input: partition, content, and the dataset as it was when this was written."""


class Engines:
    """Long-lived, because thousands of small jobs go through it; each job still sees its own inputs and no more."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="decision-trust-")
        self.folder = Path(self._folder.name)
        self._duckdb = duckdb.connect(":memory:", config={"threads": 1})
        self._duckdb.execute("SET python_enable_replacements = false")
        self._modules: dict[str, Any] = {}
        self._tables: dict[tuple[str, str], pa.Table] = {}

    def close(self) -> None:
        self._duckdb.close()
        self._folder.cleanup()

    def run(self, job: Job, inputs: Mapping[str, Parts], output: Dataset, partition: str) -> Content:
        """What the job makes. Raises whatever its engine raises."""
        if job.kind == "python":
            return self._run_python(job, inputs, output, partition)
        if job.kind == "shell":
            return self._run_shell(job, inputs)
        if job.kind == "sqlite":
            return Content(run_sqlite(job.text, {name: parts[0][1].table for name, parts in inputs.items()}))
        windows = {one.dataset for one in job.inputs if one.window}
        made = self.run_duckdb(job.text, inputs, windows, partition)
        if output.format != "csv":
            _check_names(made.column_names)
            return Content(made)
        return self._written(made, output)

    def run_duckdb(
        self, text: str, inputs: Mapping[str, Parts], windows: Collection[str] = (), partition: str = ""
    ) -> pa.Table:
        with self._shown(inputs, windows):
            statement = only_select(self._duckdb, text)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)
                wanted = {"partition": partition} if "partition" in statement.named_parameters else {}
                return self._duckdb.execute(statement, wanted).to_arrow_table()

    @contextmanager
    def _shown(self, inputs: Mapping[str, Parts], windows: Collection[str]) -> Iterator[None]:
        """Each input as one view, as the executor makes it: several versions are united by name."""
        registered: list[str] = []
        views: list[str] = []
        try:
            for name, parts in inputs.items():
                selects = []
                for number, (partition, content, dataset) in enumerate(parts):
                    registered.append(f"_{name}_{number}")
                    self._duckdb.register(registered[-1], self._typed(content, dataset))
                    day = f", {literal(partition)} AS _partition" if name in windows else ""
                    selects.append(f"SELECT *{day} FROM {identifier(registered[-1])}")  # noqa: S608  quoted
                views.append(name)
                self._duckdb.execute(f"CREATE TEMP VIEW {identifier(name)} AS {' UNION ALL BY NAME '.join(selects)}")
            yield
        finally:
            for view in views:
                self._duckdb.execute(f"DROP VIEW IF EXISTS {identifier(view)}")
            for name in registered:
                self._duckdb.unregister(name)

    def _typed(self, content: Content, dataset: Dataset) -> pa.Table:
        """A file of texts as our own reader types it, so that SQL sees what the executor would show it."""
        if content.table is not None:
            return content.table
        key = (content.digest, repr(sorted(dataset.options.items())))
        if key not in self._tables:
            place = entities.Content("csv", str(self.file(content, "csv")), dict(dataset.options), ())
            self._tables[key] = storage.read(place).read_all()
        return self._tables[key]

    def _written(self, made: pa.Table, output: Dataset) -> Content:
        path = self.folder / "written.csv"
        storage.write(entities.Content("csv", str(path), dict(output.options), ()), made.to_reader())
        return Content(text=path.read_bytes())

    def file(self, content: Content, format_: str) -> Path:
        """The content as a file, written once."""
        path = self.folder / f"{content.digest}.{format_}"
        if not path.exists():
            if content.text is not None:
                path.write_bytes(content.text)
            else:
                pq.write_table(content.table, path)
        return path

    def forget(self) -> None:
        """The files and tables of an estate that nobody asks about any more."""
        self._tables.clear()
        self._modules.clear()
        shutil.rmtree(self.folder)
        self.folder.mkdir()

    def _run_python(self, job: Job, inputs: Mapping[str, Parts], output: Dataset, partition: str) -> Content:
        given = {name: Input(name, [self._place(*part) for part in parts]) for name, parts in inputs.items()}
        folder = self.folder / "made"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        made = folder / f"{job.output}.{output.format}"
        place = _place_of(partition, made, output)
        self._module(job.text).build(Named("input", given), Named("output", {job.output: Output(place)}), partition)
        if output.format == "manifest":
            return Content(text=_package(folder))
        return Content(text=made.read_bytes()) if output.is_text else Content(pq.read_table(made, partitioning=None))

    def _run_shell(self, job: Job, inputs: Mapping[str, Parts]) -> Content:
        """A command over files, each word of it on a line."""
        made = self.folder / "made.out"
        made.unlink(missing_ok=True)
        places = {f"{{input.{name}}}": str(self.file(parts[0][1], "csv")) for name, parts in inputs.items()}
        words = [
            reduce(
                lambda text, place: text.replace(*place),
                [*places.items(), (f"{{output.{job.output}}}", str(made))],
                word,
            )
            for word in job.text.splitlines()
        ]
        subprocess.run(words, check=True, capture_output=True)
        return Content(text=made.read_bytes())

    def _place(self, partition: str, content: Content, dataset: Dataset) -> dict[str, Any]:
        if dataset.format != "table":
            return _place_of(partition, self.file(content, dataset.format), dataset)
        path = self.folder / f"{content.digest}.db"
        if not path.exists():
            assert content.table is not None
            as_sqlite_file(path, dataset.name, content.table)
        return {**_place_of(partition, path, dataset), "path": None, "url": f"sqlite:///{path}", "table": dataset.name}

    def broken_check(self, made: Content, output: Dataset) -> Failed | None:
        """What the blocking checks of a contract say of a content, by the product's own validation."""
        if not output.promises:
            return None
        format_ = "csv" if output.is_text else "parquet"
        place = entities.Content(format_, str(self.file(made, format_)), dict(output.options), ())
        reason = validate(place, output.promises).reason
        return Failed(reason) if reason else None

    def _module(self, source: str) -> Any:
        if source not in self._modules:
            module = types.ModuleType("job")
            exec(compile(source, "job.py", "exec"), module.__dict__)  # noqa: S102  our own drawing, and it must really run
            self._modules[source] = module
        return self._modules[source]


def _place_of(partition: str, path: Path, dataset: Dataset) -> dict[str, Any]:
    options = dict(dataset.options)
    where = {"path": str(path), "folder": str(path.parent), "url": None, "table": None}
    return {"partition": partition, "format": dataset.format, "options": options, **where}


def _package(folder: Path) -> bytes:
    """The files that a manifest names, as one."""
    files = [path.read_bytes() for path in sorted(folder.glob("*.csv"))]
    return b"".join(file if not place else file.split(b"\n", 1)[1] for place, file in enumerate(files))


def _check_names(names: Sequence[str]) -> None:
    """Two columns of one name cannot be written into a Parquet file."""
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ValueError(f"the column {twice[0]} is made twice")
