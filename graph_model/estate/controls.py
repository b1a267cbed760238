"""Jobs that wait for jobs without data: reads `after`, holds it against the rest, and says what should replace it.

Such edges are for migrations. What is meant is nearly always that the job reads what the other one makes.
"""

from __future__ import annotations

from collections.abc import Iterator

from graph_model.errors import InvalidMapping, nearest
from graph_model.estate.contracts import Remark
from graph_model.estate.drafts import FollowDraft, JobDraft, Source, WindowDraft
from graph_model.estate.entities import Estate, Follows, JobSpec
from graph_model.estate.fitting import SAME, WHOLE_INPUT, mapping_problem, resolved
from graph_model.estate.references import Surroundings
from graph_model.estate.schemes import job_scheme
from graph_model.estate.sections import Said, Section, named, shown
from graph_model.estate.vocabulary import AFTER_KEYS
from graph_model.estate.yaml_lines import Entries, Tree
from graph_model.partitions.rules import Mapping, PartitionScheme, read_window
from graph_model.readiness.control import STATES, SUCCESS, is_state


def read_after(section: Section, source: Source) -> Iterator[FollowDraft]:
    seen: set[str] = set()
    for item in section.items("after"):
        found = _follow(section, item, source)
        if found and found.job.value.name in seen:
            section.wrong(found.job.line, f"waits for job {found.job.value.name} twice", "keep one of them")
        elif found:
            seen.add(found.job.value.name)
            yield found


def _follow(section: Section, item: Tree, source: Source) -> FollowDraft | None:
    if not isinstance(item, Entries):
        said = section.as_text(item, "each of after")
        name = said and named(said, namespace=source.namespace, what=section.what, mistakes=source.mistakes)
        return FollowDraft(Said(name, item.line)) if name else None
    inner = Section(item, source.mistakes, what=f"{section.what}: after", keys=AFTER_KEYS)
    said, state, window = inner.text("job", required=True), inner.text("state"), _window(inner)
    if state and not is_state(state.value):
        known = ", ".join(STATES)
        inner.mistakes.unknown(
            state.line, f"{inner.what}: {state.value} is no state", state.value, STATES,
            otherwise=f"known are {known} and exit N",
        )  # fmt: skip
        state = None
    name = said and named(said, namespace=source.namespace, what=section.what, mistakes=source.mistakes)
    return FollowDraft(Said(name, said.line), state.value if state else SUCCESS, window) if said and name else None


def _window(inner: Section) -> WindowDraft | None:
    said = inner.text("partition")
    if said is None:
        return None
    try:
        return WindowDraft(read_window(said.value), said.line)
    except InvalidMapping as error:
        inner.wrong(said.line, f"partition {error}")
        return None


def follows_of(job: JobDraft, jobs: dict[str, JobDraft], around: Surroundings) -> tuple[Follows, ...]:
    """What `job` waits for; `jobs` are all of the file, by their names in full."""
    found: list[Follows] = []
    for said in job.after:
        before = jobs.get(str(said.job.value))
        if before is None:
            _unknown(job, said, jobs, around)
        elif before is job:
            message = f"job {job.name.name} waits for itself"
            around.mistakes.add(said.job.line, message, "write `order: strict`, so that its partitions go in order")
        else:
            mapping = _mapping(job, said, before, around)
            found.append(Follows(before.name, said.state, mapping))
    return tuple(found)


def _unknown(job: JobDraft, said: FollowDraft, jobs: dict[str, JobDraft], around: Surroundings) -> None:
    word = shown(said.job.value, around.namespace)
    near = nearest(word, [shown(one.name, around.namespace) for one in jobs.values()])
    hint = f"did you mean {near}?" if near else "both jobs stand in one file; else read what the other one makes"
    around.mistakes.add(said.job.line, f"job {job.name.name}: after {word}, which is no job of this estate", hint)


def _mapping(job: JobDraft, said: FollowDraft, before: JobDraft, around: Surroundings) -> Mapping:
    upstream, scheme = job_scheme(before, around), job_scheme(job, around)
    if upstream is None or scheme is None:
        return SAME
    written = resolved(said.window.written, upstream, scheme) if said.window else SAME
    mapping = WHOLE_INPUT if upstream.every is None and said.window is None else written
    problem = _problem(mapping, upstream, scheme)
    if problem:
        line = said.window.line if said.window else said.job.line
        what = f"job {job.name.name}: after {shown(before.name, around.namespace)}, which"
        around.mistakes.add(line, f"{what} {problem[0]}", problem[1])
    return mapping


def _problem(mapping: Mapping, upstream: PartitionScheme, scheme: PartitionScheme) -> tuple[str, str | None] | None:
    if mapping.serves_all and mapping != WHOLE_INPUT:
        return (
            f"is taken by `{mapping}`, which says no partition to wait for",
            "write `partition: same` or `previous 1`",
        )
    return mapping_problem(mapping, upstream, scheme)


def control_remarks(estate: Estate) -> tuple[Remark, ...]:
    """Each edge of control, with the dataset that should replace it."""
    jobs = {job.name: job for job in estate.jobs}
    return tuple(
        Remark(job.name, _advice(job, follows, jobs[follows.job], estate.namespace))
        for job in estate.jobs
        for follows in job.after
        if follows.job in jobs
    )


def _advice(job: JobSpec, follows: Follows, before: JobSpec, namespace: str) -> str:
    name = shown(before.name, namespace)
    waits = f"waits for {name} by a control edge"
    if follows.state != SUCCESS:
        return f"{waits} ({follows.state}): nothing that it makes can say that; keep it as short as you can"
    read = {item.dataset for item in job.inputs}
    outputs = [shown(output, namespace) for output in before.outputs]
    taken = [shown(output, namespace) for output in before.outputs if output in read]
    if taken:
        return f"{waits}, and reads {taken[0]}, which {name} makes: leave the edge out"
    return f"{waits}: let it read {name}'s output {outputs[0]}" if outputs else waits
