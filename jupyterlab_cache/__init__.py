"""Notebook execution as a cached, explained, reproducible build step in JupyterLab."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cache import NotebookCache

__all__ = ["NotebookCache", "__version__"]


def __getattr__(name: str) -> Any:
    """Import what is heavy only when it is asked for: the command line has to start quickly."""
    if name == "NotebookCache":
        from .cache import NotebookCache

        return NotebookCache
    if name == "__version__":
        from importlib.metadata import version

        return version("jupyterlab-cache")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Tell JupyterLab where the prebuilt front end lies."""
    return [{"src": "labextension", "dest": "jupyterlab-cache"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Tell Jupyter Server which application to load."""
    from .app import CacheApp

    return [{"module": "jupyterlab_cache", "app": CacheApp}]
