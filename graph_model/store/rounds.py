"""Work through marks in rounds: what is due is read in stretches, until nothing is left or others want their turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from graph_model.store.graph import Row


def in_rounds(
    read: Callable[[], Sequence[Row]], carry_out: Callable[[Sequence[Row]], list[str]], *, limit: int, most: int
) -> tuple[str, ...]:
    """What `carry_out` made of all that `read` gave, in order. `read` gives at most `limit` rows; fewer are the last
    ones. No more than `most` rounds.
    """
    done: list[str] = []
    for _ in range(most):
        rows = read()
        if rows:
            done.extend(carry_out(rows))
        if len(rows) < limit:
            break
    return tuple(done)
