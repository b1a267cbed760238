"""What a location stands for, and that nothing outside of the roots of data is opened."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.storage import discard, expose, inspect, located, read, write
from connectors.storage.store_options import with_login
from graph_model.errors import ContentError, LocationRefused, SettingsError
from graph_model.settings import DataSettings, StorageSettings, roots_of
from graph_model.versions.entities import Content
from graph_model.versions.roots import Roots
from tests.support.vaults import FOUND, a_vault

ROOT = Path("/data")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A file that no root holds."""
    path = tmp_path / "outside" / "secret.csv"
    path.parent.mkdir()
    path.write_text("id\n1\n")
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("raw/2013-01-05.csv", "/data/raw/2013-01-05.csv"),
        ("raw/../clean/x.csv", "/data/clean/x.csv"),
        ("/data/x.csv", "/data/x.csv"),
        ("/elsewhere/x.csv", "/elsewhere/x.csv"),
        ("file:///elsewhere/x.csv", "/elsewhere/x.csv"),
        ("s3://lake/raw/x.csv", "s3://lake/raw/x.csv"),
    ],
)
def test_a_location_below_a_root_is_made_absolute(location: str, expected: str) -> None:
    roots = Roots(ROOT, (Path("/elsewhere"),), ("s3://lake/raw",))

    placed = located(Content("csv", location, {"delimiter": ";"}), roots)

    assert placed == Content("csv", expected, {"delimiter": ";"}, ("/data", "/elsewhere"))


@pytest.mark.parametrize(
    "location",
    [
        "../secret.csv",
        "raw/../../secret.csv",
        "/elsewhere/x.csv",
        "file:///etc/passwd",
        "/database/x.csv",
        "/proc/self/environ",
        "s3://lake/rawer/x.csv",
        "s3://lake/raw/../secret.csv",
        "s3://other/raw/x.csv",
        "gs://lake/raw/x.csv",
    ],
)
def test_a_location_outside_of_the_roots_is_refused_by_the_setting_that_would_allow_it(location: str) -> None:
    with pytest.raises(LocationRefused, match="HEADWATER_DATA_ROOTS"):
        located(Content("csv", location), Roots(ROOT, (), ("s3://lake/raw",)))


@pytest.mark.parametrize("location", ["", "x\0.csv"])
def test_what_is_no_location_is_no_content(location: str) -> None:
    with pytest.raises(ContentError):
        located(Content("csv", location), ROOT)


def test_a_link_that_leads_out_of_the_roots_is_refused(root: Path, outside: Path) -> None:
    (root / "link.csv").symlink_to(outside)
    (root / "folder").symlink_to(outside.parent)

    for location in ("link.csv", "folder/secret.csv", str(root / "link.csv")):
        with pytest.raises(LocationRefused):
            located(Content("csv", location), root)

    assert located(Content("csv", "link.csv"), Roots(root, (outside.parent,))).location == str(root / "link.csv")


def test_a_root_that_is_reached_through_a_link_is_one_under_both_names(tmp_path: Path, root: Path) -> None:
    (root / "x.csv").write_text("id\n1\n")
    (tmp_path / "name").symlink_to(root)

    for location in ("x.csv", str(root / "x.csv"), str(tmp_path / "name" / "x.csv")):
        assert inspect(located(Content("csv", location), tmp_path / "name")).row_count == 1


