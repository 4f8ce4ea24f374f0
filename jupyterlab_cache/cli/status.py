"""``jupyter cache status``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import click
import msgspec

from ..execution.plain_text import one_line
from ..inputs.artefact_states import ArtefactState
from ..inputs.reasons import Reason
from ..inputs.verdict import Status
from ..notebooks.parameters import Parameters
from ..notebooks.variant import variant_lines
from .common import Session, declaring_options, offline_option, origin_notes, session_options
from .parameters import parameter_options
from .terminal import echo

_MARKS = {
    "fresh": ("✓", "green"),
    "failed": ("✗", "red"),
    "stale": ("~", "yellow"),
    "uncached": ("·", "white"),
}

_MANY, _FEW_OF_MANY = 10, 5
"""Of more than so many reasons of one kind a person reads so many."""


@click.command("status")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--check", is_flag=True, help="Exit with 1 if any notebook is not fresh.")
@click.option(
    "--outputs",
    "check_outputs",
    is_flag=True,
    help="With --check: outputs in a file that differ from the cached ones fail as well.",
)
@click.option(
    "--accept-unobserved",
    is_flag=True,
    help="With --check: accept captured and imported entries, whose inputs nobody observed, and "
    "entries from elsewhere, which only say that somebody did.",
)
@session_options
@offline_option
@declaring_options
@parameter_options
def status_command(
    session: Session,
    paths: tuple[str, ...],
    check: bool,
    check_outputs: bool,
    accept_unobserved: bool,
    parameters: Parameters,
) -> int:
    """Tell whether the outputs of notebooks are still true, and if not, why.

    PATHS are notebooks or folders; without any, all notebooks below the current folder.
    """
    session.cache.ask_shared_about(paths, parameters=parameters)
    statuses, unreadable = session.cache.survey(paths, parameters=parameters)
    session.warn(unreadable)
    if session.json:
        session.answer([status_json(status) for status in statuses])
    else:
        for status in statuses:
            _print(status)
        _print_summary(statuses)
    if not check:
        return 0
    accepted = [_is_accepted(status, check_outputs, accept_unobserved) for status in statuses]
    return 0 if all(accepted) and not unreadable else 1


def status_json(status: Status) -> dict[str, object]:
    """A status as one JSON object, all fields present."""
    return {
        field: msgspec.to_builtins(getattr(status, field)) for field in status.__struct_fields__
    } | {
        "reasons": [
            {field: getattr(reason, field) for field in reason.__struct_fields__}
            for reason in status.reasons
        ],
        "artefacts": [
            {field: getattr(state, field) for field in state.__struct_fields__}
            for state in status.artefacts
        ],
    }


def _is_accepted(status: Status, check_outputs: bool, accept_unobserved: bool) -> bool:
    return (
        status.verdict == "fresh"
        and (accept_unobserved or (status.provenance == "executed" and status.trusted))
        and not (check_outputs and status.outputs == "different")
    )


def _print(status: Status) -> None:
    mark, colour = _MARKS[status.verdict]
    notes = []
    if status.verdict == "fresh" and status.outputs == "different":
        notes.append("other outputs in the file")
    if status.provenance not in (None, "executed"):
        notes.append(str(status.provenance))
    notes += origin_notes(status.origin, status.trusted)
    notes += variant_lines(status.variant)
    suffix = f" ({', '.join(notes)})" if notes else ""
    echo(f" {status.path}{suffix}", mark=click.style(f"{mark} {status.verdict:<8}", fg=colour))
    for code, reasons in _by_code(status.reasons).items():
        few = reasons if len(reasons) <= _MANY else reasons[:_FEW_OF_MANY]
        for reason in few:
            echo(f"             {reason.message}")
            for line in reason.changes:
                echo(f"               {line}")
        if len(few) < len(reasons):
            rest = len(reasons) - len(few)
            echo(f"             … and {rest} more of this kind ({code}); --json has them all.")
    few_states = status.artefacts[:_MANY]
    for state in few_states:
        echo(f"             {_artefact_line(state)}")
    if len(few_states) < len(status.artefacts):
        rest = len(status.artefacts) - len(few_states)
        echo(f"             … and {rest} more written files; --json has them all.")
    if status.verdict == "failed" and status.failure is not None:
        echo(f"             {one_line(f'{status.failure.name}: {status.failure.message}')}")


def _artefact_line(state: ArtefactState) -> str:
    said = {"missing": "is gone", "changed": "was changed"}.get(state.state, "is there")
    if state.stored:
        return f"{state.path}, which it wrote, {said}; restore --artefacts brings it back."
    return f"{state.path}, which it wrote, {said} and is not stored{_why(state)}."


def _why(state: ArtefactState) -> str:
    return f" ({state.left_out})" if state.left_out else ""


def _by_code(reasons: Iterable[Reason]) -> dict[str, list[Reason]]:
    found: dict[str, list[Reason]] = {}
    for reason in reasons:
        found.setdefault(reason.code, []).append(reason)
    return found


def _print_summary(statuses: list[Status]) -> None:
    if not statuses:
        echo("There are no notebooks here.")
        return
    counts: Counter[str] = Counter(status.verdict for status in statuses)
    echo(", ".join(f"{counts[verdict]} {verdict}" for verdict in _MARKS if counts[verdict]))
