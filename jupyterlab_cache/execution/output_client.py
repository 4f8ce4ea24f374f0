"""nbclient, made fit for much output.

Imported when something is executed, since nbclient takes long to import.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbformat.notebooknode import from_dict
from nbformat.v4 import new_code_cell

from ..store.long_text import LongText
from .live_outputs import LiveOutputs
from .output_limit import OutputLimit, memory_of

_OUTPUTS = {"stream", "display_data", "execute_result", "update_display_data"}
_CHANGING = {*_OUTPUTS, "error", "clear_output"}
_QUOTED = 2000  # characters of a stream's end that an error quotes


class StreamText(LongText):
    """What a stream printed so far."""

    def rstrip(self) -> str:
        """The end of it: nbclient asks for this where its errors quote what was printed."""
        last = deque(self.pieces(), maxlen=1)
        return "".join(last)[-_QUOTED:].rstrip()


class OutputClient(NotebookClient):
    """Takes plain outputs as they are, and puts what is printed in a row into one.

    nbclient has every output validated against nbformat's schema, which takes half of its time with
    many small outputs, and holds up all other threads with a large one. What is not obviously valid
    still goes that way.

    Attributes:
        live: Told of each change of outputs, which other threads may look at.
    """

    live: LiveOutputs
    limit: OutputLimit | None = None
    """Counts what arrives, where the channel does not."""

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        """Do what a message of the kernel says, unless there were too many bytes of them."""
        if self.limit is not None:
            size = memory_of(msg["content"])
            if not self.limit.admits(size):
                return None
            self.limit.note_read(size)
        kind = msg["msg_type"]
        if kind not in _OUTPUTS:
            # Widgets' state, for instance, goes into the notebook's metadata.
            msg = {**msg, "content": with_whole_texts(msg["content"])}
        if kind not in _CHANGING:
            return super().process_message(msg, cell, cell_index)
        display = (msg["content"].get("transient") or {}).get("display_id")
        rewritten = kind == "clear_output" or self.clear_before_next_output
        with self.live.lock:
            try:
                return super().process_message(msg, cell, cell_index)
            finally:
                self.live.change(cell_index, rewritten=rewritten)
                # It may be shown by earlier cells, too.
                for place in self._display_id_map.get(display, {}) if display else ():
                    self.live.change(place, rewritten=True)

    async def async_evaluate(self, expressions: Mapping[str, str]) -> Mapping[str, Any]:
        """Ask the kernel for the values of expressions.

        As nbclient executes a cell. What they print or display meanwhile belongs to no cell, and is
        dropped, as it is where jupyterlab-myst asks.

        Args:
            expressions: By any names.

        Returns:
            The content of the kernel's reply.

        Raises:
            DeadKernelError: The kernel died.
            CellTimeoutError: They took longer than a cell may take.
        """
        assert self.kc is not None
        cell, index = new_code_cell("; ".join(expressions.values())), len(self.nb["cells"])
        self.nb["cells"].append(cell)  # somewhere to put what is dropped
        message = self.kc.execute(
            "",
            silent=True,
            store_history=False,
            user_expressions=dict(expressions),
            allow_stdin=False,
            stop_on_error=False,
        )
        self.clear_before_next_output = False
        alive = asyncio.ensure_future(self._async_poll_kernel_alive())
        printed = asyncio.ensure_future(self._async_poll_output_msg(message, cell, index))
        self.task_poll_for_reply = asyncio.ensure_future(
            self._async_poll_for_reply(message, cell, self._get_timeout(cell), printed, alive)
        )
        try:
            reply: Mapping[str, Any] = await self.task_poll_for_reply
        except asyncio.CancelledError:
            printed.cancel()
            if alive.done():  # only it cancels the wait for a reply
                raise DeadKernelError("Kernel died") from None
            raise
        except BaseException:
            printed.cancel()
            raise
        finally:
            alive.cancel()
            self.nb["cells"].pop()
            for places in self._display_id_map.values():
                places.pop(index, None)
        content: Mapping[str, Any] = reply["content"]
        return content

    def memory(self) -> int:
        """Bytes that all outputs and the state of widgets take so far."""
        cells = [cell.get("outputs", []) for cell in self.nb["cells"]]
        return memory_of([cells, self.widget_state, self.widget_buffers])

    def output(
        self,
        outs: list[NotebookNode],
        msg: dict[str, Any],
        display_id: str | None,
        cell_index: int,
    ) -> NotebookNode | None:
        """Append what a message brings to the outputs of a cell."""
        is_hooked = bool(self.output_hook_stack[msg["parent_header"].get("msg_id")])
        output = None if is_hooked else plain_output(msg)
        if output is None:
            return super().output(outs, with_whole_texts(msg), display_id, cell_index)
        if self.clear_before_next_output:
            outs[:] = []
            self.clear_display_id_mapping(cell_index)
            self.clear_before_next_output = False
        if display_id:
            places = self._display_id_map.setdefault(display_id, {})
            places.setdefault(cell_index, []).append(len(outs))
        if outs and _continues(outs[-1], output):
            _add(outs[-1], output["text"])
            return outs[-1]
        outs.append(output)
        return output

    def _update_display_id(self, display_id: str, msg: dict[str, Any]) -> None:
        """Put what a message brings in the place of earlier displays."""
        if display_id not in self._display_id_map:
            return  # most displays that have a name are never updated
        shown = plain_output({**msg, "header": {**msg["header"], "msg_type": "display_data"}})
        if shown is None:
            super()._update_display_id(display_id, with_whole_texts(msg))
            return
        for cell_index, places in self._display_id_map[display_id].items():
            outputs = self.nb["cells"][cell_index]["outputs"]
            for place in places:
                outputs[place].update(data=shown["data"], metadata=shown["metadata"])


def _continues(last: NotebookNode, output: NotebookNode) -> bool:
    kinds = {last["output_type"], output["output_type"]}
    return kinds == {"stream"} and bool(last["name"] == output["name"])


def _add(output: NotebookNode, text: str | LongText) -> None:
    """Add to what a stream printed."""
    if not isinstance(output["text"], StreamText):
        before = output["text"]
        output["text"] = StreamText(before.pieces() if isinstance(before, LongText) else [before])
    for piece in text.pieces() if isinstance(text, LongText) else (text,):
        output["text"].append(piece)


def with_whole_texts(value: Any) -> Any:
    """The same with each long text as a single string, for whoever knows no others."""
    if isinstance(value, LongText):
        return str(value)
    if isinstance(value, dict):
        return {key: with_whole_texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_whole_texts(item) for item in value]
    return value


def plain_output(message: Mapping[str, Any]) -> NotebookNode | None:
    """The output that a message brings; None where that takes a closer look."""
    kind, content = message["header"]["msg_type"], message["content"]
    if kind == "stream":
        text = content.get("text")
        if isinstance(text, LongText):
            text = StreamText(text.pieces())
        fields = {"name": content.get("name"), "text": text}
        is_plain = isinstance(fields["name"], str) and isinstance(fields["text"], (str, LongText))
    elif kind in ("display_data", "execute_result"):
        fields = {"data": content.get("data"), "metadata": content.get("metadata")}
        is_plain = isinstance(fields["metadata"], dict) and _is_plain_bundle(fields["data"])
        if kind == "execute_result":
            count = fields["execution_count"] = content.get("execution_count")
            is_plain = is_plain and (count is None or (type(count) is int and count >= 0))
    else:
        return None
    return from_dict({"output_type": kind, **fields}) if is_plain else None


def _is_plain_bundle(data: object) -> bool:
    """Whether all of a display's forms are text; those in JSON may be anything, and are rare."""
    return isinstance(data, dict) and all(
        isinstance(value, (str, LongText)) for value in data.values()
    )
