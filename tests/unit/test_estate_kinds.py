"""What jobs of Java, of Spark, of services and of installed packages say, and every way to say it wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from graph_model.errors import InvalidEstate, Mistake
from graph_model.estate import vocabulary
from graph_model.estate.entities import JobSpec
from graph_model.estate.kinds import installed
from graph_model.estate.parse import load_estate

SCHEMA = json.loads((Path(vocabulary.__file__).parent / "estate.schema.json").read_text())
ESTATE = """\
scope: shop
datasets:
  raw: {{format: csv}}
  clean: {{format: parquet}}
jobs:
  tidy:
    inputs: [raw]
    outputs: [clean]
{said}
"""
COPIER = """
from graph_model.estate.kinds.base import Kind

def _read(section, source):
    said = section.text("from", required=True)
    return {"from": said.value if said else "", "arguments": ["{input.raw}"]}

COPY = Kind("copy", _read, keys=("from",))
NO_KIND = 7
"""


def job_in(folder: Path, said: str) -> JobSpec:
    text = ESTATE.format(said="\n".join(f"    {line}" for line in said.splitlines()))
    (folder / "estate.yaml").write_text(text)
    job = load_estate(folder).jobs[0]
    jsonschema.validate(yaml.safe_load(text), SCHEMA)
    return job


def mistakes_in(folder: Path, said: str) -> list[Mistake]:
    with pytest.raises(InvalidEstate) as refused:
        job_in(folder, said)
    return list(refused.value.mistakes)


@pytest.fixture
def copier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An installed package with the kind `copy`, and two that are broken."""
    described = tmp_path / "site" / "copier-1.0.dist-info"
    described.mkdir(parents=True)
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: copier\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text(
        "[headwater.kinds]\ncopy = copier_kind:COPY\nmissing = copier_kind:GONE\nstrange = copier_kind:NO_KIND\n"
    )
    (tmp_path / "site" / "copier_kind.py").write_text(COPIER)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    _forget()
    yield
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    installed.installed_kinds.cache_clear()
    installed.kind_named.cache_clear()


def test_a_java_job_names_its_jar_or_its_class_and_the_memory_of_its_jvm(tmp_path: Path):
    jar = job_in(tmp_path, "java: {jar: lib/app.jar, arguments: ['{output.clean}', 7], jvm: {heap: 256M, direct: 64m}}")
    main = job_in(tmp_path, "java: {class: shop.Main, classpath: [classes, 'lib/*'], jvm: {options: ['-Dx=1']}}")

    assert jar.kind == "java"
    assert jar.executor == {
        "jar": "lib/app.jar",
        "class": "",
        "classpath": [],
        "arguments": ["{output.clean}", "7"],
        "heap": 256 << 20,
        "direct": 64 << 20,
        "code": ["lib/app.jar"],
        "project": str(tmp_path),
    }
    assert (main.executor["class"], main.executor["classpath"]) == ("shop.Main", ["classes", "lib/*"])
    assert (main.executor["options"], main.executor["code"]) == (["-Dx=1"], ["classes", "lib"])


def test_a_spark_job_is_an_application_or_says_more(tmp_path: Path):
    short = job_in(tmp_path, "spark: jobs/totals.py")
    whole = job_in(
        tmp_path,
        "spark:\n  application: app.jar\n  class: shop.Main\n  arguments: ['{partition}']\n"
        "  conf: {spark.sql.shuffle.partitions: 2}\n  packages: ['a:b:1']\n  files: [more.py]\n  master: 'spark://h:7077'",
    )

    assert short.executor == {"application": "jobs/totals.py", "project": str(tmp_path), "code": ["jobs/totals.py"]}
    assert whole.executor == {
        "application": "app.jar",
        "class": "shop.Main",
        "arguments": ["{partition}"],
        "conf": {"spark.sql.shuffle.partitions": "2"},
        "packages": ["a:b:1"],
        "files": ["more.py"],
        "master": "spark://h:7077",
        "code": ["app.jar", "more.py"],
        "project": str(tmp_path),
    }


