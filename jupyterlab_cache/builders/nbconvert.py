"""nbconvert's ``--execute`` by way of the cache.

In ``jupyter_nbconvert_config.py``::

    from jupyterlab_cache.builders.nbconvert import execute_with_cache

    execute_with_cache(c)
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbconvert.preprocessors import ExecutePreprocessor
from traitlets import Unicode

from ..cache import NotebookCache
from ..execution.freshening import Wish
from ..execution.request import ExecutionSettings
from .serving import bring_up_to_date, error_of, root_for, serve

_UNNAMED = "notebook"

_CHANGES_EXECUTION = (
    "allow_error_names",
    "error_on_timeout",
    "extra_arguments",
    "force_raise_errors",
    "interrupt_on_timeout",
    "kernel_manager_class",
    "on_cell_complete",
    "on_cell_error",
    "on_cell_execute",
    "on_cell_executed",
    "on_cell_start",
    "on_notebook_complete",
    "on_notebook_error",
    "on_notebook_start",
    "skip_cells_with_tag",
    "timeout_func",
)
"""Traits that ask for another execution than the cache's, unless they are as they always are."""


def execute_with_cache(config: Any) -> None:
    """Let ``jupyter nbconvert --execute`` take outputs from the cache, and execute by way of it.

    Args:
        config: ``c`` of a configuration file.
    """
    usual: list[str] = Exporter.class_traits()["default_preprocessors"].default()  # type: ignore[assignment]
    ours = f"{__name__}.{CachedExecutePreprocessor.__name__}"
    config.Exporter.default_preprocessors = [
        ours if name.endswith(f".{ExecutePreprocessor.__name__}") else name for name in usual
    ]


class CachedExecutePreprocessor(ExecutePreprocessor):
    """Like nbconvert's own, but executes only what is not fresh.

    It takes the same options. Where one of them asks for an execution that the cache does not do
    (a kernel or its arguments, hooks, other limits for each cell), it executes as nbconvert does,
    and nothing is cached.
    """

    root = Unicode("", help="Folder that bounds the cache; by default the notebook's project.").tag(
        config=True
    )
    store = Unicode(
        "", help="Folder of the store; by default .jupyterlab_cache in the project's root."
    ).tag(config=True)

    def preprocess(
        self, nb: Any, resources: Any = None, km: Any = None
    ) -> tuple[Any, dict[str, Any]]:
        """Put outputs into a notebook: those of the cache if they are fresh, or new ones.

        Args:
            nb: The notebook, which is changed.
            resources: Its folder is ``metadata.path`` in them (by default the current one), its
                name without suffix ``metadata.name``.
            km: A kernel manager to execute with, without the cache.

        Raises:
            CellExecutionError: A cell raised an error that is not allowed.
            CellTimeoutError: A cell took too long.
            DeadKernelError: The kernel died.
            NoSuchKernel: There is no kernel of the notebook's name.
        """
        reasons = self._own_ways()
        if km is not None or reasons:
            if reasons:
                self.log.warning("Executed without the cache because of %s.", ", ".join(reasons))
            done: tuple[Any, dict[str, Any]] = super().preprocess(nb, resources, km)
            return done
        self.nb = nb
        self._check_assign_resources(resources)  # type: ignore[no-untyped-call]
        metadata = (self.resources or {}).get("metadata") or {}
        folder = Path(metadata.get("path") or ".").absolute()
        place = folder / f"{metadata.get('name') or _UNNAMED}.ipynb"
        root = Path(self.root).absolute() if self.root else root_for(folder)
        cache = NotebookCache(root, store=self.store or None)
        try:
            self._fill(cache, cache.projects.resolve(place), self._as_executed(nb))
        finally:
            cache.close()
        return nb, self.resources

    def _own_ways(self) -> list[str]:
        """What asks for another execution than the cache's."""
        usual = {
            name: self.trait_defaults(name) for name in _CHANGES_EXECUTION if self.has_trait(name)
        }
        changed = [name for name, value in usual.items() if getattr(self, name) != value]
        own = type(self).preprocess_cell is not ExecutePreprocessor.preprocess_cell
        return [*changed, "preprocess_cell"] if own else changed

    def _as_executed(self, nb: Any) -> Any:
        """The notebook with the kernel that is to execute it."""
        if not self.kernel_name:
            return nb
        named = copy.copy(nb)
        named["metadata"] = copy.deepcopy(nb["metadata"])
        named["metadata"].setdefault("kernelspec", {})["name"] = self.kernel_name
        return named

    def _fill(self, cache: NotebookCache, place: Path, nb: Any) -> None:
        timeout = float(self.timeout) if self.timeout and self.timeout > 0 else None
        settings = ExecutionSettings(
            cell_timeout=timeout, startup_timeout=float(self.startup_timeout)
        )
        wish = Wish(allow_errors=self.allow_errors, settings=settings)
        brought = bring_up_to_date(cache, place, nb, wish)
        if brought.entry is not None:
            store = cache.project_of(place).store
            serve(self.nb, store.get(brought.entry), store)
        if brought.failure is not None:
            raise error_of(brought.failure, nb, timeout)
