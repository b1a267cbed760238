"""Jobs of Python: source texts that read files by name, by place or only as they know them, and what they declare."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from benchmarks.decision_trust.world import Dataset, How

NUMBERS = ("int", "float", "decimal")
Flows = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A module's source, the columns it declares, and how it reads its first input."""

    source: str
    flows: Flows
    by: How = "name"
    options: Mapping[str, object] = field(default_factory=dict)


HEAD = "import pyarrow as pa\nimport pyarrow.compute as pc\nimport pyarrow.parquet as pq\n\n\n"
CSV_HEAD = "import csv\n\nimport pyarrow as pa\nimport pyarrow.parquet as pq\n\n\n"


def picked(rng: Random, dataset: Dataset, kinds: Mapping[str, str], output: str) -> Drawn:
    """Some columns by name, one more made of a number, rows without a value left out."""
    kept = _some(rng, list(kinds), 4)
    numbers = [name for name, kind in kinds.items() if kind in NUMBERS]
    must = rng.choice(list(kinds))
    read = list(dict.fromkeys([*kept, must, *numbers[:1]]))
    lines = [
        f"t = pq.read_table(inputs[{dataset.name!r}].path, columns={read!r})",
        f"t = t.filter(pc.is_valid(t[{must!r}]))",
    ]
    made = [f"t[{name!r}]" for name in kept]
    flows = {name: (f"{dataset.name}.{name}",) for name in kept}
    names = list(kept)
    if numbers:
        made.append(f"pc.multiply(pc.cast(t[{numbers[0]!r}], pa.float64(), safe=False), 2.0)")
        names.append("doubled")
        flows["doubled"] = (f"{dataset.name}.{numbers[0]}",)
    flows["*"] = (f"{dataset.name}.{must}",)
    lines.append(f"pq.write_table(pa.table([{', '.join(made)}], names={names!r}), outputs[{output!r}].path)")
    return Drawn(_module(HEAD, lines), flows)


def grouped(rng: Random, dataset: Dataset, kinds: Mapping[str, str], output: str) -> Drawn | None:
    numbers = [name for name, kind in kinds.items() if kind in NUMBERS]
    keys = [name for name, kind in kinds.items() if kind in ("str", "int", "bool") and name not in numbers[:1]]
    if not numbers or not keys:
        return None
    key, number = rng.choice(keys), numbers[0]
    how = rng.choice(("sum", "max", "count"))
    lines = [
        f"t = pq.read_table(inputs[{dataset.name!r}].path, columns=[{key!r}, {number!r}])",
        f"t = t.group_by({key!r}).aggregate([({number!r}, {how!r})])",
        f"t = t.select([{key!r}, {number + '_' + how!r}]).rename_columns([{key!r}, 'measure'])",
        f"pq.write_table(t, outputs[{output!r}].path)",
    ]
    flows = {
        key: (f"{dataset.name}.{key}",),
        "measure": (f"{dataset.name}.{number}", f"{dataset.name}.{key}"),
        "*": (f"{dataset.name}.{key}",),
    }
    return Drawn(_module(HEAD, lines), flows)


def strict(rng: Random, dataset: Dataset, kinds: Mapping[str, str], output: str) -> Drawn:
    """Refuses what has other columns than it knows."""
    kept = _some(rng, list(kinds), 3)
    lines = [
        f"t = pq.read_table(inputs[{dataset.name!r}].path)",
        f"if t.column_names != {list(kinds)!r}:",
        "    raise ValueError(f'unexpected columns {t.column_names}')",
        f"pq.write_table(t.select({kept!r}), outputs[{output!r}].path)",
    ]
    return Drawn(_module(HEAD, lines), {name: (f"{dataset.name}.{name}",) for name in kept}, "exact")


def by_place(rng: Random, dataset: Dataset, kinds: Mapping[str, str], output: str) -> Drawn:
    """Takes columns by where they stand."""
    names = list(kinds)
    places = sorted(rng.sample(range(len(names)), min(3, len(names))))
    kept = [names[place] for place in places]
    lines = [
        f"t = pq.read_table(inputs[{dataset.name!r}].path)",
        f"made = pa.table([t.column(place) for place in {places!r}], names={kept!r})",
        f"pq.write_table(made, outputs[{output!r}].path)",
    ]
    return Drawn(_module(HEAD, lines), {name: (f"{dataset.name}.{name}",) for name in kept}, "position")


