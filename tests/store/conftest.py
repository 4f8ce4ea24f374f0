"""A store in a temporary folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from store_support import SECRET, entry_for

from jupyterlab_cache.store.records import Entry
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import Store


@pytest.fixture
def keys() -> KeyRing:
    return KeyRing(SECRET)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "project" / ".jupyterlab_cache"


@pytest.fixture
def store(folder: Path, keys: KeyRing) -> Store:
    return Store(folder, keys)


@pytest.fixture
def open_again(folder: Path, keys: KeyRing) -> Callable[..., Store]:
    """Open the same store once more, as another process would."""

    def open_again(**options: Any) -> Store:
        return Store(folder, options.pop("keys", keys), **options)

    return open_again


@pytest.fixture
def make_entry(store: Store) -> Callable[..., Entry]:
    def make(*args: Any, **fields: Any) -> Entry:
        return entry_for(store, *args, **fields)

    return make
