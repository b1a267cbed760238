"""Writes the schema down: `python -m app.graphql.export`; with `--released`, as what clients rely on from now on."""

from __future__ import annotations

import sys
from pathlib import Path

from app.graphql.schema import build_schema

SCHEMA_FILE = Path(__file__).with_name("schema.graphql")
RELEASED_FILE = Path(__file__).with_name("schema.released.graphql")


def sdl() -> str:
    return build_schema().as_str() + "\n"


def main(arguments: list[str]) -> None:
    SCHEMA_FILE.write_text(sdl())
    if "--released" in arguments:
        RELEASED_FILE.write_text(sdl())


if __name__ == "__main__":
    main(sys.argv[1:])
