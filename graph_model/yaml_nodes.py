"""YAML as nodes that know their lines: by libyaml where it takes a text, else by the parser in Python.

libyaml is many times faster, but refuses a little that is YAML, says what is wrong in other words, and would follow any
depth on the stack of the process. So it gets what is known not to be deep, and what it refuses is read again in Python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    QuickLoader = yaml.SafeLoader
else:
    QuickLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MOST_QUICK_DEPTH = 100


def composed(text: str, quick: type[yaml.SafeLoader], thorough: type[yaml.SafeLoader]) -> tuple[Any, yaml.Node | None]:
    """The loader that took the text, and the root of its one document; None: there is none. Raises YAMLError and
    RecursionError as `thorough` does."""
    try:
        if not _is_deep(text, quick):
            loader = quick(text)
            return loader, loader.get_single_node()
    except (yaml.YAMLError, UnicodeError):
        pass  # the other one takes it, or says why not
    loader = thorough(text)
    return loader, loader.get_single_node()


def _is_deep(text: str, loader: type[yaml.SafeLoader]) -> bool:
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_QUICK_DEPTH:
            return True
    return False
