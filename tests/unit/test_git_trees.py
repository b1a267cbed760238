"""Reading commits of real repositories: what comes out, what stays out, and that nothing of them is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.git.commands import GitRefused, git
from connectors.git.history import CommitMissing, compare, top_of
from connectors.git.trees import MOST_BYTES, read_tree, write_tree
from tests.support.repositories import Repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repository")
    made.writes("data/estate.yaml", "scope: shop\n")
    made.writes("data/sql/a.sql", "SELECT 1\n")
    made.writes("README", "hello\n")
    made.commits()
    return made


def written(repository: Repository, into: Path, folder: str = "data") -> dict[str, str]:
    tree = read_tree(repository.folder, "HEAD")
    write_tree(repository.folder, tree.below(folder), into)
    return {str(file.relative_to(into)): file.read_text() for file in into.rglob("*") if file.is_file()}


def test_the_files_below_a_folder_are_written_as_they_were_committed(repository: Repository, tmp_path: Path) -> None:
    repository.writes("data/estate.yaml", "not committed\n")

    found = written(repository, tmp_path / "out")

    assert found == {"data/estate.yaml": "scope: shop\n", "data/sql/a.sql": "SELECT 1\n"}


def test_names_of_any_kind_come_through(repository: Repository, tmp_path: Path) -> None:
    odd = 'data/a "b"\tc\nd ü.sql'
    repository.writes(odd, "odd\n")
    repository.commits()

    assert written(repository, tmp_path / "out")[odd] == "odd\n"


def test_more_files_than_are_asked_for_at_once(repository: Repository, tmp_path: Path) -> None:
    for number in range(450):
        repository.writes(f"data/many/{number}", f"{number}\n" * (number % 3))
    repository.commits()

    found = written(repository, tmp_path / "out", "data/many")

    assert len(found) == 450
    assert found["data/many/449"] == "449\n" * 2


def test_attributes_and_filters_of_a_tree_have_no_say(repository: Repository, tmp_path: Path) -> None:
    """Whoever proposes a change could otherwise hide a file from the check, or start a program in it."""
    started = tmp_path / "started"
    repository.writes("data/.gitattributes", "estate.yaml export-ignore\n*.sql filter=evil export-subst\n")
    repository.commits()
    repository.git("config", "filter.evil.smudge", f"touch {started}")

    found = written(repository, tmp_path / "out")

    assert "data/estate.yaml" in found
    assert not started.exists()


def test_links_and_large_files_are_left_out(repository: Repository, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (repository.folder / "data" / "link.sql").symlink_to(secret)
    repository.writes("data/large.csv", "x" * (MOST_BYTES + 1))
    repository.commits()

    tree = read_tree(repository.folder, "HEAD")

    assert set(tree.left_out) == {"data/link.sql", "data/large.csv"}
    assert set(written(repository, tmp_path / "out")) == {"data/estate.yaml", "data/sql/a.sql"}


def test_a_path_that_leads_out_of_its_folder_is_left_out(repository: Repository, tmp_path: Path) -> None:
    """Git makes no such tree itself; it can be written by hand."""
    content = repository.git("hash-object", "-w", "README")
    inner = git(repository.folder, "mktree", fed=(f"100644 blob {content}\testate.yaml\n".encode(),)).decode().strip()
    outer = git(repository.folder, "hash-object", "-t", "tree", "-w", "--literally", "--stdin", fed=(_entry(inner),))

    tree = read_tree(repository.folder, outer.decode().strip())

    assert (dict(tree.files), tree.left_out) == ({}, ("../estate.yaml",))


def _entry(tree: str) -> bytes:
    return b"40000 ..\0" + bytes.fromhex(tree)


def test_what_belongs_to_another_repository_is_named(repository: Repository, tmp_path: Path) -> None:
    other = Repository(tmp_path / "other")
    other.writes("estate.yaml", "scope: other\n")
    other.commits()
    repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.folder), "data/other")
    repository.commits()

    assert read_tree(repository.folder, "HEAD").elsewhere == ("data/other",)


def test_commits_are_compared_from_where_they_parted(repository: Repository) -> None:
    start = repository.git("rev-parse", "HEAD")
    repository.branches("topic")
    repository.writes("data/new", "1")
    after = repository.commits()
    repository.branches("main", "main")
    repository.writes("data/other", "1")
    tip = repository.commits()

    found, direct = (compare(repository.folder, "main", "topic", direct=direct) for direct in (False, True))

    assert (found.base.id, found.before.id, found.head.id) == (tip, start, after)
    assert direct.before.id == tip


@pytest.mark.parametrize("ref", ["origin/main", "", "--upload-pack=touch x", "HEAD^{tree}", "nowhere"])
def test_a_base_that_is_not_there_is_missing(repository: Repository, ref: str) -> None:
    with pytest.raises(CommitMissing, match="the base is missing"):
        compare(repository.folder, ref, "HEAD")


def test_a_head_that_is_not_there_is_missing(repository: Repository) -> None:
    with pytest.raises(CommitMissing, match=r"the head is missing.*git fetch origin topic"):
        compare(repository.folder, "main", "topic")


def test_commits_without_a_common_one_are_compared_only_as_they_are(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "--orphan", "apart")
    repository.commits("another start")  # the same words in the same second would be the same commit

    with pytest.raises(CommitMissing, match="--direct"):
        compare(repository.folder, "main", "apart")
    assert compare(repository.folder, "main", "apart", direct=True).head.ref == "apart"


def test_a_clone_without_contents_says_so(repository: Repository, tmp_path: Path) -> None:
    repository.git("config", "uploadpack.allowFilter", "true")
    partial = repository.clone(tmp_path / "partial", "--filter=blob:none", "--no-checkout")
    partial.git("remote", "set-url", "origin", str(tmp_path / "gone"))

    with pytest.raises(GitRefused):
        written(partial, tmp_path / "out")


def test_a_folder_without_a_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GitRefused, match="not a git repository"):
        top_of(tmp_path)