def test_an_http_job_calls_and_asks_until_it_is_done(tmp_path: Path):
    job = job_in(
        tmp_path,
        """\
http:
  url: "https://models.example.org/runs?day={partition}"
  headers: {Authorization: "Bearer {environment.TOKEN}", X-Run: "{environment.HEADWATER_RUN}"}
  body: {into: "{output.clean}", sizes: [1, 2.5, true]}
  poll: {url: "{response/links/self}", every: 1s, until: {pointer: /state, in: [done]}}
  cancel: {url: "/runs/{response/id}", method: DELETE}
environment: {TOKEN: {secret: env:SHOP_TOKEN}}""",
    )

    assert job.executor["call"] == {
        "url": "https://models.example.org/runs?day={partition}",
        "method": "POST",
        "headers": {"Authorization": "Bearer {environment.TOKEN}", "X-Run": "{environment.HEADWATER_RUN}"},
        "seconds": 30.0,
        "body": {"into": "{output.clean}", "sizes": [1, 2.5, True]},
        "poll": {"url": "{response/links/self}", "every": 1.0, "until": {"pointer": "/state", "in": ["done"]}},
        "cancel": {"url": "/runs/{response/id}", "method": "DELETE"},
    }


def test_a_kind_of_an_installed_package_reads_what_the_job_tells_it(tmp_path: Path, copier: None):
    job = job_in(tmp_path, "uses: copy\nwith: {from: there}")

    assert (job.kind, job.executor) == ("copy", {"from": "there", "arguments": ["{input.raw}"]})


