"""What a job says of its processes, whatever its kind: what they may take, and their environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from graph_model.estate.sections import Section, describe
from graph_model.estate.vocabulary import JOB_LIMIT_KEYS, SECRET_KEYS
from graph_model.estate.yaml_lines import Entries, Scalar, Tree
from graph_model.jobs.limits import SIZE_EXAMPLE, Limits, parse_size
from graph_model.jobs.secrets import MEND, OURS, Secret, what_is_wrong

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# What a variable of such a name holds belongs into no file and into no graph.
_LOOKS_SECRET = re.compile(r"(.*_)?(PASSWORD|PASSWD|SECRET|TOKEN)", re.IGNORECASE)


def read_running(section: Section) -> dict[str, Any]:
    """`limits`, `environment` and `secrets` of a JobSpec."""
    environment, secrets = _environment(section)
    return {"limits": _limits(section), "environment": environment, "secrets": secrets}


def _limits(section: Section) -> Limits:
    said = section.section("limits", JOB_LIMIT_KEYS)
    if said is None:
        return Limits()
    sizes = {name: _size(said, name) for name in ("memory", "disk", "output")}
    return Limits(**sizes, cpu=said.seconds("cpu"), processes=said.number("processes", default=0, least=1) or None)


def _size(section: Section, name: str) -> int | None:
    said = section.text(name)
    size = parse_size(said.value) if said else None
    if said and size is None:
        section.wrong(said.line, f"{name} {said.value!r} is no size", f"write {SIZE_EXAMPLE}")
    return size


def _environment(section: Section) -> tuple[Mapping[str, str], Mapping[str, Secret]]:
    texts: dict[str, str] = {}
    secrets: dict[str, Secret] = {}
    for key, tree in section.entries("environment"):
        if not _is_variable(section, key):
            continue
        if isinstance(tree, Entries):
            secret = _secret(section, key.text, tree)
            secrets |= {key.text: secret} if secret else {}
            continue
        text = _text(section, key.text, tree)
        texts |= {} if text is None else {key.text: text}
    return texts, secrets


def _is_variable(section: Section, key: Scalar) -> bool:
    if not _VARIABLE.fullmatch(key.text):
        section.wrong(key.line, f"environment: {key.text!r} is no name of a variable", "use letters, digits and `_`")
    elif key.text.startswith(OURS):
        section.wrong(key.line, f"environment: {key.text} is set by Headwater itself", "choose another name")
    else:
        return True
    return False


def _text(section: Section, name: str, tree: Tree) -> str | None:
    if not isinstance(tree, Scalar) or tree.value is None:
        section.wrong(tree.line, f"environment: {name} must be a text or {{secret: …}}, not {describe(tree)}")
    elif "\0" in tree.text:
        section.wrong(tree.line, f"environment: {name} holds a zero byte")
    elif tree.text and _LOOKS_SECRET.fullmatch(name):
        hint = "write {secret: env:NAME}"
        section.wrong(tree.line, f"environment: {name} would be known to all who read the graph", hint)
    else:
        return tree.text
    return None


def _secret(section: Section, name: str, tree: Entries) -> Secret | None:
    what = f"{section.what}: environment: {name}"
    part = Section(tree, section.mistakes, what=what, keys=SECRET_KEYS, start=tree.line)
    said, form = part.text("secret", required=True), part.word("as", ("file",))
    if said is None:
        return None
    wrong = what_is_wrong(said.value)
    if wrong:
        # What stands there may be the secret itself, written out by mistake: it is not said again.
        part.wrong(said.line, f"the secret is no reference: {wrong}" if ":" in said.value else _NO_REFERENCE, MEND)
    return Secret(said.value, as_file=form == "file")


_NO_REFERENCE = "the secret is written out, or no reference"
