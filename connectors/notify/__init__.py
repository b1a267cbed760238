"""Who must be told, and how: delivers what the graph's outbox holds."""

from __future__ import annotations

from connectors.notify.deliver import deliver_due

__all__ = ["deliver_due"]