def feed(rng: Random, dataset: Dataset, kinds: Mapping[str, str], output: str) -> Drawn:
    """A csv file for others: some columns, spelled as they are; half of the time without a header."""
    kept = _some(rng, list(kinds), 5)
    header = rng.random() < 0.5
    lines = [
        f"t = pq.read_table(inputs[{dataset.name!r}].path, columns={kept!r})",
        f"with open(outputs[{output!r}].path, 'w', newline='', encoding='utf-8') as file:",
        "    writer = csv.writer(file, lineterminator='\\n')",
        *([f"    writer.writerow({kept!r})"] if header else []),
        f"    columns = [t[name].to_pylist() for name in {kept!r}]",
        "    for row in zip(*columns):",
        "        writer.writerow(['' if value is None else value for value in row])",
    ]
    options = {} if header else {"header": False}
    return Drawn(
        _module(CSV_HEAD, lines),
        {name: (f"{dataset.name}.{name}",) for name in kept},
        options={"format": "csv", **options},
    )


def csv_by_name(rng: Random, dataset: Dataset, kinds: Mapping[str, str], output: str) -> Drawn:
    """A strict reader of a csv file: each column by its name, each number as a number."""
    kept = _some(rng, list(kinds), 4)
    delimiter = "options.get('delimiter', ',')" if rng.random() < 0.5 else repr(dataset.options.get("delimiter", ","))
    lines = [
        f"options = inputs[{dataset.name!r}].version.options",
        f"with open(inputs[{dataset.name!r}].path, newline='', encoding='utf-8') as file:",
        f"    rows = list(csv.DictReader(file, delimiter={delimiter}))",
        *_made_of_texts([(name, f"row[{name!r}]", kinds[name]) for name in kept], output),
    ]
    return Drawn(_module(CSV_HEAD, lines), {name: (f"{dataset.name}.{name}",) for name in kept})


def csv_by_place(rng: Random, dataset: Dataset, kinds: Mapping[str, str], output: str) -> Drawn:
    names = list(kinds)
    places = sorted(rng.sample(range(len(names)), min(3, len(names))))
    kept = [(names[place], f"row[{place}]", kinds[names[place]]) for place in places]
    skip = "[1:]" if dataset.options.get("header", True) else ""
    lines = [
        f"with open(inputs[{dataset.name!r}].path, newline='', encoding='utf-8') as file:",
        f"    rows = list(csv.reader(file, delimiter={dataset.options.get('delimiter', ',')!r})){skip}",
        *_made_of_texts(kept, output),
    ]
    flows = {name: (f"{dataset.name}.{name}",) for name, _, _ in kept}
    return Drawn(_module(CSV_HEAD, lines), flows, "position")


def _made_of_texts(kept: Sequence[tuple[str, str, str]], output: str) -> list[str]:
    read = {"int": "int({0}) if {0} else None", "float": "float({0}) if {0} else None"}
    lines = ["made = {}"]
    lines += [
        f"made[{name!r}] = [{read.get(kind, '{0} or None').format(text)} for row in rows]" for name, text, kind in kept
    ]
    types = {"int": "pa.int64()", "float": "pa.float64()"}
    typed = ", ".join(f"pa.array(made[{name!r}], {types.get(kind, 'pa.string()')})" for name, _, kind in kept)
    names = [name for name, _, _ in kept]
    return [*lines, f"pq.write_table(pa.table([{typed}], names={names!r}), outputs[{output!r}].path)"]


def _module(head: str, lines: Sequence[str]) -> str:
    return head + "def build(inputs, outputs, partition):\n" + "".join(f"    {line}\n" for line in lines)


def _some(rng: Random, names: Sequence[str], most: int) -> list[str]:
    return rng.sample(list(names), rng.randint(min(2, len(names)), min(most, len(names))))


PythonShape = Callable[[Random, Dataset, Mapping[str, str], str], Drawn | None]
OF_PARQUET: tuple[PythonShape, ...] = (picked, picked, grouped, strict, by_place, feed, feed)
OF_CSV: tuple[PythonShape, ...] = (csv_by_name, csv_by_name, csv_by_place)
