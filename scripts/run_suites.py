"""Runs the project's test suites and says how many tests passed and failed.

Checkers run two at a time, since each uses one processor; what runs tests runs alone.

Without arguments all suites run but ``integrations``, which has an environment of its own; with names only
those (``lint`` stands for all checkers, ``all`` for all suites). A suite that fails does not stop the others. Counts come from the reports that the test runners write, never
from what they print; a checker counts as one test. The last line is ``N passed, N failed`` for all
suites together.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "build" / "reports"
BIN = "node_modules/.bin"
CHECKERS_AT_ONCE = 2
RUNNING: set[subprocess.Popen[bytes]] = set()


@dataclass(frozen=True)
class Suite:
    """A command, run in ``folder``, and whether it writes a JUnit report.

    Attributes:
        name: What it is called on the command line.
        command: Its arguments; ``{report}`` stands for the file that the report goes to.
        folder: Where it runs, relative to the project.
        report: Whether there is a report; otherwise the command counts as one test.
        env: Additional environment variables; ``{report}`` as in the command.
        minutes: How long it may take before it is ended and counts as failed.
    """

    name: str
    command: tuple[str, ...]
    folder: str = "."
    report: bool = False
    env: dict[str, str] = field(default_factory=dict)
    minutes: float = 5


@dataclass(frozen=True)
class Outcome:
    """How many tests of a suite passed, failed and were left out, and the seconds it took."""

    name: str
    passed: int
    failed: int
    skipped: int
    seconds: float


CHECKERS = (
    Suite("ruff", ("ruff", "check", ".")),
    Suite("ruff-format", ("ruff", "format", "--check", ".")),
    Suite("mypy", ("mypy",)),
    Suite("tsc", (f"{BIN}/tsc", "--noEmit")),
    Suite("tsc-tests", (f"{BIN}/tsc", "-p", "tsconfig.test.json")),
    Suite("tsc-browser", ("node_modules/.bin/tsc", "--noEmit", "-p", "."), folder="ui-tests"),
    Suite("eslint", ("jlpm", "eslint:check")),
    Suite("prettier", ("jlpm", "prettier:check")),
    Suite("stylelint", ("jlpm", "stylelint:check")),
    Suite("contract", (sys.executable, "scripts/check_contract.py")),
)

TESTS = (
    Suite(
        "jest",
        # Silent: warnings of the platform's own packages would hide what a test says.
        (f"{BIN}/jest", "--ci", "--silent", "--reporters=default", "--reporters=jest-junit"),
        report=True,
        env={"JEST_JUNIT_OUTPUT_FILE": "{report}"},
        minutes=10,
    ),
    Suite(
        "python",
        (
            *(sys.executable, "-m", "pytest", "-q", "--junit-xml={report}"),
            # Most tests wait for kernels most of the time.
            *("-n", "4", "--dist", "loadgroup"),
            *("tests", "--ignore=tests/packaging"),
        ),
        report=True,
        minutes=20,
    ),
    Suite(
        "wheel",
        (sys.executable, "-m", "pytest", "-q", "--junit-xml={report}", "tests/packaging"),
        report=True,
        minutes=10,
    ),
    Suite(
        "browser",
        ("node_modules/.bin/playwright", "test"),
        folder="ui-tests",
        report=True,
        env={"PLAYWRIGHT_JUNIT_OUTPUT_FILE": "{report}"},
        minutes=15,
    ),
)

INTEGRATIONS = Suite(
    "integrations",
    (
        *(str(ROOT / "build" / "integrations" / "bin" / "python"), "-m", "pytest", "-q"),
        *("--junit-xml={report}", "-n", "2", "--dist", "loadgroup", "integrations"),
    ),
    report=True,
    minutes=12,
)

SUITES = (*CHECKERS, *TESTS, INTEGRATIONS)


def chosen_suites(names: Sequence[str]) -> list[Suite]:
    """The suites with these names, in the order in which they run; the project's own without names.

    Raises:
        SystemExit: A name is none of a suite.
    """
    if not names:
        return [suite for suite in SUITES if suite is not INTEGRATIONS]
    if "all" in names:
        return list(SUITES)
    wanted = set(names)
    if "lint" in wanted:
        wanted = wanted - {"lint"} | {suite.name for suite in CHECKERS}
    unknown = wanted - {suite.name for suite in SUITES}
    if unknown:
        known = ", ".join(["all", "lint", *(suite.name for suite in SUITES)])
        raise SystemExit(f"No such suite: {', '.join(sorted(unknown))}. There are: {known}.")
    return [suite for suite in SUITES if suite.name in wanted]


def run_all(suites: Sequence[Suite]) -> list[Outcome]:
    """Run suites, first those without a report of their own."""
    with ThreadPoolExecutor(CHECKERS_AT_ONCE) as pool:
        outcomes = list(pool.map(run_quietly, (suite for suite in suites if not suite.report)))
    return outcomes + [run(suite) for suite in suites if suite.report]


def run_quietly(suite: Suite) -> Outcome:
    """Run one suite and print its output in one piece, lest it mixes with that of others."""
    with tempfile.TemporaryFile("w+") as output:
        outcome = run(suite, output)
        output.seek(0)
        print(output.read(), end="", flush=True)
    return outcome


def run(suite: Suite, output: TextIO | None = None) -> Outcome:
    """Run one suite, its output going to ours unless it is given another place."""
    report = REPORTS / f"{suite.name}.xml"
    report.unlink(missing_ok=True)
    print(f"\n=== {suite.name}", file=output, flush=True)
    start = time.monotonic()
    code = run_command(suite, report, output)
    seconds = time.monotonic() - start
    if not suite.report:
        return Outcome(suite.name, int(code == 0), int(code != 0), 0, seconds)
    passed, failed, skipped = read_counts(report)
    if failed == 0 and (code != 0 or passed == 0):
        # It broke off, or found nothing to run: no report of a runner says that.
        failed = 1
    return Outcome(suite.name, passed, failed, skipped, seconds)


def run_command(suite: Suite, report: Path, output: TextIO | None) -> int:
    """Run a suite's command and return its exit code."""
    command = [argument.replace("{report}", str(report)) for argument in suite.command]
    env = {name: value.replace("{report}", str(report)) for name, value in suite.env.items()}
    try:
        # A process group of its own, so that a time limit also ends servers and kernels.
        process = subprocess.Popen(
            command,
            cwd=ROOT / suite.folder,
            env=os.environ | env,
            start_new_session=True,
            stdout=output,
            stderr=output,
        )
    except OSError as error:
        print(f"{suite.name} cannot be started: {error}", file=output, flush=True)
        return 127
    RUNNING.add(process)
    try:
        return process.wait(suite.minutes * 60)
    except subprocess.TimeoutExpired:
        message = f"{suite.name} took longer than {suite.minutes:g} minutes: ended."
        print(message, file=output, flush=True)
        return 124
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a suite's command with all that it started, if it still runs."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    RUNNING.discard(process)


