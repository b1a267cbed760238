"""Every error that Headwater raises on purpose.

HeadwaterError
├── DomainError              the caller asked for something that cannot be; says what to mend
│   ├── InvalidName, InvalidPartition, InvalidMapping, InvalidEstate, InvalidInput, InvalidEvent, UnknownTimeZone
│   ├── NotFound        DatasetNotFound, JobNotFound, ConsumerNotFound, RunNotFound, VersionNotFound, ColumnNotFound,
│   │                   QuestionNotFound, ContractNotFound, NodeNotFound, ObservedRunNotFound,
│   │                   ReplayNotFound
│   ├── PlanChanged, BreaksRefused
│   ├── InvalidImport        a file with declarations of others is wrong somewhere
│   ├── LocationMissing      a report says nowhere where the content lies
│   ├── InvalidContract      a contract file says what cannot be read or cannot be checked
│   ├── InvalidResults       a file of check results that cannot be read, or that is about nothing known
│   ├── ContentError         a content is missing, cut short, or not what its format says
│   │   └── LocationRefused      it lies outside of the roots of data
│   ├── BackupRefused        a backup file that is damaged or of another kind, or a graph that cannot take it
│   ├── FenceLost            an older owner of a run tried to act on it
│   └── Refused              it cannot be done in the state that the thing is in
│       ├── NotHeld, NotApart, RunEnded, CannotMark, ReplayEnded, NotReady, AlreadyAnswered
│       └── CannotQuarantine, CannotRelease, CannotRevalidate
├── SettingsError            a setting is missing or wrong
│   └── DataFolderInUse, PortTaken
└── Unavailable              trouble outside Headwater; the only kind worth retrying later
    ├── GraphUnavailable
    │   └── GraphPaused      writes wait for a backup or a restore
    ├── BrokerUnavailable
    ├── StorageUnavailable   says nothing about the content itself
    ├── EmbeddedGraphUnavailable
    └── StackUnavailable     a process of the local stack did not come up
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class HeadwaterError(Exception):
    """Anything that Headwater raises on purpose."""


class DomainError(HeadwaterError):
    """The caller's mistake. `code` is stable and reaches clients as data."""

    code = "DOMAIN_ERROR"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, or None when nothing is near."""
    matches = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None


class InvalidName(DomainError):
    code = "INVALID_NAME"

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"{text!r} is not a name: write NAMESPACE/NAME, both not empty")


class InvalidPartition(DomainError):
    code = "INVALID_PARTITION"

    def __init__(self, key: str, expected: str) -> None:
        self.key, self.expected = key, expected
        super().__init__(f"{key!r} is not a partition here: expected {expected}")


class UnknownTimeZone(DomainError):
    """No clock of this name; also where a machine has no time zone database at all."""

    code = "UNKNOWN_TIME_ZONE"

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name, self.nearest = name, nearest(name, known)
        hint = f"did you mean {self.nearest}?" if self.nearest else "write a name such as Europe/Berlin"
        super().__init__(f"there is no time zone {name}; {hint}")


class InvalidMapping(DomainError):
    code = "INVALID_MAPPING"

    def __init__(self, text: str, expected: str) -> None:
        self.text, self.expected = text, expected
        super().__init__(f"{text!r} is not a partition mapping: expected {expected}")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong with an estate: where it stands, what is wrong, and the mend where one is near."""

    file: str
    line: int
    message: str
    hint: str | None = None

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: {self.message}"
        return f"{where}; {self.hint}" if self.hint else where


class InvalidEstate(DomainError):
    """All mistakes of an estate at once; nothing of it was applied."""

    code = "INVALID_ESTATE"

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in mistakes))


class InvalidEvent(DomainError):
    """An event of a client that cannot be used; `pointer` is a JSON pointer (RFC 6901) to the mistake."""

    code = "INVALID_EVENT"

    def __init__(self, pointer: str, problem: str) -> None:
        self.pointer, self.problem = pointer, problem
        super().__init__(f"{pointer or 'the body'}: {problem}")


class InvalidChanges(DomainError):
    """All mistakes of what was to be read as changes; nothing was asked."""

    code = "INVALID_CHANGES"

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in mistakes))


class InvalidImport(DomainError):
    """All mistakes of what was to be imported; nothing of it was."""

    code = "INVALID_IMPORT"

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in mistakes))


