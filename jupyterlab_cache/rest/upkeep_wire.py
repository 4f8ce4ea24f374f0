"""What is asked of a store's upkeep, as ``openapi.yaml`` defines it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from .wire import NotebookPath

_Whole = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class CollectionRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``POST /collections``."""

    path: NotebookPath
    preview: bool
    max_bytes: _Whole | None = None
    max_age: Annotated[float, msgspec.Meta(ge=0)] | None = None
    max_entries: _Whole | None = None


class VerificationRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``POST /verifications``."""

    path: NotebookPath
    repair: bool
