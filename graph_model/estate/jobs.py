"""Reads the jobs of an estate file: what they run, what they read, what they make."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

from graph_model.errors import InvalidMapping
from graph_model.estate.drafts import InputDraft, JobDraft, Source, WindowDraft
from graph_model.estate.durations import EXAMPLE, parse_duration
from graph_model.estate.entities import Correction, JobKind, ReadsBy
from graph_model.estate.files import read_beside
from graph_model.estate.sections import Said, Section, describe, named
from graph_model.estate.vocabulary import CORRECTIONS, INPUT_KEYS, INTERPRETERS, JOB_KEYS, JOB_KINDS, READS_BY
from graph_model.estate.yaml_lines import Entries, Scalar, Tree
from graph_model.names import Name
from graph_model.partitions.rules import read_window

_FUNCTION = re.compile(r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$")
_DEFAULT_TIMEOUT = 3600.0
MOST_RETRIES = 100
HIGHEST_EXIT_CODE = 255


def read_job(name: Name, tree: Entries, source: Source, *, line: int) -> JobDraft:
    section = Section(tree, source.mistakes, what=f"job {name.name}", keys=JOB_KEYS, start=line)
    kind = _kind(section)
    return JobDraft(
        name=name,
        line=line,
        kind=kind,
        executor=_executor(section, kind, source) if kind else {},
        executor_line=section.line(kind) if kind else line,
        inputs=tuple(_inputs(section, source)),
        outputs=_outputs(section, source),
        columns=tuple(_columns(section)),
        plain={
            "retries": _retries(section),
            "timeout_seconds": _timeout(section),
            "priority": section.number("priority", default=0),
            "owners": section.owners(),
            "description": section.description(),
            "never_retry": tuple(_exit_codes(section)),
        },
    )


def _kind(section: Section) -> JobKind | None:
    found = [kind for kind in get_args(JobKind) if kind in section]
    if len(found) == 1:
        return found[0]
    if found:
        section.wrong(section.line(found[1]), f"runs {' and '.join(found)}", "keep one of them")
    else:
        section.wrong(section.start, "does not say what to run", f"add one of {', '.join(JOB_KINDS)}")
    return None


def _executor(section: Section, kind: JobKind, source: Source) -> dict[str, Any]:
    project = str(source.folder.resolve())
    interpreter = _interpreter(section, kind)
    if kind == "shell":
        return {"argv": _argv(section), "project": project}
    said = section.text(kind)
    if said is None:
        return {}
    if kind == "sql":
        return _sql(said, source, what=f"{section.what}: sql")
    if not _FUNCTION.match(said.value):
        section.wrong(said.line, f"{said.value!r} is no Python function", "write package.module:function")
    return {"function": said.value, "project": project, **interpreter}


def _interpreter(section: Section, kind: JobKind) -> dict[str, str]:
    """Empty for what is meant when nothing is said."""
    word = section.word("interpreter", INTERPRETERS)
    if word is not None and kind != "python":
        section.wrong(section.line("interpreter"), f"interpreter is for Python jobs, and this one runs {kind}")
    return {"interpreter": word} if word == "fresh" else {}


def _sql(said: Said[str], source: Source, *, what: str) -> dict[str, Any]:
    """One line that ends in `.sql` is a file beside the estate; anything else is the statement itself."""
    is_file = said.value.endswith(".sql") and len(said.value.split()) == 1
    text = read_beside(source, said, what=what) if is_file else said.value
    return {"text": text or "", "file": said.value if is_file else "", "engine": "duckdb"}


def _argv(section: Section) -> list[str]:
    """Each word as it is written: `10` and `true` are words too, and an empty word is one."""
    words: list[str] = []
    for item in section.items("shell"):
        if isinstance(item, Scalar) and item.value is not None:
            words.append(item.text)
        else:
            section.wrong(item.line, f"each word of shell must be a text, not {describe(item)}")
    if section.tree("shell") is not None and not words and not isinstance(section.tree("shell"), Scalar):
        section.wrong(section.line("shell"), "shell has no words", "write [program, argument, …]")
    return words


def _inputs(section: Section, source: Source) -> Iterator[InputDraft]:
    seen: dict[str, Name] = {}
    for item in section.items("inputs"):
        found = _input(section, item, source)
        if found is None:
            continue
        name = found.dataset.value
        if name.name in seen:
            twice = "is read twice" if seen[name.name] == name else f"has the same short name as {seen[name.name]}"
            section.wrong(
                found.dataset.line, f"input {name.name} {twice}", "code asks for an input by its short name: keep one"
            )
            continue
        seen[name.name] = name
        yield found


def _input(section: Section, item: Tree, source: Source) -> InputDraft | None:
    if not isinstance(item, Entries):
        said = section.as_text(item, "an input")
        name = said and named(said, namespace=source.namespace, what=section.what, mistakes=source.mistakes)
        return InputDraft(Said(name, item.line)) if name else None
    inner = Section(item, source.mistakes, what=f"{section.what}: input", keys=INPUT_KEYS)
    said = inner.text("dataset", required=True)
    correction = inner.word("correction", CORRECTIONS)
    window = _window(inner)
    optional = inner.flag("optional", default=False)
    by = read_by(inner)
    name = said and named(said, namespace=source.namespace, what=section.what, mistakes=source.mistakes)
    if said is None or name is None:
        return None
    return InputDraft(
        Said(name, said.line), window, required=not optional, correction=_as_correction(correction), by=by
    )


def _as_correction(word: str | None) -> Correction:
    return next((known for known in get_args(Correction) if known == word), "rerun")


def read_by(inner: Section) -> ReadsBy:
    """How somebody takes the columns of a dataset."""
    said = inner.text("by")
    if said is None:
        return "name"
    if said.value not in READS_BY:
        inner.mistakes.unknown(said.line, f"{inner.what}: nobody reads by {said.value}", said.value, READS_BY)
    return next((known for known in get_args(ReadsBy) if known == said.value), "name")


def _window(inner: Section) -> WindowDraft | None:
    said = inner.text("window")
    if said is None:
        return None
    try:
        return WindowDraft(read_window(said.value), said.line)
    except InvalidMapping as error:
        inner.wrong(said.line, f"window {error}")
        return None


def _outputs(section: Section, source: Source) -> tuple[Said[Name], ...]:
    outputs: dict[str, Said[Name]] = {}
    written = section.texts("outputs")
    for said in written:
        name = named(said, namespace=source.namespace, what=section.what, mistakes=source.mistakes)
        if name and name.name in outputs:
            section.wrong(said.line, f"output {said.value} is named twice")
        elif name:
            outputs[name.name] = Said(name, said.line)
    if not written and not isinstance(section.tree("outputs"), Scalar | Entries):
        section.wrong(section.line("outputs"), "has no outputs", "name the datasets that it makes")
    return tuple(outputs.values())


def _columns(section: Section) -> Iterator[tuple[Said[str], tuple[Said[str], ...]]]:
    for key, tree in section.entries("columns"):
        items = (
            section.as_text(item, f"each source of column {key.text}")
            for item in section.as_items(tree, f"columns: {key.text}")
        )
        yield Said(key.text, key.line), tuple(said for said in items if said)


def _retries(section: Section) -> int:
    retries = section.number("retries", default=0, least=0)
    if retries > MOST_RETRIES:
        section.wrong(section.line("retries"), f"retries must be {MOST_RETRIES} or less, not {retries}")
    return retries


def _timeout(section: Section) -> float:
    said = section.text("timeout")
    if said is None:
        return _DEFAULT_TIMEOUT
    seconds = parse_duration(said.value)
    if seconds is None:
        section.wrong(said.line, f"timeout {said.value!r} is no length of time", f"write {EXAMPLE}")
    return seconds or _DEFAULT_TIMEOUT


def _exit_codes(section: Section) -> Iterator[int]:
    for item in section.items("never_retry"):
        code = section.as_number(item, "each of never_retry", least=0)
        if code is not None and code > HIGHEST_EXIT_CODE:
            section.wrong(item.line, f"{code} is no exit code", f"exit codes go from 0 to {HIGHEST_EXIT_CODE}")
        elif code is not None:
            yield code