Act = Callable[[Content, Content], object]
ACTS: dict[str, Act] = {
    "inspect": lambda content, _: inspect(content),
    "read": lambda content, _: read(content).read_all(),
    "expose from": lambda content, good: expose(content, replace(good, location=f"{good.location}.copy"), ""),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_a_link_that_was_put_there_after_the_look_is_seen_when_it_is_opened(
    root: Path, outside: Path, act: Act
) -> None:
    (root / "x.csv").write_text("id\n1\n")
    (root / "good.csv").write_text("id\n1\n")
    content, good = (located(Content("csv", name), root) for name in ("x.csv", "good.csv"))
    (root / "x.csv").unlink()
    (root / "x.csv").symlink_to(outside)

    with pytest.raises(LocationRefused):
        act(content, good)


def test_nothing_is_written_or_removed_through_a_folder_that_leads_out(root: Path, outside: Path) -> None:
    (root / "good.csv").write_text("id\n2\n")
    (root / "folder").mkdir()
    good, target = (located(Content("csv", name), root) for name in ("good.csv", "folder/secret.csv"))
    (root / "folder").rmdir()
    (root / "folder").symlink_to(outside.parent)

    for act in (lambda: expose(good, target, ""), lambda: discard(target), lambda: write(target, read(good))):
        with pytest.raises(LocationRefused):
            act()

    assert outside.read_text() == "id\n1\n"


@pytest.mark.parametrize("kind", ["csv", "parquet", "arrow", "jsonl", "manifest"])
def test_what_is_no_file_is_refused_before_it_is_opened(root: Path, kind: str) -> None:
    os.mkfifo(root / "pipe")
    roots = Roots(root, (Path("/dev"), Path("/proc")))

    for location, said in [
        ("pipe", "a pipe"),
        ("/dev/zero", "a device"),
        (".", "a folder"),
        ("/proc/uptime", "kernel"),
    ]:
        if kind == "parquet" and location == ".":
            continue
        with pytest.raises(ContentError, match=said):
            inspect(located(Content(kind, location), roots))


def test_the_address_of_a_table_may_name_the_root_and_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE", "postgresql://user:pass#word@host/db")

    assert located(Content("table", "sqlite:///{root}/w.db#t"), ROOT).location == "sqlite:////data/w.db#t"
    assert located(Content("table", "sqlite:///w.db#t"), ROOT).location == "sqlite:////data/w.db#t"
    assert located(Content("table", "env:WAREHOUSE#s.t"), ROOT).location == "postgresql://user:pass#word@host/db#s.t"
    with pytest.raises(ContentError, match="env:NOWHERE cannot be had: the environment here has no variable NOWHERE"):
        located(Content("table", "env:NOWHERE#t"), ROOT)
    with pytest.raises(ContentError, match="written URL#TABLE"):
        located(Content("table", "sqlite:///w.db"), ROOT)


@pytest.mark.parametrize(
    "location",
    [
        "sqlite:////elsewhere/w.db#t",
        "sqlite:///../w.db#t",
        "sqlite:///file:/elsewhere/w.db?uri=true#t",
        "sqlite:///w.db?mode=memory#t",
    ],
)
def test_a_database_that_is_a_file_must_lie_below_a_root(location: str) -> None:
    with pytest.raises(LocationRefused):
        located(Content("table", location), ROOT)


def test_a_database_file_that_became_a_link_is_not_opened(root: Path, tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "outside.db").close()
    content = located(Content("table", "sqlite:///w.db#t"), root)
    (root / "w.db").symlink_to(tmp_path / "outside.db")

    with pytest.raises(LocationRefused):
        inspect(content)


LISTED = ("postgresql://warehouse.example.org/sales", "mysql://reports.example.org:3307")


@pytest.mark.parametrize(
    ("address", "opened"),
    [
        ("postgresql+psycopg://me:secret@warehouse.example.org/sales", True),
        ("postgresql://warehouse.example.org/sales?sslmode=require", True),
        ("mysql://reports.example.org:3307/any", True),
        ("postgresql://warehouse.example.org/wages", False),
        ("postgresql://warehouse.example.org:6543/sales", False),
        ("postgresql://warehouse.example.org.elsewhere/sales", False),
        ("postgresql://warehouse.example.org@elsewhere/sales", False),
        ("postgresql://warehouse.example.org/sales?host=elsewhere", False),
        ("postgresql://warehouse.example.org/sales?service=other", False),
        ("mysql://reports.example.org/any", False),
        ("env:WAREHOUSE", False),
    ],
)
def test_an_address_that_is_written_out_must_be_listed(
    address: str, opened: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE", "postgresql://warehouse.example.org/wages")
    content = Content("table", f"{address}#t")

    if opened:
        assert located(content, Roots(ROOT, databases=LISTED)).location == f"{address}#t"
        return
    with pytest.raises(LocationRefused, match="HEADWATER_DATA_DATABASES") as refused:
        located(content, Roots(ROOT, databases=LISTED))
    assert "secret" not in str(refused.value)


def test_by_default_the_environment_names_the_databases_but_never_our_own_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    roots = roots_of(StorageSettings(root=ROOT), DataSettings())
    for variable in ("WAREHOUSE", "HEADWATER_GRAPH_URI"):
        monkeypatch.setenv(variable, "postgresql://host/db")

    assert located(Content("table", "env:WAREHOUSE#t"), roots).location == "postgresql://host/db#t"
    for address in ("env:HEADWATER_GRAPH_URI", "postgresql://host/db"):
        with pytest.raises(LocationRefused):
            located(Content("table", f"{address}#t"), roots)


def test_a_login_of_a_database_lies_wherever_secrets_do_if_that_is_listed(tmp_path: Path) -> None:
    (tmp_path / "warehouse").write_text("postgresql://me:hush@host/db\n")
    file = f"file:{tmp_path / 'warehouse'}"

    for listed in (file, "file:*", "*"):
        content = located(Content("table", f"{file}#s.t"), Roots(ROOT, databases=(listed,)))
        assert content.location == "postgresql://me:hush@host/db#s.t"
    with pytest.raises(LocationRefused, match="HEADWATER_DATA_DATABASES"):
        located(Content("table", f"{file}#s.t"), Roots(ROOT))
    with pytest.raises(LocationRefused):  # and whether there is such a file, nobody learns
        located(Content("table", "file:/nowhere#t"), Roots(ROOT))


def test_a_vault_holds_logins_of_databases_too(tmp_path: Path) -> None:
    roots = Roots(ROOT, databases=("vault:*",))

    with a_vault(tmp_path / "site"):
        with pytest.raises(ContentError, match="address of the database is not one") as refused:
            located(Content("table", "vault:doors/front#t"), roots)
        with pytest.raises(ContentError, match="the vault has no doors/back"):
            located(Content("table", "vault:doors/back#t"), roots)
        with pytest.raises(LocationRefused):
            located(Content("table", "vault:doors/back#t"), Roots(ROOT))
    assert FOUND not in str(refused.value)


def test_keys_of_a_store_lie_wherever_secrets_do(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hush\n")

    found = with_login({"access_key": f"file:{tmp_path / 'key'}", "endpoint": "http://lake:9000"})

    assert (found["access_key"], found["endpoint"]) == ("hush", "http://lake:9000")
    with pytest.raises(ContentError, match="option secret_key: the secret file:/nowhere cannot be had"):
        with_login({"secret_key": "file:/nowhere"})
    with pytest.raises(ContentError, match="must be a reference") as written_out:
        with_login({"secret_key": "hush:hush"})
    assert "hush" not in str(written_out.value)


def test_the_settings_list_roots_and_databases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_DATA_ROOTS", "/srv/data, s3://lake/raw/")
    monkeypatch.setenv("HEADWATER_DATA_DATABASES", "env:WAREHOUSE,file:*,postgresql://host/db")

    assert roots_of(StorageSettings(root=ROOT), DataSettings()) == Roots(
        ROOT, (Path("/srv/data"),), ("s3://lake/raw",), ("env:WAREHOUSE", "file:*", "postgresql://host/db")
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HEADWATER_DATA_ROOTS", "data"),
        ("HEADWATER_DATA_ROOTS", "s3://"),
        ("HEADWATER_DATA_DATABASES", "warehouse"),
        ("HEADWATER_DATA_DATABASES", "file:relative"),
        ("HEADWATER_DATA_DATABASES", "vualt:*"),
        ("HEADWATER_DATA_DATABASES", "postgresql://me:secret@host/db"),
    ],
)
def test_a_root_that_is_none_is_a_mistake_in_the_settings(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.cli.connect import read_settings

    monkeypatch.setenv(variable, value)

    with pytest.raises(SettingsError, match=variable) as wrong:
        read_settings(DataSettings)
    assert "secret" not in str(wrong.value)
