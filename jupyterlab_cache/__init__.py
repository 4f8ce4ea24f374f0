"""Notebook execution as a cached, explained, reproducible build step in JupyterLab."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .aio import AsyncNotebookCache
    from .cache import NotebookCache
    from .execution.artefact_restoring import ArtefactWish
    from .execution.batch import RunResult
    from .execution.checking import CheckResult
    from .execution.expressions import ExpressionResult
    from .execution.restoring import RestoreResult
    from .inputs.reasons import Reason
    from .inputs.verdict import Status
    from .notebooks.declaration import Declaration
    from .notebooks.errors import NotebookError
    from .projects import PathRefused
    from .store.collection_plan import Limits
    from .store.errors import StoreError
    from .store.records import Entry
    from .store.store import StoredEntry

__all__ = [
    "ArtefactWish",
    "AsyncNotebookCache",
    "CheckResult",
    "Declaration",
    "Entry",
    "ExpressionResult",
    "Limits",
    "NotebookCache",
    "NotebookError",
    "PathRefused",
    "Reason",
    "RestoreResult",
    "RunResult",
    "Status",
    "StoreError",
    "StoredEntry",
    "__version__",
]

# Imported when they are asked for: the command line has to start quickly.
_PLACES = {
    "ArtefactWish": "execution.artefact_restoring",
    "AsyncNotebookCache": "aio",
    "CheckResult": "execution.checking",
    "Declaration": "notebooks.declaration",
    "Entry": "store.records",
    "ExpressionResult": "execution.expressions",
    "Limits": "store.collection_plan",
    "NotebookCache": "cache",
    "NotebookError": "notebooks.errors",
    "PathRefused": "projects",
    "Reason": "inputs.reasons",
    "RestoreResult": "execution.restoring",
    "RunResult": "execution.batch",
    "Status": "inputs.verdict",
    "StoreError": "store.errors",
    "StoredEntry": "store.store",
}


def __getattr__(name: str) -> Any:
    """Import a name of the Python API, or tell the version."""
    if name in _PLACES:
        from importlib import import_module

        return getattr(import_module(f".{_PLACES[name]}", __name__), name)
    if name == "__version__":
        from importlib.metadata import version

        return version("jupyterlab-cache")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Tell JupyterLab where the prebuilt front end lies."""
    return [{"src": "labextension", "dest": "jupyterlab-cache"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Tell Jupyter Server which application to load."""
    from .app import CacheApp

    return [{"module": "jupyterlab_cache", "app": CacheApp}]
