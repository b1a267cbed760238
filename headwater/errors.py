"""What can go wrong for a program that reads.

HeadwaterError
├── NotFound      no such dataset, or nothing good is there; `nearest` may say what was meant
├── Invalid       the question cannot be answered as it stands
├── Unavailable   Headwater, or its graph, does not answer; trying again later may work
├── Gone          the version is known, and its content is not there any more
├── Unreadable    the content is not what its format says, or of a format that only its own program reads
└── Missing       a library that this way of reading needs is not installed
"""

from __future__ import annotations


class HeadwaterError(Exception):
    """Anything that this package raises on purpose. `code` is stable; empty where the API gave none."""

    def __init__(self, message: str, *, code: str = "", nearest: str | None = None) -> None:
        self.code, self.nearest = code, nearest
        super().__init__(message)


class NotFound(HeadwaterError):
    pass


class Invalid(HeadwaterError):
    pass


class Unavailable(HeadwaterError):
    """`retry_after`: in so many seconds it is worth trying again."""

    retry_after = 0.5


class Gone(HeadwaterError):
    pass


class Unreadable(HeadwaterError):
    pass


class Missing(HeadwaterError):
    def __init__(self, library: str) -> None:
        super().__init__(f"{library} is not installed here: pip install {library}")
