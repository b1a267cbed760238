"""What an estate of the lineage benchmark lacks to be judged like a real one: owners, deadlines, contracts with checks,
jobs that are declared (every fourth in SQL), and runs that tell how often a job runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, LiteralString

import neo4j

from benchmarks.lineage_estate import BEGAN, COLUMNS, Estate, write
from graph_model import names
from graph_model.contracts import definition as contract_definition
from graph_model.contracts.entities import Check, Column, Contract
from graph_model.estate.entities import InputSpec, JobSpec
from graph_model.jobs import definition as job_definition
from graph_model.names import Name
from graph_model.partitions.rules import Mapping as PartitionMapping

TEAMS = 60
RUNS = 4
APART = timedelta(days=200)
"""Between two runs of a job. The edges are as old as the estate, and shall not be too old for how often a job runs."""

_OWNERS: LiteralString = (
    "UNWIND range(0, $teams - 1) AS team CREATE (:Owner {id: 'team ' + team, name: 'team ' + team})"
)
_OWNED: dict[str, LiteralString] = {
    "job": """UNWIND $rows AS row MATCH (n:Job {id: row[0]}) MATCH (o:Owner {id: row[1]})
CREATE (n)-[:OWNED_BY {id: row[0] + '>OWNED_BY', provenance: 'declared', source: 'benchmark', recorded_at: $began,
  valid_from: $began, retracted_at: $forever, valid_to: $forever}]->(o)""",
    "consumer": """UNWIND $rows AS row MATCH (n:Consumer {id: row[0]}) MATCH (o:Owner {id: row[1]})
CREATE (n)-[:OWNED_BY {id: row[0] + '>OWNED_BY', provenance: 'declared', source: 'benchmark', recorded_at: $began,
  valid_from: $began, retracted_at: $forever, valid_to: $forever}]->(o)
SET n.deadline_by = '06:00', n.deadline_timezone = 'Europe/Paris'""",
}
_CONTRACTS: LiteralString = "UNWIND $rows AS row MATCH (d:Dataset {id: row[0]}) SET d.contract = row[1]"
_DEFINITIONS: LiteralString = """UNWIND $rows AS row MATCH (j:Job {id: row[0]})
SET j.kind = row[1], j.definition = row[2]"""
_RAN: LiteralString = """UNWIND $rows AS id UNWIND $moments AS at
CREATE (:ObservedRun {id: id + ' ' + toString(at), job: id, first: at, started_at: at, complete_at: at})"""


def dress(driver: neo4j.Driver, database: str, estate: Estate) -> None:
    """Adds all that to an estate that is loaded."""

    def run(statement: LiteralString, rows: Iterable[Any]) -> None:
        write(driver, database, statement, rows, moments=[BEGAN + APART * number for number in range(RUNS)])

    driver.execute_query(_OWNERS, teams=TEAMS, database_=database)
    run(_OWNED["job"], ([names.job_id(one), _team(place)] for place, one in enumerate(estate.jobs)))
    run(_OWNED["consumer"], ([names.consumer_id(one), _team(place)] for place, one in enumerate(estate.consumers)))
    run(_CONTRACTS, _contracts(estate))
    run(_DEFINITIONS, _definitions(estate))
    run(_RAN, map(names.job_id, estate.jobs))


def _team(place: int) -> str:
    return f"team {place % TEAMS}"


def _contracts(estate: Estate) -> Iterator[list[str]]:
    """Two of three datasets promise something: half of these only their schema and some rows."""
    columns = tuple(Column(f"c{number}", "string") for number in range(COLUMNS))
    types = {column.path: column.type for column in columns}
    checks = (Check("schema", "schema", {"columns": types}), Check("rows", "row_count", {"min": 1}))
    keys = (Check("key", "unique", {"columns": ["c0"]}), Check("c0", "not_null", {"columns": ["c0"]}))
    texts = [contract_definition.dumps(Contract(columns, several)) for several in (checks, checks[:1] + keys)]
    for place, name in enumerate(estate.datasets):
        if place % 3 < len(texts):
            yield [names.dataset_id(name), texts[place % 3]]


def _definitions(estate: Estate) -> Iterator[list[str]]:
    called = {names.dataset_id(one): one for one in estate.datasets}
    of_field = {
        id_: (called[dataset], place) for dataset, ids in estate.columns.items() for place, id_ in enumerate(ids)
    }
    reads: dict[str, list[Name]] = {}
    made: dict[str, Name] = {}
    fed: dict[str, dict[int, Name]] = {}
    for source, target, kind, alive in estate.edges:
        if kind == "CONSUMED_BY" and alive:
            reads.setdefault(target, []).append(called[source])
        elif kind == "PRODUCES":
            made[source] = called[target]
        elif kind == "FEEDS" and alive:
            fed.setdefault(estate.makers[target], {})[of_field[target][1]] = of_field[source][0]
    for place, name in enumerate(estate.jobs):
        id_ = names.job_id(name)
        sources = reads.get(id_, [])
        sql = place % 4 == 0 and bool(sources)
        executor = {"text": _query(sources, fed.get(id_, {}))} if sql else {"function": f"jobs:{name.name}"}
        inputs = tuple(InputSpec(source, PartitionMapping()) for source in sources)
        spec = JobSpec(name, "sql" if sql else "python", executor, inputs, (made[id_],))
        yield [id_, spec.kind, job_definition.dumps(spec)]


def _query(sources: list[Name], fed: dict[int, Name]) -> str:
    """Columns of what it reads, joined by the first one; what comes from nowhere any more is NULL."""
    alias = {source: f"t{place}" for place, source in enumerate(sources)}
    columns = [
        f"{alias[fed[number]]}.c{number} AS c{number}" if fed.get(number) in alias else f"NULL AS c{number}"
        for number in range(COLUMNS)
    ]
    tables = [f"{source.name} AS {name}" for source, name in alias.items()]
    joined = [tables[0], *(f"JOIN {table} ON t{place}.c0 = t0.c0" for place, table in enumerate(tables[1:], start=1))]
    return f"SELECT {', '.join(columns)} FROM {' '.join(joined)}"  # noqa: S608  of names that are drawn
