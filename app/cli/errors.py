"""The one place where an error becomes a message on stderr and an exit code."""

from __future__ import annotations

import errno
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import typer
from typer.exceptions import TyperException

from app.cli.output import say
from graph_model.errors import DomainError, HeadwaterError, InvalidChanges, InvalidEstate, SettingsError, Unavailable


class ExitCode(IntEnum):
    """What a command's exit code means; the same for every command."""

    FINE = 0
    FINDINGS = 1
    """It worked, and what was asked about is not as it should be: a violation, a BREAKS, not ready, timed out."""
    WRONG = 2
    """What was asked cannot be: usage, settings, or something that does not exist."""
    UNREACHABLE = 3
    """The graph or the broker did not answer; trying again later may work."""
    BUG = 70
    """A mistake in Headwater itself (EX_SOFTWARE)."""


def finish(*, findings: bool) -> None:
    """Ends the command with FINDINGS when there are some, else lets it end well."""
    if findings:
        raise typer.Exit(ExitCode.FINDINGS)


@contextmanager
def one_message(*, debug: bool) -> Iterator[None]:
    """Turns whatever a command raises into one message and an exit code; with `debug`, the trace comes first."""
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # has shown the help already; Typer keeps the class to itself
            raise
        say(_usage_message(error))
        raise typer.Exit(ExitCode.WRONG) from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.EPIPE:
            raise  # the reader of our output left (`| head`); Typer ends quietly
        if debug:
            traceback.print_exception(error, file=sys.stderr)
        say(message_of(error))
        raise typer.Exit(exit_code_of(error)) from error


def exit_code_of(error: Exception) -> ExitCode:
    if isinstance(error, Unavailable):
        return ExitCode.UNREACHABLE
    if isinstance(error, DomainError | SettingsError | OSError):
        return ExitCode.WRONG
    return ExitCode.BUG


def message_of(error: Exception) -> str:
    """What a person reads. Mistakes of an estate stay one line each, in the form that editors jump to."""
    if isinstance(error, InvalidEstate):
        return f"{error}\nerror: {_counted(len(error.mistakes), 'mistake')}; nothing was applied"
    if isinstance(error, InvalidChanges):
        return f"{error}\nerror: {_counted(len(error.mistakes), 'mistake')}; nothing was asked"
    if isinstance(error, DomainError | SettingsError | Unavailable):
        return f"error: {error}"
    if isinstance(error, OSError):
        return f"error: {error.filename or 'the system'}: {error.strerror or error}"
    kind = "" if isinstance(error, HeadwaterError) else f"{type(error).__name__}: "
    advice = "This is a mistake in Headwater, not in what you asked. `headwater --debug …` shows where it happened."
    return f"error: {kind}{error}\n{advice}"


def _usage_message(error: TyperException) -> str:
    """One line, where Typer would draw a box as wide as the terminal."""
    context = getattr(error, "ctx", None)
    hint = f" (see {context.command_path} --help)" if context else ""
    return f"error: {' '.join(error.format_message().split())}{hint}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
