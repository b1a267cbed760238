"""What the demo did and learned: what its story leaves behind and its report shows."""

from __future__ import annotations

from dataclasses import dataclass

from app.demo.answers import Answers
from app.demo.checks import Comparison
from app.demo.delivery import Delivery


@dataclass(frozen=True, slots=True)
class Played:
    """What happened, and what Headwater says about it. `killed`: the process that was killed in the middle, if any."""

    deliveries: tuple[Delivery, ...]
    answers: Answers
    comparisons: tuple[Comparison, ...]
    killed: int | None

    @property
    def good(self) -> bool:
        return not self.answers.violations and all(comparison.same for comparison in self.comparisons)