def end_all() -> None:
    """Leave nothing behind, and begin nothing any more."""
    for process in list(RUNNING):
        end(process)
    os._exit(143)


def read_counts(report: Path) -> tuple[int, int, int]:
    """Passed, failed and skipped tests of a JUnit report; zeros when there is none."""
    try:
        cases = list(ElementTree.parse(report).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return 0, 0, 0
    failed = sum(
        case.find("failure") is not None or case.find("error") is not None for case in cases
    )
    skipped = sum(case.find("skipped") is not None for case in cases)
    return len(cases) - failed - skipped, failed, skipped


def main() -> int:
    """Run the chosen suites and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("suites", nargs="*", metavar="SUITE", help="lint, or the name of a suite")
    suites = chosen_suites(parser.parse_args().suites)
    # Whoever ends us (a time limit, say) ends the suites that are running, too.
    signal.signal(signal.SIGTERM, lambda *_: end_all())
    REPORTS.mkdir(parents=True, exist_ok=True)
    outcomes = run_all(suites)
    print()
    for outcome in outcomes:
        skipped = f", {outcome.skipped} skipped" if outcome.skipped else ""
        print(
            f"{'FAILED' if outcome.failed else 'ok':<7}{outcome.name:<13}{outcome.seconds:6.1f} s  "
            f"{outcome.passed} of {outcome.passed + outcome.failed} passed{skipped}"
        )
    failed = sum(outcome.failed for outcome in outcomes)
    skipped_in_all = sum(outcome.skipped for outcome in outcomes)
    summary = f"{sum(outcome.passed for outcome in outcomes)} passed, {failed} failed"
    print(summary + (f", {skipped_in_all} skipped" if skipped_in_all else ""), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
