"""The same verbs for programs with an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import aclosing
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from .cache import NotebookCache
from .executing import last_results, wish_of

if TYPE_CHECKING:
    from .execution.batch import RunResult
    from .execution.checking import CheckResult
    from .execution.progress import Teller

P = ParamSpec("P")
T = TypeVar("T")


def _in_thread(
    verb: Callable[Concatenate[NotebookCache, P], T],
) -> Callable[Concatenate[AsyncNotebookCache, P], Coroutine[Any, Any, T]]:
    """A verb that waits for disks, so that the loop does not."""

    async def in_thread(self: AsyncNotebookCache, /, *args: P.args, **options: P.kwargs) -> T:
        return await asyncio.to_thread(verb, self.cache, *args, **options)

    update_wrapper(in_thread, verb)
    return in_thread


class AsyncNotebookCache:
    """The verbs of :class:`NotebookCache` as coroutines: same names, same arguments, same answers.

    What waits for disks does so in a thread. Cancelling :meth:`run` or :meth:`check` stops the
    kernels.

    Args:
        cache: A cache, or the folder of a new one.

    Attributes:
        cache: The cache itself.
    """

    def __init__(self, cache: NotebookCache | str | Path = ".") -> None:
        self.cache = cache if isinstance(cache, NotebookCache) else NotebookCache(cache)

    async def __aenter__(self) -> AsyncNotebookCache:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    close = _in_thread(NotebookCache.close)

    # Verdicts and outputs

    notebooks = _in_thread(NotebookCache.notebooks)
    status = _in_thread(NotebookCache.status)
    restore = _in_thread(NotebookCache.restore)
    restore_artefacts = _in_thread(NotebookCache.restore_artefacts)
    capture = _in_thread(NotebookCache.capture)
    diff = _in_thread(NotebookCache.diff)
    with_outputs = _in_thread(NotebookCache.with_outputs)

    # Entries

    entries = _in_thread(NotebookCache.entries)
    show = _in_thread(NotebookCache.show)
    outputs = _in_thread(NotebookCache.outputs)
    expressions = _in_thread(NotebookCache.expressions)
    remove = _in_thread(NotebookCache.remove)
    pin = _in_thread(NotebookCache.pin)
    trust = _in_thread(NotebookCache.trust)
    unpack = _in_thread(NotebookCache.unpack)

    # The store

    invalidate = _in_thread(NotebookCache.invalidate)
    collect = _in_thread(NotebookCache.collect)
    verify = _in_thread(NotebookCache.verify)
    migrate = _in_thread(NotebookCache.migrate)
    statistics = _in_thread(NotebookCache.statistics)

    # Other caches and other people

    export = _in_thread(NotebookCache.export)
    import_ = _in_thread(NotebookCache.import_)
    push = _in_thread(NotebookCache.push)
    pull = _in_thread(NotebookCache.pull)

    # Executing

    async def run(
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
        """Execute what is not fresh; see :meth:`NotebookCache.run`."""
        return await last_results(
            self.run_each(
                paths,
                force=force,
                retry_failed=retry_failed,
                allow_errors=allow_errors,
                jobs=jobs,
                timeout=timeout,
                write=write,
                parameters=parameters,
                isolated=isolated,
            )
        )

    async def run_each(
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
        tell: Teller | None = None,
    ) -> AsyncIterator[RunResult]:
        """The same, yielding each notebook's result as soon as it is there.

        A notebook that turns out to be stale because of what others wrote is executed again, and
        has another result then: the last one counts. Leaving the loop early stops what is left,
        once the iterator is closed (:func:`contextlib.aclosing`).

        All options are those of :meth:`run`; ``tell`` is told of the progress of each notebook.
        """
        wish = wish_of(
            force=force,
            retry_failed=retry_failed,
            allow_errors=allow_errors,
            timeout=timeout,
            parameters=parameters,
            isolated=isolated,
        )
        results: list[RunResult] = []
        running = self.cache.run_each(
            await self.notebooks(paths), wish=wish, jobs=jobs, write=write, tell=tell
        )
        async with aclosing(running):
            async for result in running:
                results.append(result)
                yield result
        await asyncio.to_thread(self.cache.note_results, results)

    async def check(
        self,
        paths: Iterable[str | Path] = (),
        *,
        allow_errors: bool = False,
        timeout: float | None = None,
        parameters: Mapping[str, object] | None = None,
    ) -> list[CheckResult]:
        """Execute notebooks twice and compare; see :meth:`NotebookCache.check`."""
        checking = self.check_each(
            paths, allow_errors=allow_errors, timeout=timeout, parameters=parameters
        )
        return [result async for result in checking]

    async def check_each(
        self,
        paths: Iterable[str | Path] = (),
        *,
        allow_errors: bool = False,
        timeout: float | None = None,
        parameters: Mapping[str, object] | None = None,
    ) -> AsyncIterator[CheckResult]:
        """The same, yielding each notebook's result as soon as it is there."""
        wish = wish_of(allow_errors=allow_errors, timeout=timeout, parameters=parameters)
        checking = self.cache.check_each(await self.notebooks(paths), wish=wish)
        async for result in checking:
            yield result
