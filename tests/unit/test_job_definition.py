"""Jobs as texts, and the hash of what decides their results."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_model.estate.entities import InputSpec, JobSpec, ParameterSpec
from graph_model.jobs.definition import dumps, hash_of, loads
from graph_model.jobs.limits import Limits
from graph_model.jobs.secrets import Secret
from graph_model.names import Name
from graph_model.partitions.rules import Mapping, PartitionScheme
from graph_model.policies.entities import Policies, Retries, RetryRule

WORDS = st.text(st.characters(codec="utf-8"), max_size=20)
NAMES = st.builds(Name, WORDS, WORDS)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
MAPPINGS = st.builds(Mapping, st.sampled_from(("offsets", "whole")), st.integers(-9999, 9999), st.integers(-9999, 9999))
INPUTS = st.builds(InputSpec, NAMES, MAPPINGS, st.booleans(), st.sampled_from(("rerun", "ignore", "ask")))
JOBS = st.builds(
    JobSpec,
    name=NAMES,
    kind=st.sampled_from(("python", "sql", "shell")),
    executor=st.dictionaries(WORDS, JSON, max_size=4),
    inputs=st.lists(INPUTS, max_size=3).map(tuple),
    outputs=st.lists(NAMES, max_size=3).map(tuple),
    partitions=st.builds(PartitionScheme, st.sampled_from((None, "day", "hour", "month")), st.none() | WORDS),
    retries=st.integers(0, 100),
    timeout_seconds=st.floats(0.001, 1e7),
    priority=st.integers(),
    owners=st.lists(WORDS, max_size=2).map(tuple),
    description=WORDS,
    columns=st.dictionaries(WORDS, st.lists(WORDS, max_size=2).map(tuple), max_size=2),
    never_retry=st.lists(st.integers(0, 255), max_size=3).map(tuple),
    parameters=st.lists(st.builds(ParameterSpec, WORDS, st.just("text"), WORDS), max_size=2).map(tuple),
    policies=st.builds(
        Policies,
        pool=st.none() | NAMES,
        slots=st.integers(1, 9),
        runs_on=st.lists(WORDS, max_size=2).map(tuple),
        order=st.sampled_from((None, "serial", "latest")),
        retries=st.builds(Retries, rules=st.lists(st.builds(RetryRule, st.integers(0, 9)), max_size=2).map(tuple)),
    ),
    limits=st.builds(Limits, st.none() | st.integers(1), st.none() | st.floats(0.001, 1e7), output=st.integers(1)),
    environment=st.dictionaries(WORDS, WORDS, max_size=2),
    secrets=st.dictionaries(WORDS, st.builds(Secret, WORDS, st.booleans()), max_size=2),
    definition_hash=WORDS,
)
JOB = JobSpec(
    name=Name("shop", "tidy"),
    kind="python",
    executor={"function": "shop.tidy:build", "project": "/nowhere"},
    inputs=(InputSpec(Name("shop", "raw"), Mapping()), InputSpec(Name("shop", "codes"), Mapping("whole"))),
    outputs=(Name("shop", "clean"),),
)


# How long it takes to draw a whole job says how busy the machine is, and nothing of the job.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(JOBS)
def test_a_job_comes_back_exactly_as_it_was(job: JobSpec):
    assert loads(dumps(job)) == job


def test_a_job_without_the_words_of_running_has_the_text_that_it_always_had():
    assert not {"limits", "environment", "secrets"} & set(json.loads(dumps(JOB)))


def test_variables_decide_what_a_job_computes_and_limits_and_names_of_secrets_do_not():
    assert hash_of(replace(JOB, environment={"MODE": "fast"})) != hash_of(JOB)
    assert hash_of(replace(JOB, limits=Limits(memory=1), secrets={"KEY": Secret("env:KEY")})) == hash_of(JOB)


def test_equal_jobs_give_equal_texts():
    one = replace(JOB, columns={"a": ("x",), "b": ("y",)})
    other = replace(JOB, columns={"b": ("y",), "a": ("x",)})

    assert dumps(one) == dumps(other)


def test_who_owns_a_job_and_when_it_runs_does_not_decide_its_result():
    same = replace(
        JOB,
        owners=("me@example.org",),
        retries=9,
        priority=3,
        policies=Policies(pool=Name("shop", "db"), order="serial"),
        timeout_seconds=1.0,
        description="x",
        definition_hash="y",
    )

    assert hash_of(same) == hash_of(JOB)


def test_the_order_of_inputs_does_not_decide_the_result():
    assert hash_of(replace(JOB, inputs=JOB.inputs[::-1])) == hash_of(JOB)


def test_how_its_interpreter_starts_does_not_decide_the_result():
    assert hash_of(replace(JOB, executor={**JOB.executor, "interpreter": "fresh"})) == hash_of(JOB)


def test_what_a_job_runs_reads_and_makes_decides_its_result():
    others = [
        replace(JOB, kind="shell"),
        replace(JOB, executor={"function": "shop.tidy:other", "project": "/nowhere"}),
        replace(JOB, inputs=JOB.inputs[:1]),
        replace(JOB, inputs=(InputSpec(Name("shop", "raw"), Mapping("offsets", -3, -1)), JOB.inputs[1])),
        replace(JOB, inputs=(replace(JOB.inputs[0], required=False), JOB.inputs[1])),
        replace(JOB, outputs=(Name("shop", "other"),)),
        replace(JOB, partitions=PartitionScheme("day")),
    ]

    assert len({hash_of(job) for job in (JOB, *others)}) == len(others) + 1


def test_the_text_of_sql_decides_the_result():
    one, other = (
        replace(JOB, kind="sql", executor={"text": text, "file": "x.sql", "engine": "duckdb"})
        for text in ("SELECT 1", "SELECT 2")
    )

    assert hash_of(one) != hash_of(other)


def test_the_code_of_a_function_decides_the_result(tmp_path: Path):
    job = in_project(JOB, tmp_path)
    without = hash_of(job)
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "tidy.py").write_text("def build(): ...")
    first = hash_of(job)
    (tmp_path / "shop" / "tidy.py").write_text("def build(): return 1")

    assert len({without, first, hash_of(job)}) == 3


def test_where_the_project_lies_does_not_decide_the_result(tmp_path: Path):
    for folder in ("one", "two"):
        (tmp_path / folder / "shop").mkdir(parents=True)
        (tmp_path / folder / "shop" / "tidy.py").write_text("def build(): ...")

    assert hash_of(in_project(JOB, tmp_path / "one")) == hash_of(in_project(JOB, tmp_path / "two"))


def test_a_script_that_a_shell_command_names_decides_the_result(tmp_path: Path):
    job = replace(
        JOB, kind="shell", executor={"argv": ["awk", "-f", "x.awk", "/etc/hosts", "../y"], "project": str(tmp_path)}
    )
    before = hash_of(job)
    (tmp_path / "x.awk").write_text("{print}")

    assert hash_of(job) != before


def in_project(job: JobSpec, folder: Path) -> JobSpec:
    return replace(job, executor={**job.executor, "project": str(folder)})


def test_an_argument_that_is_a_whole_script_is_no_name_of_a_file(tmp_path: Path):
    one, other = (replace(JOB, kind="shell", executor={"argv": ["sh", "-c", "true; " * 2000 + end]}) for end in "ab")

    assert hash_of(in_project(one, tmp_path)) != hash_of(in_project(other, tmp_path))
