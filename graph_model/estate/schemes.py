"""How a job is sliced, and which partitions of its inputs each slice needs."""

from __future__ import annotations

from graph_model.estate.drafts import InputDraft, JobDraft
from graph_model.estate.references import Surroundings
from graph_model.estate.sections import shown
from graph_model.partitions.rules import Mapping, PartitionScheme

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
    elif item.window and item.window.unit and item.window.unit != scheme.every:
        around.mistakes.add(
            line,
            f"{what}: the window counts {item.window.unit}s, but the job has {sliced(scheme)}",
            f"count {scheme.every}s",
        )
    return mapping


def mapping_problem(
    mapping: Mapping, upstream: PartitionScheme, scheme: PartitionScheme
) -> tuple[str, str | None] | None:
    """Why `mapping` cannot join an input sliced as `upstream` to a job sliced as `scheme`, and the mend; else None."""
    if upstream.every is None:
        return None if mapping == WHOLE_INPUT else ("has no partitions, so it has no window", "leave the window out")
    if mapping == WHOLE_INPUT:
        return f"has {sliced(upstream)}, so there is no whole of it", "write `window: last N`"
    if upstream.every != scheme.every:
        return f"has {sliced(upstream)}, but the job has {sliced(scheme)}", "give both the same `every`"
    return None


def sliced(scheme: PartitionScheme) -> str:
    if scheme.every is None:
        return "no partitions"
    return f"partitions by {scheme.every}" + (f" from {scheme.start}" if scheme.start else "")
