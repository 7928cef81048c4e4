# SPDX-License-Identifier: AGPL-3.0-or-later
"""What commands print: short, plain, and each line worth reading."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

import click
from attrs import asdict

from evidencekit.model.findings import Finding, Report, Severity
from evidencekit.model.moment import Moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from evidencekit.package.opened import Package

_WIDTH = 100
_SHOWN = (Severity.WARNING, Severity.ERROR, Severity.NOT_CHECKED)


def echo_json(document: Mapping[str, Any]) -> None:
    """Print a JSON document."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def report_document(report: Report) -> dict[str, Any]:
    """Return a report in the shape of schema evidencekit/report/1."""
    return {"schema": "evidencekit/report/1", "ok": report.ok, **asdict(report)}


def findings_text(findings: Iterable[Finding]) -> Iterable[str]:
    """Write findings as a list under "to look at", longest lines folded."""
    for each in findings:
        head = f"    {each.group or 'finding'}  {each.subject}: "
        body = f"{each.message}  {each.code}"
        yield textwrap.fill(
            head + body,
            _WIDTH,
            subsequent_indent="      ",
            break_long_words=False,
            break_on_hyphens=False,
        )


def to_look_at(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that ask for a look: warnings, errors and what was not checked."""
    return tuple(each for each in findings if each.severity in _SHOWN)


def print_build(package: Package, *, shown_path: Path) -> None:
    """Print what a build made and what to look at."""
    record = package.record
    profile = record["profile"]
    reviewed = Moment.of(profile["reviewed_on"])
    click.echo(f"{record['case']['title']} · {profile['id']} (reviewed {reviewed})")
    print_contents(record)
    attention = to_look_at(package.findings)
    if attention:
        click.echo(f"  to look at ({len(attention)})")
        for line in findings_text(attention):
            click.echo(line)
    size = sum(each.stat().st_size for each in package.path.rglob("*") if each.is_file())
    click.echo(f"Wrote {shown_path} ({size / 1e6:.1f} MB).")
    click.echo(f'Next: evidencekit verify "{shown_path}"')


def print_contents(record: Mapping[str, Any]) -> None:
    """Print the counts, the sections' labels and the account of the inputs."""
    statement = record["statement"]
    state = "none"
    if statement is not None:
        state = "draft, unsigned" if statement["state"] == "draft" else "signed, bound in"
    click.echo(
        f"  recordings {len(record['recordings'])} · clips {len(record['clips'])} · "
        f"documents {len(record['documents'])} · statement: {state}"
    )
    bundle = record["bundle"]
    sections = " ".join(_range(each) for each in bundle["sections"])
    click.echo(f"  bundle  {bundle['pages']} pages: {sections}")
    outcomes: dict[str, int] = {}
    for each in record["inputs"]:
        outcomes[each["outcome"]] = outcomes.get(each["outcome"], 0) + 1
    total = len(record["inputs"])
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    click.echo(f"  accounted  {total} of {total} inputs: {told}")


def _range(section: Mapping[str, Any]) -> str:
    if section["first_label"] == section["last_label"]:
        return str(section["first_label"])
    return f"{section['first_label']}-{section['last_label']}"


def print_report(report: Report) -> None:
    """Print a report: its summary lines, every finding that is not a note, and its conclusion."""
    width = max((len(line.check) for line in report.summary), default=0) + 2
    for line in report.summary:
        click.echo(
            textwrap.fill(
                f"{line.check.ljust(width)} {line.message}",
                _WIDTH,
                subsequent_indent=" " * (width + 1),
                break_long_words=False,
                break_on_hyphens=False,
            )
        )
    attention = to_look_at(report.findings)
    if attention:
        click.echo(f"to look at ({len(attention)})")
        for text in findings_text(attention):
            click.echo(text)
    if report.conclusion:
        click.echo(textwrap.fill(report.conclusion, _WIDTH))


def print_index(package: Package) -> None:
    """Print the bundle's index as the bundle has it."""
    titles = {each["letter"]: each["title"] for each in package.record["bundle"]["sections"]}
    section = None
    for entry in package.index:
        if entry.section != section:
            section = entry.section
            click.echo(f"{section}  {titles[section]}")
        dated = "" if entry.dated is None else f"  ({entry.dated})"
        title = entry.title if len(entry.title) < _WIDTH else entry.title[: _WIDTH - 3] + "..."
        click.echo(f"   {entry.labels:<10} {title}{dated}")
