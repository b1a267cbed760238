"""The whole of a contract, as it was written: what Headwater uses of it and what it only keeps.

Nothing of a document is lost: the text of the file is kept, and what it parses to decides whether two are the same.
Refused is what might be a promise, or a person to tell, that nobody would find again: an unknown key at the top, in the
schema and its quality, among the service levels and in the team. An unknown key anywhere else is kept like all others.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from open_data_contract_standard.model import (
    OpenDataContractStandard,
    ServiceLevelAgreementProperty,
    Team,
    TeamMember,
)
from pydantic import BaseModel, ValidationError

from graph_model.contracts.source import Path, Source, in_words

# Of these nobody is held to anything yet, so that they may change as they like.
UNBINDING = ("proposed", "draft")


@dataclass(frozen=True, slots=True)
class Document:
    """One contract file. `text` is what was written, comments and order included; `content` is what it says, as JSON
    values; `digest` is the same for documents that say the same."""

    text: str
    content: Mapping[str, Any] = field(repr=False, compare=False)
    digest: str

    @property
    def version(self) -> str:
        return self.content.get("version") or ""

    @property
    def status(self) -> str:
        return self.content.get("status") or ""

    @property
    def name(self) -> str:
        """What people call it; the id of the contract where it has no name."""
        return self.content.get("name") or self.content.get("id") or ""

    @property
    def binds(self) -> bool:
        return self.status.lower() not in UNBINDING


def read_document(text: str, *, file: str) -> Document:
    """Raises InvalidContract."""
    source = Source(text, file)
    model_of(source)
    return document_of(source)


def kept_document(text: str, *, file: str) -> Document:
    """A document that was read once: it comes back, even where it would not be taken in any more."""
    return document_of(Source(text, file))


def document_of(source: Source) -> Document:
    """The document of a source that is known to be a contract."""
    return Document(source.text, source.document, digest_of(source.document))


def digest_of(content: Mapping[str, Any]) -> str:
    """One digest for equal contents; the order of keys is not part of them."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def model_of(source: Source) -> OpenDataContractStandard:
    """The contract by the standard's own model. Raises InvalidContract, also for an unknown key that might promise
    something (those inside the schema are looked at by who reads it)."""
    if source.document.get("kind") != "DataContract":
        raise source.refusal(("kind",), "not a contract: it has no `kind: DataContract`")
    if not str(source.document.get("apiVersion", "")).startswith("v3."):
        raise source.refusal(
            ("apiVersion",), f"only version 3 of the standard is understood, not {source.document.get('apiVersion')}"
        )
    source.known_keys((), keys_of(OpenDataContractStandard))
    try:
        found = OpenDataContractStandard.model_validate(source.document)
    except ValidationError as error:
        first = error.errors()[0]
        raise source.refusal(first["loc"], f"{in_words(first['loc'])}: {first['msg']}") from None
    for path, model in _told(source.document):
        source.known_keys(path, keys_of(model))
    return found


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys of a model, as they are written."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _told(document: Mapping[str, Any]) -> Iterator[tuple[Path, type[BaseModel]]]:
    """Where service levels and people stand, and what they are. The team was a list before it was an object."""
    for position, _ in enumerate(document.get("slaProperties") or ()):
        yield ("slaProperties", position), ServiceLevelAgreementProperty
    team = document.get("team")
    members: Path = ("team",)
    if isinstance(team, dict):
        yield members, Team
        team, members = team.get("members"), ("team", "members")
    for position, _ in enumerate(team or ()):
        yield (*members, position), TeamMember
