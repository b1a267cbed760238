"""Contents as files of this machine, wherever they lie: in a folder they are where they are, out of a store they are
copies, for as long as they are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from connectors.storage.files import copy_file, discard_file
from connectors.storage.locations import to_read, to_write
from connectors.storage.stores import fetch_file, fetch_folder, listed, store_of
from graph_model.errors import ContentError
from graph_model.versions.entities import Content
from graph_model.versions.roots import is_in_store


@contextmanager
def at_hand(content: Content, *, folders: bool = False) -> Iterator[Path]:
    """The file of a content. With `folders`, a location that is one comes as the folder."""
    if not is_in_store(content.location):
        yield to_read(content)
        return
    store = store_of(content)
    with TemporaryDirectory(prefix="headwater-") as folder:
        is_folder = folders and not store.info().is_file
        yield (fetch_folder if is_folder else fetch_file)(store, Path(folder))


@contextmanager
def at_hand_with_its_folder(content: Content) -> Iterator[Path]:
    """The file of a content, with all that lies beside it."""
    if not is_in_store(content.location):
        yield to_read(content)
        return
    above, _, name = content.location.rpartition("/")
    with TemporaryDirectory(prefix="headwater-") as folder:
        yield fetch_folder(store_of(replace(content, location=above)), Path(folder)) / name


@contextmanager
def to_be_written(content: Content) -> Iterator[Path]:
    """Where to write the file of a content. In a store it appears when the block ends well."""
    if not is_in_store(content.location):
        yield to_write(content)
        return
    store = store_of(content)
    with TemporaryDirectory(prefix="headwater-") as folder:
        path = Path(folder) / content.location.rpartition("/")[2]
        yield path
        if path.is_dir():
            raise ContentError("a folder cannot appear whole in a store: write one file, or files with a manifest")
        store.put(path)


def put_copy(source: Path, target: Content) -> None:
    """Puts a copy of a file in the place of another content, at once."""
    if is_in_store(target.location):
        store_of(target).put(source)
    else:
        copy_file(source, to_write(target))


def remove(content: Content) -> None:
    """Removes one file; in a folder also that, when nothing else is left there."""
    if is_in_store(content.location):
        store_of(content).remove()
    else:
        discard_file(to_write(content))


def remove_all_below(content: Content) -> None:
    """Removes every object below a prefix of a store."""
    store = store_of(content)
    for info in listed(store):
        replace(store, path=info.path).remove()
