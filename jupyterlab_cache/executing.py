"""The verbs that execute notebooks."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .notebooks.parameters import parameters_of
from .sharing import Sharing

if TYPE_CHECKING:
    from .execution.batch import RunResult
    from .execution.checking import CheckResult
    from .execution.freshening import Wish
    from .execution.kernels import Kernels
    from .execution.progress import Teller

_log = logging.getLogger(__name__)


class Executing(Sharing):
    """Executes what is not fresh, with kernels that the caller or nobody provides."""

    async def run_each(
        self,
        notebooks: Sequence[Path],
        *,
        kernels: Kernels | None = None,
        wish: Wish | None = None,
        jobs: int = 1,
        write: bool = False,
        tell: Teller | None = None,
        fork: bool = True,
    ) -> AsyncGenerator[RunResult, None]:
        """Execute what is not fresh, yielding each notebook's result as soon as it is there.

        What is upstream of them is brought up to date first and has results of its own, unless
        nothing had to be done; see :func:`jupyterlab_cache.execution.batch.run_each`.

        Args:
            notebooks: Absolute paths, as :meth:`notebooks` gives them.
            kernels: Where kernels come from; by default a manager of our own.
            wish: How they are to be brought up to date.
            jobs: How many at once.
            write: Put the outputs into the files.
            tell: Told of the progress of each notebook.
            fork: Kernels of our own that are alike may be forked from one that has loaded what
                they start with.
        """
        import asyncio

        from .execution.batch import run_each
        from .execution.freshening import Wish
        from .execution.own_kernels import own_kernels

        results = run_each(
            self,
            notebooks,
            kernels=kernels or own_kernels(self.stat_cache, fork=fork),
            wish=wish or Wish(),
            jobs=jobs,
            write=write,
            shown=self.projects.relative,
            tell=tell,
        )
        try:
            async for result in results:
                yield result
        finally:
            await results.aclose()
            await asyncio.to_thread(self.send_rest)

    def check_each(
        self,
        notebooks: Sequence[Path],
        *,
        kernels: Kernels | None = None,
        wish: Wish | None = None,
    ) -> AsyncIterator[CheckResult]:
        """Execute notebooks twice and compare, yielding each one's result as soon as it is there.

        See :func:`jupyterlab_cache.execution.checking.check_each`.

        Args:
            notebooks: Absolute paths, as :meth:`notebooks` gives them.
            kernels: Where kernels come from; by default a manager of our own.
            wish: How they are to be executed.
        """
        from .execution.checking import check_each
        from .execution.freshening import Wish
        from .execution.own_kernels import own_kernels

        return check_each(
            self,
            notebooks,
            kernels=kernels or own_kernels(self.stat_cache),
            wish=wish or Wish(),
            shown=self.projects.relative,
        )

    def run(
        self,
        paths: Iterable[str | Path] = (),
        *,
        force: bool = False,
        retry_failed: bool = False,
        allow_errors: bool = False,
        jobs: int = 1,
        timeout: float | None = None,
        write: bool = False,
        parameters: Mapping[str, object] | None = None,
        isolated: bool | None = None,
    ) -> list[RunResult]:
        """Execute what is not fresh, and wait for it; also in a notebook, whose loop runs already.

        Args:
            paths: Notebooks and folders; all below the root when there are none.
            force: Execute all, also what is fresh.
            retry_failed: Execute again what failed, though nothing changed.
            allow_errors: Go on after a cell that raises an error.
            jobs: How many at once.
            timeout: Seconds for each cell; None for no limit.
            write: Put the outputs into the files.
            parameters: Values to inject into these notebooks behind their cells tagged
                ``parameters``, by name; they outdo those that are declared.
            isolated: Execute in folders of their own; None for what is declared.

        Raises:
            NotebookError: A path that was named is missing or is no notebook, or a parameter can
                be none.
            PathRefused: A path lies outside the root.
        """
        from .waiting import waited_for

        wish = wish_of(
            force=force,
            retry_failed=retry_failed,
            allow_errors=allow_errors,
            timeout=timeout,
            parameters=parameters,
            isolated=isolated,
        )

        async def gather() -> list[RunResult]:
            return await last_results(
                self.run_each(self.notebooks(paths), wish=wish, jobs=jobs, write=write)
            )

        results = waited_for(gather())
        self.note_results(results)
        return results

    def check(
        self,
        paths: Iterable[str | Path] = (),
        *,
        allow_errors: bool = False,
        timeout: float | None = None,
        parameters: Mapping[str, object] | None = None,
    ) -> list[CheckResult]:
        """Execute notebooks twice in fresh kernels and compare, and wait for it.

        Args:
            paths: Notebooks and folders; all below the root when there are none.
            allow_errors: Go on after a cell that raises an error.
            timeout: Seconds for each cell; None for no limit.
            parameters: Values to inject, as :meth:`run` has them.

        Raises:
            NotebookError: As :meth:`run`.
            PathRefused: A path lies outside the root.
        """
        from .waiting import waited_for

        wish = wish_of(allow_errors=allow_errors, timeout=timeout, parameters=parameters)

        async def gather() -> list[CheckResult]:
            checking = self.check_each(self.notebooks(paths), wish=wish)
            return [result async for result in checking]

        return waited_for(gather())

    def note_results(self, results: Iterable[RunResult]) -> None:
        """Bring up to date what follows executions: the folders of other programs."""
        for line in self.keep_exports(result.path for result in results):
            _log.warning("%s", line)

    def keep_exports(self, paths: Iterable[str | Path]) -> list[str]:
        """Bring the folders that projects declare for other programs up to date.

        Args:
            paths: Notebooks that were executed, or found fresh.

        Returns:
            A line for each folder that could not be written, and for each notebook that is not in
            it.

        Raises:
            PathRefused: A path lies outside the root.
        """
        from .exchange.keeping import keep_exports

        return keep_exports(self, [self.projects.resolve(path) for path in paths])


def wish_of(
    *,
    force: bool = False,
    retry_failed: bool = False,
    allow_errors: bool = False,
    timeout: float | None = None,
    parameters: Mapping[str, object] | None = None,
    isolated: bool | None = None,
) -> Wish:
    """How notebooks are to be brought up to date, by the options of :meth:`Executing.run`.

    Raises:
        ParametersInvalid: A parameter can be none.
    """
    from .execution.freshening import Wish
    from .execution.request import ExecutionSettings

    return Wish(
        force=force,
        retry_failed=retry_failed,
        allow_errors=allow_errors,
        settings=ExecutionSettings(cell_timeout=timeout),
        parameters=parameters_of(parameters or {}, "parameters"),
        isolated=isolated,
    )


async def last_results(running: AsyncIterator[RunResult]) -> list[RunResult]:
    """The last result of each notebook: one that was executed again has several."""
    return list({result.path: result async for result in running}.values())