class NotFound(DomainError):
    code = "NOT_FOUND"
    kind = "thing"

    def __init__(self, wanted: object, known: Iterable[str] = ()) -> None:
        self.wanted = str(wanted)
        self.nearest = nearest(self.wanted, known)
        hint = f"; did you mean {self.nearest}?" if self.nearest else ""
        super().__init__(f"no {self.kind} {self.wanted}{hint}")


class DatasetNotFound(NotFound):
    kind = "dataset"


class JobNotFound(NotFound):
    kind = "job"


class ConsumerNotFound(NotFound):
    kind = "consumer"


class RunNotFound(NotFound):
    kind = "run"


class ObservedRunNotFound(NotFound):
    kind = "observed run"


class VersionNotFound(NotFound):
    kind = "version"


class ColumnNotFound(NotFound):
    kind = "column"


class NodeNotFound(NotFound):
    kind = "node"


class QuestionNotFound(NotFound):
    kind = "question"


class ReplayNotFound(NotFound):
    kind = "replay"


class ContractNotFound(NotFound):
    kind = "contract"


class PoolNotFound(NotFound):
    kind = "pool"


class PlanChanged(DomainError):
    """The graph moved between plan and apply."""

    code = "PLAN_CHANGED"

    def __init__(self, expected: str, found: str) -> None:
        self.expected, self.found = expected, found
        super().__init__(
            f"the plan {expected} is no longer what would be applied (now {found}): run `headwater plan` again"
        )


class BreaksRefused(DomainError):
    """Applying would break someone who was not accepted by name."""

    code = "BREAKS_REFUSED"

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        super().__init__(f"this would break {', '.join(names)}: accept each by name (--accept NAME) or change the plan")


class FenceLost(DomainError):
    """The run belongs to a newer owner, or has ended: stop its processes and write nothing."""

    code = "FENCE_LOST"

    def __init__(self, run: str, fence: int) -> None:
        self.run, self.fence = run, fence
        super().__init__(f"run {run} is no longer held under fence {fence}")


class BackupRefused(DomainError):
    """A backup cannot be written there, or this file cannot be restored there. Nothing was changed."""

    code = "BACKUP_REFUSED"


class Refused(DomainError):
    """What was asked cannot be done in the state that the thing is in; the message says which, and what can."""

    code = "REFUSED"


class NotApart(Refused):
    code = "NOT_APART"

    def __init__(self, one: object, other: object) -> None:
        super().__init__(f"nobody holds {one} and {other} apart: `headwater names show` tells what makes names one")


class NotHeld(Refused):
    code = "NOT_HELD"

    def __init__(self, target: object) -> None:
        self.target = str(target)
        super().__init__(f"{target} is not held: `headwater holds` lists what is")


class CannotMark(Refused):
    code = "CANNOT_MARK"

    def __init__(self, run: str, state: str, problem: str) -> None:
        self.run, self.state = run, state
        super().__init__(f"run {run} is {state}: {problem}")


class RunEnded(Refused):
    code = "RUN_ENDED"

    def __init__(self, run: str, state: str) -> None:
        self.run, self.state = run, state
        super().__init__(f"run {run} has ended already: it is {state}")


class ReplayEnded(Refused):
    code = "REPLAY_ENDED"

    def __init__(self, replay: str, state: str) -> None:
        self.replay, self.state = replay, state
        super().__init__(f"replay {replay} is over already: it is {state}")


class NotReady(Refused):
    code = "NOT_READY"

    def __init__(self, what: object, reason: str) -> None:
        self.what, self.reason = str(what), reason
        super().__init__(f"{what} cannot run again now: it {reason}")


class CannotQuarantine(Refused):
    code = "CANNOT_QUARANTINE"

    def __init__(self, version: str, state: str) -> None:
        self.version, self.state = version, state
        super().__init__(f"version {version} is {state}: only what was published or superseded can be quarantined")


class CannotCheckVersion(Refused):
    code = "CANNOT_CHECK_VERSION"

    def __init__(self, version: str, state: str) -> None:
        self.version, self.state = version, state
        super().__init__(f"version {version} is {state}: only what is published or superseded has to stay as it was")


class CannotRelease(Refused):
    code = "CANNOT_RELEASE"

    def __init__(self, version: str, why: str) -> None:
        self.version, self.why = version, why
        super().__init__(f"version {version} cannot be released: {why}")


