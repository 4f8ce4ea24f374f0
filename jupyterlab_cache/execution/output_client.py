"""nbclient, made fit for much output.

Imported when something is executed, since nbclient takes long to import.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.notebooknode import from_dict

from .live_outputs import LiveOutputs

_WITH_OUTPUTS = {
    "stream",
    "display_data",
    "execute_result",
    "error",
    "clear_output",
    "update_display_data",
}


class OutputClient(NotebookClient):
    """Takes plain outputs as they are.

    nbclient has every output validated against nbformat's schema, which takes half of its time with
    many small outputs, and holds up all other threads with a large one. What is not obviously valid
    still goes that way.

    Attributes:
        live: Told of each change of outputs, which other threads may look at.
    """

    live: LiveOutputs

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        """Do what a message of the kernel says."""
        kind = msg["msg_type"]
        if kind not in _WITH_OUTPUTS:
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

    def output(
        self,
        outs: list[NotebookNode],
        msg: dict[str, Any],
        display_id: str | None,
        cell_index: int,
    ) -> NotebookNode | None:
        """Append what a message brings to the outputs of a cell."""
        is_hooked = bool(self.output_hook_stack[msg["parent_header"].get("msg_id")])
        if is_hooked or display_id or self.clear_before_next_output:
            return super().output(outs, msg, display_id, cell_index)
        output = plain_output(msg)
        if output is None:
            return super().output(outs, msg, display_id, cell_index)
        outs.append(output)
        return output


def plain_output(message: Mapping[str, Any]) -> NotebookNode | None:
    """The output that a message brings; None where that takes a closer look."""
    kind, content = message["header"]["msg_type"], message["content"]
    if kind == "stream":
        fields = {"name": content.get("name"), "text": content.get("text")}
        is_plain = all(isinstance(value, str) for value in fields.values())
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
    return isinstance(data, dict) and all(isinstance(value, str) for value in data.values())


def unpack(data: bytes | str) -> Any:
    """Parse a message as jupyter_client does, only that large ones stop other threads for less."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.MsgspecError, ValueError):
        # It is stricter: NaN, lone surrogates and numbers beyond what a float holds.
        text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
        return json.loads(text)
