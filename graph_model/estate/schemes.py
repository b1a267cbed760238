"""How a job is sliced, and which partitions of its inputs each slice needs."""

from __future__ import annotations

from graph_model.estate.drafts import InputDraft, JobDraft
from graph_model.estate.fitting import SAME, WHOLE_INPUT, mapping_problem, resolved, sliced, wrong_words
from graph_model.estate.references import Surroundings
from graph_model.estate.sections import shown
from graph_model.estate.terms import terms_problem
from graph_model.partitions.rules import Mapping, PartitionScheme

__all__ = ["SAME", "WHOLE_INPUT", "input_mapping", "job_scheme", "mapping_problem", "sliced"]


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
    mapping = resolved(item.window.written, upstream, scheme) if item.window else written
    mapping = WHOLE_INPUT if upstream.every is None and item.window is None else mapping
    line = item.window.line if item.window else item.dataset.line
    what = f"job {job.name.name}: input {shown(item.dataset.value, around.namespace)}"
    problem = mapping_problem(mapping, upstream, scheme)
    if problem:
        around.mistakes.add(line, f"{what} {problem[0]}", problem[1])
    elif item.window and (wrong := wrong_words(item.window.written, mapping, upstream, scheme)):
        around.mistakes.add(line, f"{what}: {wrong[0]}", wrong[1])
    elif found := terms_problem(item.terms, mapping, has_partitions=upstream.every is not None):
        around.mistakes.add(item.dataset.line, f"{what} {found[0]}", found[1])
    return mapping