class CannotRevalidate(Refused):
    code = "CANNOT_REVALIDATE"

    def __init__(self, version: str, why: str) -> None:
        self.version, self.why = version, why
        super().__init__(f"version {version} cannot be validated again: {why}")


class AlreadyAnswered(Refused):
    code = "ALREADY_ANSWERED"

    def __init__(self, question: str, answer: str, by: str) -> None:
        self.question, self.answer, self.by = question, answer, by
        super().__init__(f"question {question} is closed already: {answer}, by {by}")


class InvalidContract(DomainError):
    """A contract that cannot be read, or that asks for a check nobody here can run. `line` is None where none is
    known.
    """

    code = "INVALID_CONTRACT"

    def __init__(self, file: str, line: int | None, message: str) -> None:
        self.file, self.line, self.message = file, line, message
        super().__init__(f"{file}:{line}: {message}" if line else f"{file}: {message}")


class InvalidResults(DomainError):
    """Results of others that cannot be taken; nothing was recorded. `source` is empty where it is not known."""

    code = "INVALID_RESULTS"

    def __init__(self, source: str, reason: str) -> None:
        self.source, self.reason = source, reason
        super().__init__(f"the results{f' of {source}' if source else ''} cannot be taken: {reason}")


class ContentError(DomainError):
    """A content cannot be used: missing, cut short, or not of its format. `reason` is one sentence for people."""

    code = "CONTENT_ERROR"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class LocationRefused(ContentError):
    """A content lies outside of the roots of data. Nothing of it was opened. `setting` names what would allow it."""

    code = "LOCATION_REFUSED"

    def __init__(self, location: str, setting: str) -> None:
        self.location, self.setting = location, setting
        super().__init__(f"{location} lies outside the places that data may lie in: {setting} does not list it")


class SettingsError(HeadwaterError):
    """A setting is missing or wrong. The message says which, where it was looked for, and what to write."""


class Unavailable(HeadwaterError):
    """Trouble outside Headwater; trying again later may work."""


class GraphUnavailable(Unavailable):
    """The graph did not answer, or answered with trouble of its own."""


class GraphPaused(GraphUnavailable):
    """Nothing can be written now: a backup is being taken, or a restore is not complete. Reading goes on."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"writes are paused: {reason}; nothing was written, try again later")


class BrokerUnavailable(Unavailable):
    """The broker did not answer. Nothing is lost: the graph is the queue."""


class EmbeddedGraphUnavailable(Unavailable):
    """The graph that `headwater up` brings along cannot run on this machine, or did not come up."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"the embedded graph cannot run: {reason}\n"
            "It needs Linux with glibc >= 2.34. Anywhere else, start a Neo4j 5.26 and set HEADWATER_GRAPH_URI "
            "(and HEADWATER_GRAPH_USER, HEADWATER_GRAPH_PASSWORD, HEADWATER_GRAPH_DATABASE)."
        )


class DataFolderInUse(SettingsError):
    """Another `headwater up` holds this data folder."""

    def __init__(self, folder: str, holder: str) -> None:
        self.folder, self.holder = folder, holder
        super().__init__(
            f"the data folder {folder} is in use by process {holder}: stop it, or set HEADWATER_HOME to another folder"
        )


class PortTaken(SettingsError):
    """Something else listens where Headwater was told to listen."""

    def __init__(self, host: str, port: int, variable: str) -> None:
        self.host, self.port = host, port
        super().__init__(f"port {port} on {host} is taken: set {variable} to another one, or to 0 for any free port")


class LocationMissing(DomainError):
    """A report says nothing about where the content lies, and neither does the estate."""

    code = "LOCATION_MISSING"

    def __init__(self, dataset: object) -> None:
        self.dataset = str(dataset)
        super().__init__(
            f"where does the new version of {dataset} lie? Its dataset declares no location: give one with the report"
        )


class StorageUnavailable(Unavailable):
    """The place of a content did not answer (a database is down, a disk is full): no verdict about the content."""


class InvalidInput(DomainError):
    """An argument cannot be used as it stands; `field` says which."""

    code = "INVALID_INPUT"

    def __init__(self, field: str, problem: str) -> None:
        self.field = field
        super().__init__(f"{field}: {problem}")


class StackUnavailable(Unavailable):
    """A process of the local stack ended, or did not answer, while the stack was coming up."""

    def __init__(self, part: str, reason: str) -> None:
        self.part, self.reason = part, reason
        super().__init__(f"{part} did not come up: {reason}")
