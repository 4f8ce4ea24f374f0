"""Watching one execution: puts the probe into a kernel and collects what it noted."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from ..store.records import Input
from .kernel_environment import find_kernelspec, is_python, kernelspec_identity
from .literals import named_files
from .observation import Observation, Places, kept_text
from .probe_source import installing_code
from .recorded_inputs import observation_of
from .report import ProbeReport, decode_report
from .stat_cache import StatCache

_COLLECT = '(lambda box: (__import__("sys").audit("jupyterlab_cache.collect", box), box)[1])([])'

_REPLY_SECONDS = 60.0


class ProbeFailed(Exception):
    """The kernel did not take the probe, or gave no report."""


class Observer:
    """Observes one execution.

    Args:
        notebook: Absolute path of the notebook.
        project_root: Its project's root.
        kernel_name: Name of the kernelspec.
        launch_environment: The variables that the kernel is given, without our own settings.
        sources: Sources of the code cells that are not blank.
        stat_cache: For digests.
        keep: Stores the content of small text inputs; None to keep none.
    """

    def __init__(
        self,
        *,
        notebook: Path,
        project_root: Path,
        kernel_name: str,
        launch_environment: Mapping[str, str],
        sources: Sequence[str],
        stat_cache: StatCache,
        keep: Callable[[bytes], str] | None = None,
    ) -> None:
        self._places = Places(notebook.parent, project_root)
        self._launch_environment = dict(launch_environment)
        self._sources = sources
        self._stat_cache = stat_cache
        self._keep = keep
        self._spec = find_kernelspec(kernel_name) or {}
        self._gaps: list[str] = []
        self._attached = False

    def kernel_environment(self) -> dict[str, str]:
        """Variables that our kernels are given in addition to the launch environment."""
        if not is_python(self._spec):
            return {}
        # Neither writes nor trusts stale bytecode: CPython would run an old .pyc after an edit of
        # equal size within a second.
        return {"PYTHONDONTWRITEBYTECODE": "1"}

    async def attach(self, client: Any) -> None:
        """Put the probe into a kernel that has run no cell yet; harmless for other languages.

        A kernel that does not take it is executed all the same: the gaps tell.
        """
        if not is_python(self._spec):
            return
        code = installing_code(str(self._places.project_root))
        try:
            # Each reply of this kind draws from ``random``. nbclient asks once more than the start
            # itself, and what a notebook computes shall not depend on who executes it.
            await _reply_to(client, client.kernel_info())
            await _ask(client, code)
            self._attached = True
        except ProbeFailed:
            self._gaps.append("probe-failed")

    async def collect(self, client: Any | None) -> Observation:
        """What was observed, once the last cell has run.

        Args:
            client: The kernel's client; None when the kernel is gone.
        """
        report = None
        if self._attached and client is not None:
            try:
                report = decode_report(await _collected(client))
            except (ProbeFailed, msgspec.MsgspecError):
                self._gaps.append("probe-failed")
        elif self._attached:
            self._gaps.append("kernel-gone")
        return await asyncio.to_thread(self._observation, report)

    def _observation(self, report: ProbeReport | None) -> Observation:
        if report is not None:
            return observation_of(
                report, self._places, self._launch_environment, self._stat_cache, self._keep
            )
        return self._from_literals()

    def _from_literals(self) -> Observation:
        inputs = (
            []
            if is_python(self._spec)
            else [Input("kernel", "kernel", kernelspec_identity(self._spec))]
        )
        inputs += literal_inputs(self._sources, self._places, self._stat_cache, self._keep)
        gaps = self._gaps or ["unobserved-language"]
        return Observation(
            inputs=tuple(inputs),
            coverage=("literals",),
            gaps=tuple(gaps),
            # A Python kernel that could not be observed may have used anything.
            volatile=bool(self._gaps),
        )


def literal_inputs(
    sources: Sequence[str],
    places: Places,
    stat_cache: StatCache,
    keep: Callable[[bytes], str] | None,
) -> list[Input]:
    """Inputs for the existing files that string literals name."""
    inputs = []
    for path in named_files(sources, places.notebook_folder, places.project_root):
        try:
            digest = stat_cache.digest(path)
            status = path.stat()
        except OSError:
            continue
        written = places.written(str(path))
        inputs.append(
            Input(
                "file",
                written,
                digest,
                path=written,
                size=status.st_size,
                modified=status.st_mtime,
                content=kept_text(str(path), digest, keep),
            )
        )
    return inputs


async def _collected(client: Any) -> str:
    reply = await _ask(client, "", {"report": _COLLECT})
    try:
        answer = reply["user_expressions"]["report"]
        (text,) = ast.literal_eval(answer["data"]["text/plain"])
    except (KeyError, TypeError, ValueError, SyntaxError) as error:
        raise ProbeFailed(f"no report: {error}") from error
    return str(text)


async def _ask(
    client: Any, code: str, expressions: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Let the kernel execute something silently, and wait for its reply.

    Raises:
        ProbeFailed: It raised an error, or gave no reply.
    """
    message = client.execute(
        code,
        silent=True,
        store_history=False,
        user_expressions=dict(expressions or {}),
        allow_stdin=False,
    )
    content = await _reply_to(client, message)
    if content.get("status") != "ok":
        raise ProbeFailed(f"{content.get('ename')}: {content.get('evalue')}")
    return content


async def _reply_to(client: Any, message: str) -> dict[str, Any]:
    """The content of the reply to a message on the shell channel.

    Raises:
        ProbeFailed: There was none.
    """
    while True:
        try:
            reply = await asyncio.wait_for(client.get_shell_msg(), _REPLY_SECONDS)
        except Exception as error:  # time is up, or the channel is closed
            raise ProbeFailed(f"no reply: {type(error).__name__}") from error
        if reply["parent_header"].get("msg_id") == message:
            break
    content: dict[str, Any] = reply["content"]
    return content
