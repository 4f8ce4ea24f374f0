"""What a person has to know before saying that an entry from elsewhere is to count as ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from ..inputs.observation import Places
from ..projects import Project
from ..store.signatures import Origin
from ..store.store import StoredEntry

_PASSIVE = frozenset(
    {
        "application/json",
        "image/bmp",
        "image/gif",
        "image/jpeg",
        "image/png",
        "image/webp",
        "text/latex",
        "text/plain",
    }
)
# Only named, and an entry may name thousands.
_MOST_NAMED = 100


class TrustPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What would be trusted.

    Attributes:
        entry: The entry's identifier.
        path: Its notebook, relative to the root.
        created: When it says it was made, seconds since the epoch.
        origin: Who made it.
        trusted: Whether it counts as ours already.
        active: MIME types in its outputs that can do something in a browser when they are trusted,
            such as ``text/html``, in order.
        artefacts: Files that it would write to disk when its artefacts are restored, the first of
            them.
        outside: Paths outside the project that it names as inputs, and that would be looked at, the
            first of them.
    """

    entry: str
    path: str
    created: float
    origin: Origin
    trusted: bool
    active: tuple[str, ...]
    artefacts: tuple[str, ...]
    outside: tuple[str, ...]


def trust_preview(project: Project, stored: StoredEntry, path: str) -> TrustPreview:
    """What it means to trust an entry.

    Args:
        project: Its project.
        stored: The entry.
        path: Its notebook, as it is to be shown.

    Raises:
        BlobMissing: Its outputs are gone.
        BlobDamaged: They are not what they should be.
    """
    entry = stored.entry
    places = Places((project.root / entry.notebook_path).parent, project.root)
    outside = (
        item.path
        for item in entry.inputs
        if item.path is not None and not places.is_inside(places.absolute(item.path))
    )
    kept = (artefact.path for artefact in entry.artefacts if artefact.content is not None)
    return TrustPreview(
        entry=stored.id,
        path=path,
        created=entry.created,
        origin=stored.origin,
        trusted=stored.trusted,
        active=active_types(project.store.outputs_of(stored, in_pieces=True, expressions=True)),
        artefacts=_first(kept),
        outside=_first(outside),
    )


def active_types(outputs: Iterable[Iterable[dict[str, Any]]]) -> tuple[str, ...]:
    """MIME types in outputs of cells that can do something in a browser, each once, in order."""
    found: set[str] = set()
    for output in (output for of_cell in outputs for output in of_cell):
        data = output.get("data")
        if isinstance(data, dict):
            found.update(name for name in data if name not in _PASSIVE)
    return _first(sorted(found))


def _first(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))[:_MOST_NAMED]
