"""JUnit XML: a suite with a test for each reader, for systems that show tests."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from connectors.review.escaping import xml_text
from connectors.review.fail_on import FailOn
from connectors.review.report import Report, failing_verdicts
from connectors.review.telling import headline, reader_title, reader_words
from graph_model.impact.entities import Affected, Verdict

_SUITE = "headwater impact"


def junit(report: Report, *, fail_on: FailOn) -> str:
    """What `fail_on` lets pass is a test that passed; its words are in its output."""
    suite = ET.Element("testsuite", name=_SUITE)
    failing = failing_verdicts(fail_on)
    _about_itself(suite, report, is_cut_off_failing=Verdict.UNKNOWN in failing)
    for mistake in report.mistakes:
        case = _case(suite, "estate", f"{mistake.file}:{mistake.line}")
        case.set("file", xml_text(mistake.file))
        _problem(case, "error", "mistake", mistake.message, str(mistake))
    for one in report.impact.affected:
        _reader(suite, report, one, is_failing=one.verdict in failing)
    for name in ("failure", "error"):
        suite.set(f"{name}s", str(len(suite.findall(f"testcase/{name}"))))
    suite.set("tests", str(len(suite.findall("testcase"))))
    suites = ET.Element("testsuites", name=_SUITE)
    suites.append(suite)
    ET.indent(suites)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{ET.tostring(suites, encoding='unicode')}\n"


def _about_itself(suite: ET.Element, report: Report, *, is_cut_off_failing: bool) -> None:
    """That it was checked at all is a test too: without it, a check of nothing would look like one that passed."""
    case = _case(suite, "check", f"{report.base} and {report.head} were compared")
    if report.failure:
        _problem(case, "error", "not checked", report.failure, headline(report))
    elif is_cut_off_failing and not report.impact.is_complete:
        _problem(case, "failure", "cut off", ", ".join(report.impact.incomplete_reasons), "\n".join(report.notes))
    elif report.notes:
        ET.SubElement(case, "system-out").text = xml_text("\n".join(report.notes))


def _reader(suite: ET.Element, report: Report, one: Affected, *, is_failing: bool) -> None:
    case = _case(suite, f"{one.node.kind.lower()}.{one.node.name.namespace}", one.node.name.name)
    place = report.place_of(one)
    if place and one.verdict is not Verdict.SAFE:
        case.set("file", xml_text(place.file))
        case.set("line", str(place.line))
    text = "\n".join((reader_title(one), *reader_words(one)))
    if is_failing:
        _problem(case, "failure", one.rule, f"{one.verdict}: {one.reason}", text)
    else:
        ET.SubElement(case, "system-out").text = xml_text(text)


def _case(suite: ET.Element, classname: str, name: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", classname=xml_text(classname), name=xml_text(name))


def _problem(case: ET.Element, tag: str, kind: str, message: str, text: str) -> None:
    ET.SubElement(case, tag, type=xml_text(kind), message=xml_text(message)).text = xml_text(text)
