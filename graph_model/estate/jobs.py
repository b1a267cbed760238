"""Reads the jobs of an estate file: what they run, what they read, what they make."""

from __future__ import annotations

from collections.abc import Iterator

from graph_model.estate.controls import read_after
from graph_model.estate.drafts import JobDraft, Source
from graph_model.estate.inputs import read_inputs
from graph_model.estate.kinds import JOB_KINDS, KIND_KEYS, Kind
from graph_model.estate.parameters import read_parameters
from graph_model.estate.policies import read_policies
from graph_model.estate.running import read_running
from graph_model.estate.schedules import read_not_before, read_schedule
from graph_model.estate.sections import Said, Section, named
from graph_model.estate.vocabulary import JOB_KEYS
from graph_model.estate.yaml_lines import Entries, Scalar
from graph_model.names import Name


def read_job(name: Name, tree: Entries, source: Source, *, line: int) -> JobDraft:
    section = Section(tree, source.mistakes, what=f"job {name.name}", keys=(*KIND_KEYS, *JOB_KEYS), start=line)
    kind = _kind(section)
    said = read_policies(section, source)
    return JobDraft(
        name=name,
        line=line,
        kind=(kind.named(section) if kind.named else kind.word) if kind else None,
        executor=kind.read(section, source) if kind else {},
        executor_line=section.line(kind.word) if kind else line,
        inputs=tuple(read_inputs(section, source)),
        outputs=_outputs(section, source),
        after=tuple(read_after(section, source)),
        columns=tuple(_columns(section)),
        plain={
            "retries": said.retries,
            "timeout_seconds": said.timeout_seconds,
            "priority": section.number("priority", default=0),
            "owners": section.owners(),
            "description": section.description(),
            "never_retry": said.never_retry,
            "policies": said.policies,
            "ready_for": section.seconds("ready_for"),
            "parameters": tuple(read_parameters(section)),
            **read_running(section),
            "schedule": read_schedule(section, source),
            "not_before": read_not_before(section),
        },
        pool_line=said.pool_line,
        when_lines={key: section.line(key) for key in ("schedule", "not_before")},
    )


def _kind(section: Section) -> Kind | None:
    found = [kind for word, kind in JOB_KINDS.items() if word in section]
    if len(found) > 1:
        section.wrong(section.line(found[1].word), f"runs {found[0].word} and {found[1].word}", "keep one of them")
        return None
    if not found:
        section.wrong(section.start, "does not say what to run", f"add one of {', '.join(JOB_KINDS)}")
        return None
    _tell_strange_words(section, found[0])
    return found[0]


def _tell_strange_words(section: Section, kind: Kind) -> None:
    """Words of other kinds than this job's."""
    for key in KIND_KEYS:
        if key in section and key not in (kind.word, *kind.keys):
            owners = " or ".join(other.word for other in JOB_KINDS.values() if key in other.keys)
            section.wrong(section.line(key), f"{key} is for {owners} jobs, and this one runs {kind.word}")


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
