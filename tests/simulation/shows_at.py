"""The seed at which each planted bug showed when `python -m tests.simulation --planted` last looked for it."""

SHOWS_AT: dict[str, int] = {}
