"""``jupyter cache run``."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine

import click
import msgspec

from ..execution.batch import RunResult
from ..execution.engine import ExecutionSettings
from ..execution.freshening import Wish
from .common import Session, bad_input, declaring_options, duration, session_options


@click.command("run")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--force", is_flag=True, help="Execute all, also what is fresh.")
@click.option("--retry-failed", is_flag=True, help="Execute again what failed and has not changed.")
@click.option(
    "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="How many at once."
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=None,
    help="Seconds that one cell may take.  [default: no limit]",
)
@click.option("--allow-errors", is_flag=True, help="Go on after a cell that raises an error.")
@click.option("--write", is_flag=True, help="Put the outputs into the files.")
@session_options
@declaring_options
def run_command(
    session: Session,
    paths: tuple[str, ...],
    force: bool,
    retry_failed: bool,
    jobs: int,
    timeout: float | None,
    allow_errors: bool,
    write: bool,
) -> int:
    """Execute what is not fresh.

    PATHS are notebooks or folders; without any, all notebooks below the current folder. Exits with
    1 if any notebook failed.

    Notebooks that write what another one uses are executed before it, also when they are not among
    PATHS. If one of them fails, those that use its files are not executed (UpstreamFailed), unless
    --force or --allow-errors is given. What is stale only because of a notebook executed later is
    executed once more.
    """
    notebooks, unreadable = session.cache.readable(paths)
    session.warn(unreadable)
    wish = Wish(
        force=force,
        retry_failed=retry_failed,
        allow_errors=allow_errors,
        settings=ExecutionSettings(cell_timeout=timeout),
    )

    async def run_all() -> list[RunResult]:
        results: dict[str, RunResult] = {}
        async for result in session.cache.run_each(notebooks, wish=wish, jobs=jobs, write=write):
            results[result.path] = result
            _say(session, result)
        return list(results.values())

    with bad_input():
        results = asyncio.run(_until_interrupted(run_all()))
    order = {session.cache.projects.relative(path): i for i, path in enumerate(notebooks)}
    results.sort(key=lambda result: order.get(result.path, -1))
    session.answer([msgspec.to_builtins(result) for result in results])
    good = all(result.result in ("fresh", "executed") for result in results)
    return 0 if good and not unreadable else 1


async def _until_interrupted(work: Coroutine[None, None, list[RunResult]]) -> list[RunResult]:
    # SIGTERM, as CI systems send it, must take the kernels down as Ctrl-C does.
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, task.cancel)
        except NotImplementedError:  # Windows has no signal handlers on the loop.
            break
    try:
        return await task
    except asyncio.CancelledError:
        raise click.Abort from None


def _say(session: Session, result: RunResult) -> None:
    line = f"{result.result:<9} {result.path}"
    if result.result != "fresh":
        line += f"  {duration(result.seconds)}"
    if result.failure is not None:
        line += f"  {result.failure.name}: {result.failure.message}"
    session.say(line)
