"""How a job is sliced, and which partitions of its inputs each slice needs."""

from __future__ import annotations

from graph_model.estate.drafts import InputDraft, JobDraft
from graph_model.estate.references import Surroundings
from graph_model.estate.sections import shown
from graph_model.estate.terms import terms_problem
from graph_model.partitions.rules import LIST, Mapping, PartitionScheme, Window
from graph_model.partitions.scheme import shortened
from graph_model.partitions.units import fits_into

WHOLE_INPUT = Mapping("whole")
SAME = Mapping()


def job_scheme(job: JobDraft, around: Surroundings) -> PartitionScheme | None:
    """The scheme of the job's outputs, which must all have the same one. None when that cannot be said."""
    outputs = [
        output for output in job.outputs if output.value in around.declared and around.scheme(output.value) is not None
    ]
    schemes = [around.declared[output.value].partitions for output in outputs]
    for output, scheme in zip(outputs, schemes, strict=True):
        if scheme == schemes[0]:
            continue
        name, first = shown(output.value, around.namespace), shown(outputs[0].value, around.namespace)
        message = f"job {job.name.name}: output {name} has {sliced(scheme)}, output {first} has {sliced(schemes[0])}"
        around.mistakes.add(output.line, message, "the outputs of one job have the same partitions")
    return schemes[0] if schemes and len(set(schemes)) == 1 else None


def input_mapping(job: JobDraft, item: InputDraft, scheme: PartitionScheme | None, around: Surroundings) -> Mapping:
    """The mapping of an input: the one written, `same` without one, `whole` for an input that has no partitions."""
    upstream = around.scheme(item.dataset.value)
    written = item.window.mapping if item.window else SAME
    if upstream is None or scheme is None:
        return written
    mapping = WHOLE_INPUT if upstream.every is None and item.window is None else written
    line = item.window.line if item.window else item.dataset.line
    what = f"job {job.name.name}: input {shown(item.dataset.value, around.namespace)}"
    problem = mapping_problem(mapping, upstream, scheme)
    if problem:
        around.mistakes.add(line, f"{what} {problem[0]}", problem[1])
    elif item.window and (wrong := _wrong_words(item.window.written, upstream, scheme)):
        around.mistakes.add(line, f"{what}: {wrong[0]}", wrong[1])
    elif found := terms_problem(
        item.terms, takes_several=mapping.takes_several, has_partitions=upstream.every is not None
    ):
        around.mistakes.add(item.dataset.line, f"{what} {found[0]}", found[1])
    return mapping


def mapping_problem(
    mapping: Mapping, upstream: PartitionScheme, scheme: PartitionScheme
) -> tuple[str, str | None] | None:
    """Why `mapping` cannot join an input sliced as `upstream` to a job sliced as `scheme`, and the mend; else None."""
    if upstream.every is None:
        return None if mapping == WHOLE_INPUT else ("has no partitions, so it has no window", "leave the window out")
    if mapping == WHOLE_INPUT:
        return f"has {sliced(upstream)}, so there is no whole of it", "write `window: last N`"
    unlike = f"has {sliced(upstream)}, but the job has {sliced(scheme)}"
    if mapping.kind == "all" or upstream.every != scheme.every:
        mend = _nesting_mend(mapping, upstream, scheme)
        return (unlike, mend) if mend else _clock_problem(upstream, scheme, unlike)
    if upstream.every == LIST and not set(upstream.keys) & set(scheme.keys):
        return f"{unlike}: they share no key", "give both the same `keys`"
    return _clock_problem(upstream, scheme, unlike)


def _nesting_mend(mapping: Mapping, upstream: PartitionScheme, scheme: PartitionScheme) -> str | None:
    """None when `mapping` takes the slices that lie inside of a longer one, and they do."""
    nested = fits_into(upstream.every or "", scheme.every or "")
    if mapping.kind == "all":
        return None if nested else "`all` is for shorter slices, each inside of one longer one"
    return f"write `window: all {upstream.every}s of the {scheme.every}`" if nested else "give both the same `every`"


def _clock_problem(upstream: PartitionScheme, scheme: PartitionScheme, unlike: str) -> tuple[str, str] | None:
    """Dates are the same everywhere; hours are not."""
    if upstream.every == "hour" and upstream.timezone != scheme.timezone:
        return unlike, "hours follow one clock: give both the same `timezone`"
    return None


def sliced(scheme: PartitionScheme) -> str:
    if scheme.every is None:
        return "no partitions"
    if scheme.every == LIST:
        return f"the partitions {shortened(scheme.keys)}"
    rhythm = f"business day of {scheme.calendar.name}" if scheme.calendar else scheme.every
    clock = "" if scheme.timezone == "UTC" else f" in {scheme.timezone}"
    return f"partitions by {rhythm}{clock}" + (f" from {scheme.start}" if scheme.start else "")


def _wrong_words(window: Window, upstream: PartitionScheme, scheme: PartitionScheme) -> tuple[str, str] | None:
    """Where the units that a window names are not those that it counts."""
    if window.unit and window.unit != upstream.every:
        other = f"input has {sliced(upstream)}" if window.mapping.kind == "all" else f"job has {sliced(scheme)}"
        mend = "partitions" if upstream.every == LIST else f"{upstream.every}s"
        return f"the window counts {window.unit}s, but the {other}", f"count {mend}"
    if window.of and window.of != scheme.every:
        return f"the window is of the {window.of}, but the job has {sliced(scheme)}", f"write `of the {scheme.every}`"
    return None
