"""The mark of a storage root: by it, those who should see the same root find out whether they do."""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from pathlib import Path

MARK = ".headwater-root"


def mark_of(root: Path) -> str:
    """The mark that lies in `root`; empty where there is none, or none that can be read."""
    try:
        return (root / MARK).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def marked(root: Path) -> str:
    """The same, made now where there was none; of several who make it at once, one does. Empty where nobody can."""
    draft = root / f"{MARK}-{uuid.uuid4().hex}"
    if not mark_of(root):
        with suppress(OSError):
            draft.write_text(f"{uuid.uuid4().hex}\n", encoding="ascii")
            # A link is refused where the name is taken, and is never seen half written.
            with suppress(FileExistsError):
                os.link(draft, root / MARK)
        draft.unlink(missing_ok=True)
    return mark_of(root)
