"""Reports of batches: what they tell, and that nothing in them does harm."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from markdown_it import MarkdownIt

from jupyterlab_cache.execution.batch import RunResult
from jupyterlab_cache.execution.batch_report import (
    BatchReport,
    keep_report,
    latest_report,
    report_of,
)
from jupyterlab_cache.execution.junit import junit_xml
from jupyterlab_cache.execution.markdown import markdown
from jupyterlab_cache.execution.plain_text import one_line, plain_text
from jupyterlab_cache.store.records import Failure
from jupyterlab_cache.store.report_files import MOST_REPORTS
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import Store

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("junit.xsd")))

FAILURE = Failure(
    "ValueError", "no <b>\x1b[31mcolumn\x1b[0m</b>", 1, ("\x1b[31mTraceback\x1b[0m", "x & y")
)
RESULTS = [
    RunResult("a.ipynb", "executed", "e" * 32, 2.5),
    RunResult("b/c.ipynb", "fresh", "f" * 32, 0.01, None, 7.25),
    RunResult("d.ipynb", "failed", "0" * 32, 1.0, FAILURE),
    RunResult("e.ipynb", "cancelled", None, 0.5, Failure("Cancelled", "A person cancelled it.")),
]

# Any text, with what means something in one of the formats more often than chance has it.
hostile = st.lists(
    st.text(st.characters(), max_size=5)
    | st.sampled_from(
        (
            *("\x1b[31m", "\x1b]8;;http://x\x07", "\x9b1m", "\x00", "\ud800", "\ufffe", "\r\n"),
            *("`", "```", "|", "\\", "<script>", "]]>", "&amp;", "[x](y)", "@all", "\n# ", "~"),
        )
    ),
    max_size=8,
).map("".join)
failures = st.builds(
    Failure,
    name=hostile,
    message=hostile,
    cell=st.none() | st.integers(0, 99),
    traceback=st.lists(hostile, max_size=3).map(tuple),
)
results = st.builds(
    RunResult,
    path=hostile,
    result=st.sampled_from(["fresh", "executed", "failed", "cancelled"]),
    entry=st.none() | st.just("e" * 32),
    seconds=st.floats(0, 1e6),
    failure=st.none() | failures,
    seconds_saved=st.none() | st.floats(0, 1e6),
)


def report(*given: RunResult, **fields: object) -> BatchReport:
    return report_of(given, started=1_700_000_000.5, seconds=4.0, **fields)  # type: ignore[arg-type]


def parsed(text: str) -> etree._Element:
    root = etree.fromstring(text.encode())
    SCHEMA.assertValid(root)
    return root


def test_a_junit_report_has_a_case_for_each_notebook() -> None:
    root = parsed(junit_xml(report(*RESULTS, left_out=["bad.ipynb: It is no notebook."])))
    (suite,) = root
    wanted = {"tests": "5", "failures": "1", "errors": "1", "skipped": "1", "time": "4.000"}
    assert wanted.items() <= dict(suite.attrib).items()
    assert suite.get("timestamp") == "2023-11-14T22:13:20"
    properties = {item.get("name"): item.get("value") for item in suite.iter("property")}
    assert properties["executed"] == properties["fresh"] == "1"
    assert properties["seconds saved"] == "7.250"
    assert properties["interrupted"] == "false"
    executed, fresh, failed, cancelled, bad = suite.iter("testcase")
    assert [case.get("name") for case in (executed, fresh)] == ["a.ipynb", "b/c.ipynb"]
    assert [case.get("time") for case in (executed, fresh)] == ["2.500", "0.010"]
    assert [child.tag for child in executed] == ["system-out"]
    assert fresh.findtext("system-out") == f"fresh, entry {'f' * 32}, 7.250 s saved"
    failure = failed.find("failure")
    assert (failure.get("type"), failure.get("message")) == (
        "ValueError",
        "ValueError: no <b>column</b>",
    )
    assert failure.text == "Cell 2\nTraceback\nx & y"
    assert cancelled.find("skipped").get("message") == "A person cancelled it."
    assert (bad.get("name"), bad.find("error").get("message")) == (
        "bad.ipynb",
        "It is no notebook.",
    )


@given(st.lists(results, max_size=4), st.lists(hostile, max_size=2))
def test_junit_reports_are_valid_whatever_messages_say(
    given: list[RunResult], left_out: list[str]
) -> None:
    made = report(*given, left_out=left_out)
    root = parsed(junit_xml(made))
    cases = list(root.iter("testcase"))
    assert len(cases) == len(given) + len(left_out)
    for case, result in zip(cases, given, strict=False):
        assert case.get("name") == one_line(result.path)
        failure = case.find("failure")
        assert (failure is not None) == (result.result == "failed")
        if failure is not None and result.failure is not None:
            text = plain_text("\n".join(result.failure.traceback))
            if text:
                assert (failure.text or "").endswith(text)


def test_a_markdown_report_is_a_table_and_what_failed() -> None:
    text = markdown(report(*RESULTS, interrupted=True, left_out=["bad.ipynb: why"]))
    assert "1 executed, 1 fresh, 1 failed, 1 cancelled, 1 left out in 4.0 s, 7.2 s saved" in text
    assert "| `b/c.ipynb` | fresh | 0.0 s | 7.2 s |\n" in text
    assert "## `d.ipynb`\n\n`ValueError` in cell 2\n\n```text\nTraceback\nx & y\n```\n" in text
    assert "**Interrupted:**" in text
    assert "- `bad.ipynb: why`\n" in text


@given(st.lists(results, min_size=1, max_size=4), st.lists(hostile, max_size=2))
def test_what_notebooks_say_is_nothing_but_code_in_markdown(
    given: list[RunResult], left_out: list[str]
) -> None:
    tokens = (
        MarkdownIt("commonmark")
        .enable(["table", "strikethrough"])
        .parse(markdown(report(*given, left_out=left_out)))
    )
    kinds = {token.type for token in tokens}
    inline = {child.type for token in tokens for child in token.children or ()}
    assert not kinds & {"html_block", "blockquote_open", "code_block", "hr", "ordered_list_open"}
    assert inline <= {"text", "code_inline", "softbreak", "strong_open", "strong_close"}
    rows = [token for token in tokens if token.type == "tr_open"]
    cells = [token for token in tokens if token.type == "td_open"]
    assert (len(rows), len(cells)) == (1 + len(given), 4 * len(given))
    headings = [token for token in tokens if token.type == "heading_open"]
    sections = sum(result.failure is not None for result in given)
    assert len(headings) == 1 + sections + bool(left_out)
    blocks = [token.content for token in tokens if token.type == "fence"]
    assert len(blocks) == sections
    codes = [
        child.content
        for token in tokens
        for child in token.children or ()
        if child.type == "code_inline"
    ]
    for result in given:
        assert (one_line(result.path) or "?") in codes


@given(hostile)
def test_plain_text_is_plain(text: str) -> None:
    plain = plain_text(text)
    assert plain_text(plain) == plain
    assert not any(ord(c) < 32 and c not in "\t\n" for c in plain)
    plain.encode()
    assert len(one_line(text).splitlines()) <= 1


def test_colours_and_links_leave_their_text() -> None:
    text = "\x1b[1;31mred\x1b[0m \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\ \x1b(Bplain\x1b="
    assert plain_text(text) == "red link plain"
    assert plain_text("a\r\nb\rc\td\x07") == "a\nb\nc\td\ufffd"


def test_long_texts_are_cut() -> None:
    failure = Failure("E", "m" * 10_000, None, ("t" * 100_000, "the end"))
    (notebook,) = report(RunResult("a.ipynb", "failed", None, 1.0, failure)).notebooks
    assert notebook.failure is not None
    assert len(notebook.failure.message) == 2_000
    assert len(notebook.failure.traceback) == 20_000
    assert notebook.failure.traceback.endswith("the end")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / ".jupyterlab_cache", KeyRing(b"x" * 32))


@given(st.lists(results, max_size=3))
def test_a_report_is_read_as_it_was_written(given: list[RunResult]) -> None:
    made = report(*given)
    assert msgspec.json.decode(msgspec.json.encode(made), type=BatchReport) == made


def test_the_latest_report_is_kept_and_the_oldest_make_room(store: Store) -> None:
    assert latest_report(store) is None
    assert not store.folder.exists()
    for seconds in range(MOST_REPORTS + 3):
        keep_report(store, report_of(RESULTS, started=0.0, seconds=float(seconds)))
    latest = latest_report(store)
    assert latest is not None
    assert (latest.seconds, len(latest.notebooks)) == (MOST_REPORTS + 2, 4)
    names = sorted(path.name for path in (store.folder / "reports").iterdir())
    assert len(names) == MOST_REPORTS

    # What is damaged, or none of ours, is passed over and left alone.
    (store.folder / "reports" / names[-1]).write_bytes(b'{"started": "now"}')
    (store.folder / "reports" / "note.txt").write_text("mine")
    victim = store.folder.parent / "victim.json"
    victim.write_bytes(msgspec.json.encode(report()))
    (store.folder / "reports" / "9999999999999999-00000000.json").symlink_to(victim)
    latest = latest_report(store)
    assert latest is not None
    assert latest.seconds == MOST_REPORTS + 1
    keep_report(store, report())
    assert (store.folder / "reports" / "note.txt").exists()
    assert victim.exists()
