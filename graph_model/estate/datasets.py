"""Reads the datasets of an estate file."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from graph_model.arrivals.watch import AnyWatch
from graph_model.contracts.document import Document
from graph_model.contracts.entities import Contract
from graph_model.contracts.sensitive import hidden_whole, is_sensitive
from graph_model.contracts.team import owners_of
from graph_model.errors import InvalidContract, Mistake
from graph_model.estate.arrival import read_arrival, read_table_arrival
from graph_model.estate.drafts import DatasetDraft, Source
from graph_model.estate.entities import DatasetSpec
from graph_model.estate.files import read_beside
from graph_model.estate.observed import read_trust
from graph_model.estate.other_names import read_names
from graph_model.estate.partitions import read_partitions
from graph_model.estate.policies import read_at_once
from graph_model.estate.promises import read_promise
from graph_model.estate.retention import read_retention
from graph_model.estate.sections import Said, Section, describe
from graph_model.estate.vocabulary import DATASET_KEYS, EXPOSE, FORMATS, LOGIN_OPTIONS, known_formats
from graph_model.estate.yaml_lines import Entries, Scalar
from graph_model.jobs.secrets import MEND, is_reference
from graph_model.names import Name
from graph_model.partitions.rules import PartitionScheme
from graph_model.retention.contract import retention_of_contract
from graph_model.retention.entities import Retention
from graph_model.versions.dialects import FORMAT as SNIFFED_FORMAT
from graph_model.versions.dialects import OPTION, SNIFFED

_PLACEHOLDER = re.compile(r"\{(\w*)\}")
PLACEHOLDERS = ("date", "partition", "root")


def read_dataset(name: Name, tree: Entries, source: Source, *, line: int) -> DatasetDraft:
    section = Section(tree, source.mistakes, what=f"dataset {name.name}", keys=DATASET_KEYS, start=line)
    scheme = read_partitions(section, source)
    partitions = scheme or PartitionScheme()
    format = section.word("format", known_formats(), required=True) or ""
    options = _options(section, format)
    expose = section.word("expose", EXPOSE)
    names = read_names(section, name, partitions)
    tags = tuple(tag.value for tag in section.texts("tags"))
    classification = section.words("classification")
    document, contract, promised = _contract(section, name, source)
    if is_sensitive(classification, tags):
        contract = hidden_whole(contract)
    location = _location(section, format, partitions, exposed=expose is not None)
    spec = DatasetSpec(
        name=name,
        format=format,
        location=location,
        partitions=partitions,
        contract=contract,
        document=document,
        owners=section.owners() or (owners_of(document) if document else ()),
        description=section.words("description"),
        tags=tags,
        classification=classification,
        domain=section.words("domain"),
        tier=section.words("tier"),
        properties=_properties(section),
        expose="copy" if expose else None,
        compatibility=read_promise(section, [column.path for column in contract.columns]),
        retention=read_retention(section, scheme) if "retention" in section else promised,
        observed=read_trust(section, scheme, contract),
        arrival=_arrival(section, options, format, scheme, location),
        options=options,
        names=tuple(said.value for said in names),
        at_once=read_at_once(section, name),
    )
    return DatasetDraft(spec, line, is_sliced_clearly=scheme is not None, names=names)


def _arrival(
    section: Section, options: dict[str, Any], format: str, scheme: PartitionScheme | None, location: str | None
) -> AnyWatch | None:
    return (
        read_table_arrival(section, scheme, options) if format == "table" else read_arrival(section, scheme, location)
    )


def _properties(section: Section) -> dict[str, Any]:
    """Plain values only: what lies deeper would be a document, and belongs into one."""
    found: dict[str, Any] = {}
    for key, tree in section.entries("properties"):
        if isinstance(tree, Scalar) and isinstance(tree.value, (str, int, float, bool)):
            found[key.text] = tree.value
        else:
            section.wrong(
                key.line, f"property {key.text} must be a text, a number or true or false", f"not {describe(tree)}"
            )
    return found


def _options(section: Section, format: str) -> dict[str, Any]:
    """`url` and `table` say where a table lies; for readers they are options like the others."""
    options = section.values("options")
    for entry, _ in section.entries("options"):
        if entry.text in LOGIN_OPTIONS and not is_reference(str(options[entry.text])):
            section.wrong(entry.line, f"{entry.text} would be known to all who read the graph", MEND)
        if entry.text == OPTION:
            _check_dialect(section, entry.line, options[entry.text], format)
    for key in ("url", "table"):
        said = section.text(key)
        if said and format and format != "table":
            section.wrong(said.line, f"{key} belongs to datasets of format table, not {format}")
        elif said:
            options[key] = said.value
        elif format == "table" and key not in options:
            section.wrong(section.start, f"format table needs {key}")
    return options


def _check_dialect(section: Section, line: int, word: Any, format: str) -> None:
    """A format of somebody else may mean by it what it likes."""
    if format == SNIFFED_FORMAT and word != SNIFFED:
        section.wrong(line, f"{OPTION} can only be {SNIFFED}, not {word!r}", f"did you mean {SNIFFED}?")
    elif format in FORMATS and format != SNIFFED_FORMAT:
        section.wrong(line, f"{OPTION} belongs to datasets of format {SNIFFED_FORMAT}, not {format}")


def _location(section: Section, format: str, partitions: PartitionScheme, *, exposed: bool) -> str | None:
    said = section.text("location")
    if format == "table":
        if said:
            section.wrong(said.line, "a table lies where url and table say", "leave location out")
        url, table = section.text("url"), section.text("table")
        return f"{url.value}#{table.value}" if url and table else None
    if said:
        _check_template(section, said, partitions, exposed=exposed)
    elif exposed:
        section.wrong(section.line("expose"), "expose needs a location to copy to")
    return said.value if said else None


def _check_template(section: Section, said: Said[str], partitions: PartitionScheme, *, exposed: bool) -> None:
    found = _PLACEHOLDER.findall(said.value)
    for word in found:
        if word not in PLACEHOLDERS:
            message = f"{section.what}: location has an unknown placeholder {{{word}}}"
            section.mistakes.unknown(
                said.line, message, word, PLACEHOLDERS, otherwise="known are {date} and {partition}"
            )
    has_key = "date" in found or "partition" in found
    if has_key and partitions.every is None and "partition" not in section:
        section.wrong(said.line, "location names a partition, but the dataset has none", "add partition: {every: day}")
    if exposed and partitions.every is not None and not has_key:
        section.wrong(said.line, "every partition would be exposed at the same location", "put {date} into it")


def _contract(section: Section, name: Name, source: Source) -> tuple[Document | None, Contract, Retention | None]:
    """The whole contract, what is used of it, and how long it promises to keep what was replaced."""
    path = section.text("contract")
    text = read_beside(source, path, what=f"{section.what}: contract") if path else None
    if path is None or text is None:
        return None, Contract(), None
    file = str(source.folder / path.value)  # for messages; what is kept is the path as the estate writes it
    try:
        document, contract = source.read_contract(text, file=file, dataset=name.name)
        promised = retention_of_contract(document, file=file)
    except InvalidContract as error:
        source.mistakes.found.append(Mistake(error.file, error.line or 1, error.message))
        return None, Contract(), None
    return document, replace(in_project(contract, source.folder), file=path.value), promised


def in_project(contract: Contract, folder: Path) -> Contract:
    """The contract, its checks that call a function told in which folder the code lies."""
    project = {"project": str(folder.resolve())}
    checks = [
        replace(check, params={**check.params, **project}) if check.kind == "python" else check
        for check in contract.checks
    ]
    return replace(contract, checks=tuple(checks))
