"""The secrets of a run: looked up when it starts, handed to its launcher past all files, taken out of what it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from connectors import secrets
from connectors.storage.locations import address_of
from graph_model.errors import ContentError, SecretMissing
from graph_model.estate.vocabulary import LOGIN_OPTIONS
from graph_model.versions.entities import Content
from workers.executors import CannotRunError, Task
from workers.process import Handed

FOLDER = "secrets"


def handed_to(task: Task) -> Handed:
    """Raises CannotRunError for a secret that is not there: another attempt would not find it either."""
    files = _folder_for_files(task)
    found: dict[str, str] = {}
    for name, secret in task.job.secrets.items():
        try:
            found[name] = secrets.resolve(secret.reference)
        except SecretMissing as error:
            raise CannotRunError(f"{name}: {error}") from None
    as_files = {name for name, secret in task.job.secrets.items() if secret.as_file}
    return Handed(
        environment={name: str(files / name) if name in as_files else value for name, value in found.items()},
        files={str(files / name): found[name] for name in as_files},
        hidden=secrets.hidden_forms([*found.values(), *_logins(task)]),
    )


def without_own(task: Task) -> Handed:
    """For a process that is given no secret, but may say those of the places that it opens."""
    return Handed(hidden=secrets.hidden_forms(_logins(task)))


def _folder_for_files(task: Task) -> Path:
    """Below the scratch folder, which goes with the attempt, however it ends."""
    folder = task.folder / FOLDER
    if any(secret.as_file for secret in task.job.secrets.values()):
        folder.mkdir(mode=0o700)
    return folder


def _logins(task: Task) -> Iterator[str]:
    """What the places of inputs and outputs hold of secrets: passwords of databases, keys of stores."""
    for item in (*task.run.inputs, *task.run.outputs):
        yield from _login_of(item.content)


def _login_of(content: Content) -> Iterator[str]:
    yield from (str(content.options[name]) for name in LOGIN_OPTIONS if name in content.options)
    address = content.location.rpartition("#")[0]
    if "@" not in address:
        return
    try:
        password = address_of(address).password
    except ContentError:
        return
    if password:
        yield str(password)
