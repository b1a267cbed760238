"""How each kind of job is started. An executor turns a task into a command; the rest is the same for all."""

from __future__ import annotations

from workers.executors.base import (
    CannotRunError,
    Executor,
    Explain,
    Explained,
    Launch,
    Task,
    TemplateKind,
    executor_for,
)

__all__ = ["CannotRunError", "Executor", "Explain", "Explained", "Launch", "Task", "TemplateKind", "executor_for"]
