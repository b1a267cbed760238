"""YAML by libyaml says what the parser in Python says: the same values in the same lines, and the same refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from graph_model.contracts import source as contracts
from graph_model.contracts.source import Source
from graph_model.errors import InvalidContract
from graph_model.estate import yaml_lines
from graph_model.estate.yaml_lines import read_yaml
from graph_model.yaml_nodes import MOST_QUICK_DEPTH, composed

ROOT = Path(__file__).parents[2]
WRITTEN = sorted(file for end in ("*.yaml", "*.yml") for file in (ROOT / "examples").rglob(end))
ODD = {
    "empty": "",
    "comments": "# nothing\n",
    "flow": "{a: 1, b: [x, y, {c: }], 'd:e': f#g}\n",
    "url": "a: http://example.org:80/x#y\nb: [http://example.org, c:d]\n",
    "texts": "a: |\n  one\n   two\n\nb: >-\n  three\n  four\n\n  five\nc: \"x\\ty\\u00e9\\\n  z\"\nd: 'it''s'\n",
    "many lines": "a: one\n  two\n  three\nb:\n- x\n-\n- - y\n  - z\n? long\n: key\n",
    "other breaks": "a: 1\r\nb: 2\rc: 3\x85d: 4\u2028e: 5\n",
    "letters": "ключ: значение\nkey: \U0001f600\n",
    "mark": "\ufeffa: 1\nb: 2\n",
    "numbers": "a: 007\nb: 1e3\nc: 0x1F\nd: 1.5\ne: .inf\nf: NO\ng: 2013-01-05\nh: 16:00\ni: ~\nj: true\n",
    "blanks": "a:   1   # one\n\n\nb:\n    c: 2\n  # three\n    d: 3\n",
    "document": "---\na: 1\n...\n",
    "two documents": "a: 1\n---\nb: 2\n",
    "aliases": "a: &x {b: 1}\nc: *x\n",
    "tag": "a: !!str 1\n",
    "twice": "a: 1\na: 2\n",
    "json": '{"a": "\\ud83d\\ude00", "b": [1, 2.5, null, true], "c/d": "\\/"}',
    "open": "a: [1, 2\n",
    "unindented": "a: 1\n b: 2\n",
    "colon": "a: b: c\n",
    "control": "a: \x01\n",
    "percent": "a: %b\n@c: d\n",
}


@pytest.fixture
def in_python(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(yaml_lines, "_QuickLoader", yaml_lines._CoreLoader)
    monkeypatch.setattr(contracts, "_QuickLoader", contracts._Loader)
    return monkeypatch


def contract_read(text: str) -> Any:
    """What a contract's text comes to, with the lines of its first level; or why it is refused, and where."""
    try:
        source = Source(text, "c.yaml")
    except InvalidContract as error:
        return error.line, error.message
    return source.document, {key: source.line((key,)) for key in source.document}


def both(text: str) -> tuple[Any, Any]:
    return read_yaml(text, file="e.yaml"), contract_read(text)


def test_there_is_a_quick_parser() -> None:
    assert yaml_lines._QuickLoader.__mro__.index(yaml.CSafeLoader)  # else nothing below tests anything
    assert len(WRITTEN) > 10


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_an_odd_text_is_read_alike(text: str, request: pytest.FixtureRequest) -> None:
    quick = both(text)
    request.getfixturevalue("in_python")

    assert quick == both(text)


def test_what_the_examples_hold_is_read_alike(request: pytest.FixtureRequest) -> None:
    texts = [file.read_text(encoding="utf-8") for file in WRITTEN]
    quick = [both(text) for text in texts]
    request.getfixturevalue("in_python")

    assert quick == [both(text) for text in texts]


def test_what_is_deep_is_not_followed_on_the_stack_of_the_process() -> None:
    deep = f"a: {'[' * 50_000}{']' * 50_000}"

    with pytest.raises(InvalidContract):
        Source(deep, "c.yaml")
    quick, thorough = yaml_lines._QuickLoader, yaml_lines._CoreLoader
    for depth, expected in ((MOST_QUICK_DEPTH, quick), (MOST_QUICK_DEPTH + 1, thorough)):
        loader, _ = composed(f"{'[' * depth}{']' * depth}", quick, thorough)
        assert type(loader) is expected


def test_a_text_that_is_no_text_is_refused_and_not_raised() -> None:
    with pytest.raises(InvalidContract, match="not YAML"):
        Source("a: \ud83d\n", "c.yaml")


def test_a_blank_may_be_a_tab_as_yaml_has_it() -> None:
    """Which the parser in Python does not know."""
    assert Source("a:\t1\n", "c.yaml").document == {"a": 1}