MISTAKES: dict[str, tuple[str, tuple[int, str, str | None]]] = {
    "java: nothing to run": (
        "java: {arguments: [a]}",
        (9, "job tidy: java: does not say what to run", "add jar, or class and classpath"),
    ),
    "java: both": (
        "java: {jar: a.jar, class: Main, classpath: [b]}",
        (9, "job tidy: java: says a jar and a class path", "a jar brings both along: keep one of them"),
    ),
    "java: no class path": (
        "java:\n  class: Main",
        (10, "job tidy: java: has no classpath", "name the jars and folders that the class is found in"),
    ),
    "java: no class name": (
        "java: {class: my-main, classpath: [b]}",
        (9, "job tidy: java: 'my-main' is no Java class", "write package.Main"),
    ),
    "java: an unknown word": (
        "java: {jarr: a.jar, class: Main, classpath: [a]}",
        (9, "job tidy: java: unknown key jarr", "did you mean jar?"),
    ),
    "java: no size": (
        "java: {jar: a.jar, jvm: {heap: much}}",
        (9, "job tidy: java: jvm: heap 'much' is no size", "write 500MB or 2GB"),
    ),
    "java: no option": (
        "java: {jar: a.jar, jvm: {options: [Xss1m]}}",
        (9, "job tidy: java: jvm: 'Xss1m' is no option of a JVM", "options begin with -"),
    ),
    "java: an input that is not read": (
        "java: {jar: a.jar, arguments: ['{input.rwa}']}",
        (9, "job tidy: {input.rwa} names no input of the job", "did you mean {input.raw}?"),
    ),
    "spark: no application": (
        "spark: app.scala",
        (9, "job tidy: app.scala is no Spark application", "name a .py or a .jar"),
    ),
    "spark: a jar without a class": (
        "spark: {application: app.jar}",
        (9, "job tidy: spark: app.jar has no class", "name its main class: class: package.Main"),
    ),
    "spark: a class in Python": (
        "spark: {application: app.py, class: Main}",
        (9, "job tidy: spark: a Python application has no class", None),
    ),
    "spark: no setting": (
        "spark:\n  application: app.py\n  conf: {sql.shuffle.partitions: 2}",
        (
            11,
            "job tidy: spark: sql.shuffle.partitions is no setting of Spark",
            "did you mean spark.sql.shuffle.partitions?",
        ),
    ),
    "http: no address": (
        "http: {url: models.example.org}",
        (9, "job tidy: http: 'models.example.org' is no address", "write http://… or https://…"),
    ),
    "http: no end": (
        "http: {url: 'http://a', poll: {url: '{location}'}}",
        (9, "job tidy: http: poll: has no until", "say when it is done: until: {pointer: /state, in: [done]}"),
    ),
    "http: no pointer": (
        "http: {url: 'http://a', poll: {url: /x, until: {pointer: state, in: [done]}}}",
        (9, "job tidy: http: poll: until: 'state' is no JSON pointer", "did you mean /state?"),
    ),
    "http: no values": (
        "http: {url: 'http://a', poll: {url: /x, until: {pointer: /state}}}",
        (9, "job tidy: http: poll: until: names no values", "add in: [done]"),
    ),
    "http: an unknown method": (
        "http: {url: 'http://a', method: POTS}",
        (9, "job tidy: http: POTS is no method", "did you mean POST?"),
    ),
    "http: a header with a line break": (
        'http: {url: "http://a", headers: {"X-A\\nB": c}}',
        (9, "job tidy: http: 'X-A\\nB' is no name of a header", None),
    ),
    "http: a variable that is not declared": (
        "environment: {TOKEN: {secret: env:X}}\nhttp: {url: 'http://a', headers: {A: '{environment.TOKNE}'}}",
        (10, "job tidy: http: {environment.TOKNE} is no variable of the job", "did you mean {environment.TOKEN}?"),
    ),
    "http: a secret in an address": (
        "environment: {TOKEN: {secret: env:X}}\nhttp: {url: 'http://a?t={environment.TOKEN}'}",
        (10, "job tidy: http: {environment.TOKEN} in an address is written down by all", "use a header"),
    ),
    "http: an output that is not made": (
        "http: {url: 'http://a', body: {into: ['{output.claen}']}}",
        (9, "job tidy: {output.claen} names no output of the job", "did you mean {output.clean}?"),
    ),
    "uses: a kind that is not installed": (
        "uses: cpoy",
        (9, "job tidy: no kind of job called cpoy is installed", "did you mean copy?"),
    ),
    "uses: a kind that cannot be loaded": (
        "uses: missing",
        (
            9,
            (
                "job tidy: the kind missing cannot be loaded from copier_kind:GONE: "
                "module 'copier_kind' has no attribute 'GONE'"
            ),
            None,
        ),
    ),
    "uses: something else": ("uses: strange", (9, "job tidy: copier_kind:NO_KIND is no Kind, but int", None)),
    "uses: a word that the kind does not know": (
        "uses: copy\nwith: {form: there, from: x}",
        (10, "job tidy: with: unknown key form", "did you mean from?"),
    ),
    "uses: nothing said to a kind that needs it": ("uses: copy", (9, "job tidy: with: has no from", None)),
    "two kinds": (
        "java: {jar: a.jar}\nspark: a.py",
        (10, "job tidy: runs java and spark", "keep one of them"),
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_told_where_it_stands(case: str, tmp_path: Path, copier: None):
    said, expected = MISTAKES[case]

    (mistake,) = mistakes_in(tmp_path, said)

    assert (mistake.line, mistake.message, mistake.hint) == expected


def test_code_that_changed_is_another_definition_and_memory_is_not(tmp_path: Path):
    (tmp_path / "classes").mkdir()
    said = "java: {{class: Main, classpath: [classes], jvm: {{heap: {heap}}}}}"

    def hash_with(code: bytes, heap: str) -> Any:
        (tmp_path / "classes" / "Main.class").write_bytes(code)
        return job_in(tmp_path, said.format(heap=heap)).definition_hash

    first = hash_with(b"1", "64m")

    assert hash_with(b"1", "128m") == first
    assert hash_with(b"2", "64m") != first
