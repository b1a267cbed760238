"""A hash of many texts that does not depend on their order."""

from __future__ import annotations

import hashlib

_MODULUS = 1 << 256


class MultisetHash:
    """The sum of the SHA-256 of each text, with their number. It finds accidents and mistakes; it is no signature
    against somebody who may choose the texts.
    """

    def __init__(self) -> None:
        self._sum = self._count = 0

    def add(self, text: str) -> None:
        self._sum += int.from_bytes(hashlib.sha256(text.encode()).digest())
        self._count += 1

    def hexdigest(self) -> str:
        return hashlib.sha256(f"{self._count} {self._sum % _MODULUS}".encode()).hexdigest()
