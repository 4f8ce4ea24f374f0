"""Reports of batches as JUnit XML, which CI systems read."""

from __future__ import annotations

from datetime import datetime, timezone
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from .batch_report import BatchReport, ReportedNotebook
from .plain_text import one_line, plain_text

_SUITE = "jupyter cache run"


def junit_xml(report: BatchReport) -> str:
    """A report as an XML document with one suite, and one test case for each notebook.

    A notebook that failed has a ``failure``; one that was cancelled counts as skipped. Notebooks
    that could not be read are cases with an ``error``.
    """
    errors = len(report.left_out)
    cases = len(report.notebooks) + errors
    totals = {
        "name": _SUITE,
        "tests": str(cases),
        "failures": str(report.count("failed")),
        "errors": str(errors),
        "time": _seconds(report.seconds),
    }
    root = Element("testsuites", totals)
    began = datetime.fromtimestamp(report.started, timezone.utc)
    suite = SubElement(
        root,
        "testsuite",
        totals,
        skipped=str(report.count("cancelled")),
        timestamp=began.strftime("%Y-%m-%dT%H:%M:%S"),
    )
    properties = SubElement(suite, "properties")
    for name, value in _properties(report).items():
        SubElement(properties, "property", name=name, value=one_line(value))
    for notebook in report.notebooks:
        _add_case(suite, notebook)
    for line in report.left_out:
        path, _, why = one_line(line).partition(": ")
        case = SubElement(suite, "testcase", classname=_SUITE, name=path, time=_seconds(0.0))
        SubElement(case, "error", type="NotebookError", message=why)
    indent(root)
    # As text, since whoever writes it knows the encoding: UTF-8.
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _properties(report: BatchReport) -> dict[str, str]:
    return {
        "jupyterlab-cache": report.software,
        "python": report.python,
        "executed": str(report.count("executed")),
        "fresh": str(report.count("fresh")),
        "seconds saved": _seconds(report.seconds_saved),
        "interrupted": "true" if report.interrupted else "false",
    }


def _add_case(suite: Element, notebook: ReportedNotebook) -> None:
    case = SubElement(
        suite,
        "testcase",
        classname=_SUITE,
        name=one_line(notebook.path),
        time=_seconds(notebook.seconds),
    )
    failure = notebook.failure
    message = one_line(failure.message) if failure else ""
    if notebook.result == "failed":
        kind = one_line(failure.name) if failure else "Failed"
        element = SubElement(case, "failure", type=kind, message=f"{kind}: {message}")
        if failure is not None:
            where = "" if failure.cell is None else f"Cell {failure.cell + 1}\n"
            element.text = where + plain_text(failure.traceback or failure.message)
    elif notebook.result == "cancelled":
        SubElement(case, "skipped", message=message)
    text: str = notebook.result
    if notebook.entry is not None:
        text += f", entry {one_line(notebook.entry)}"
    if notebook.seconds_saved is not None:
        text += f", {_seconds(notebook.seconds_saved)} s saved"
    SubElement(case, "system-out").text = text


def _seconds(value: float) -> str:
    return f"{value:.3f}"
