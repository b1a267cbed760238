"""What `headwater run RUN` shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.cli.runs import _print_run  # pyright: ignore[reportPrivateUsage]
from graph_model.names import Name
from graph_model.runs.entities import Run, RunKind, RunState

RUN = Run("rn_1", RunKind.JOB, Name("shop", "tidy"), "2013-01-05", RunState.SUCCEEDED, datetime(2013, 1, 6, tzinfo=UTC))


def test_a_run_says_what_it_went_without(capsys: pytest.CaptureFixture[str]) -> None:
    _print_run(replace(RUN, missing=("shop/other@2013-01-05",)))
    assert "without" in (said := capsys.readouterr().out)
    assert "shop/other@2013-01-05" in said

    _print_run(RUN)
    assert "without" not in capsys.readouterr().out
