"""Contents and checks for tests of single checks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from connectors.checks import validate
from graph_model.contracts.entities import Check, CheckResult
from graph_model.versions.entities import Content

ROWS = "id,customer,amount,day\n1,7,1.50,2024-01-01\n2,8,2.25,2024-01-02\n3,,,\n4,9,3.00,2024-01-02\n"
OTHER = "vs_other"


def a_file(folder: Path, text: str = ROWS, name: str = "orders.csv") -> Content:
    (folder / name).write_text(text)
    return Content("csv", str(folder / name))


def result_of(content: Content, kind: str, **params: Any) -> CheckResult:
    (result,) = validate(content, [Check(kind, kind, params)]).results
    return result


def against(content: Content, **params: Any) -> dict[str, Any]:
    """What the graph fills in for a check against another dataset."""
    place = {"format": content.format, "location": content.location, "options": dict(content.options)}
    other = {"name": "shop/others", "version": OTHER, "key": "", "content": place}
    return {"dataset": "others", "partition": "same", "if_missing": "fail", "other": other, **params}
