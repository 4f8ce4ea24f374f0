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
from .annotations import annotate
from .common import Session, declaring_options, offline_option, origin_notes, session_options
from .parameters import parameter_options
from .teaching import Taught
from .terminal import echo

_MARKS = {
    "fresh": ("✓", "green"),
    "failed": ("✗", "red"),
    "stale": ("~", "yellow"),
    "uncached": ("·", "white"),
}

_MANY, _FEW_OF_MANY = 10, 5
"""Of more than so many reasons of one kind a person reads so many."""


@click.command(
    "status",
    cls=Taught,
    examples=(
        ("jupyter cache status", "all notebooks below this folder"),
        ("jupyter cache status report.ipynb data/", "one notebook, and those of a folder"),
        ("jupyter cache status --check", "for CI: exit code 1 unless all are fresh"),
        ("jupyter cache status --check --outputs", "… and the files hold the cached outputs"),
        ("jupyter cache status report.ipynb -p city Bonn", "with these parameters"),
        ("jupyter cache status --check --format github", "… and say so beside the files on GitHub"),
        ("jupyter cache status --json", "for programs: verdicts, reasons, entries"),
    ),
    exits={
        0: "The verdicts were told; with --check: all notebooks pass.",
        1: "With --check: a notebook does not pass, or one cannot be read.",
    },
)
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
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "github"]),
    default="text",
    show_default=True,
    help="github: annotations that GitHub Actions shows beside the files.",
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
    form: str,
    parameters: Parameters,
) -> int:
    """Tell whether the outputs of notebooks are still true, and if not, why.

    PATHS are notebooks or folders; without any, all notebooks below the current folder.

    With --check a notebook passes if it is fresh by an execution that was observed, here or by the
    team (see `docs/trust.md`). What failed does not pass, nor what nobody executed.
    """
    session.cache.ask_shared_about(paths, parameters=parameters)
    statuses, unreadable = session.cache.survey(paths, parameters=parameters)
    session.warn(unreadable)
    objections = [_objection(status, check_outputs, accept_unobserved) for status in statuses]
    if session.json:
        session.answer([status_json(status) for status in statuses])
    elif form == "github":
        for status, objection in zip(statuses, objections, strict=True):
            if objection:
                annotate(status, objection, is_error=check)
    else:
        for status in statuses:
            _print(status)
        _print_summary(statuses)
    if not check:
        return 0
    refused = [
        f"{status.path}: {objection}"
        for status, objection in zip(statuses, objections, strict=True)
        if objection
    ]
    for line in refused:
        echo(f"does not pass  {line}", err=True)
    return 1 if refused or unreadable else 0


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


def _objection(status: Status, check_outputs: bool, accept_unobserved: bool) -> str:
    """What keeps a notebook from passing ``--check``; empty when it passes."""
    if status.verdict != "fresh":
        if status.verdict == "failed":
            return "failed; mend it, and execute it with `jupyter cache run`"
        return f"{status.verdict}; execute it with `jupyter cache run`"
    if not accept_unobserved:
        if status.provenance != "executed":
            return f"{status.provenance}, so nobody observed its inputs (--accept-unobserved)"
        if not status.trusted:
            return "stored by somebody else (`jupyter cache trust`, or --accept-unobserved)"
    if check_outputs and status.outputs == "different":
        return "the file shows other outputs than the cached ones; `jupyter cache restore` it"
    return ""


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
