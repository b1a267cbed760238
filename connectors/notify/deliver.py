"""Delivers notices: to a webhook where one is set, else to the log. At least once; the id says which one it is."""

from __future__ import annotations

import json
import logging
import urllib.request
from dataclasses import asdict
from urllib.error import HTTPError, URLError

from connectors.notify.outbox import Notice, mark_sent, postpone, unsent
from graph_model.errors import Unavailable
from graph_model.settings import NotifySettings
from graph_model.store.graph import Graph

log = logging.getLogger(__name__)


class NotDelivered(Unavailable):
    """A receiver did not take a notice. It stays in the outbox."""


def deliver_due(graph: Graph, settings: NotifySettings) -> int:
    """Delivers what is due; how many. A notice that fails is postponed and does not hold up the others."""
    delivered: list[Notice] = []
    for notice in unsent(graph):
        try:
            deliver(notice, settings)
        except NotDelivered as error:
            log.warning("notice %s was not delivered, it is tried again later: %s", notice.id, error)
            postpone(graph, notice)
        else:
            delivered.append(notice)
    mark_sent(graph, delivered)
    return len(delivered)


def deliver(notice: Notice, settings: NotifySettings) -> None:
    """Hands one notice over. Raises NotDelivered."""
    if settings.webhook is None:
        recipients = ", ".join(notice.recipients) or "nobody in particular"
        log.warning("notice for %s: %s: %s", recipients, notice.title, notice.body)
        return
    _post(notice, settings.webhook.get_secret_value(), settings.timeout)


def _post(notice: Notice, address: str, timeout: float) -> None:
    body = json.dumps({**asdict(notice), "created_at": notice.created_at.isoformat()}).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": notice.id}
    request = urllib.request.Request(  # noqa: S310  whoever runs the worker sets the address
        address, data=body, headers=headers, method="POST"
    )
    try:
        with _opener().open(request, timeout=timeout):
            return
    except HTTPError as error:
        with error:
            raise NotDelivered(f"the webhook answered {error.code}") from error
    except (URLError, OSError, ValueError) as error:
        raise NotDelivered(f"the webhook cannot be reached: {error}") from error


def _opener() -> urllib.request.OpenerDirector:
    """Follows no redirect: the address that was set is the only one that gets to see a notice."""
    return urllib.request.build_opener(_NoRedirects())


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(  # noqa: PLR0917  the signature is given
        self, req: object, fp: object, code: int, msg: str, headers: object, newurl: str
    ) -> None:
        return None
