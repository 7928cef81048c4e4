# SPDX-License-Identifier: AGPL-3.0-or-later
"""What commands print: short, plain, and each line worth reading."""

from __future__ import annotations

import json
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import click
from attrs import asdict

from evidencekit.cli.next_step import intake_command
from evidencekit.model.bundle import Numbering
from evidencekit.model.clip import IndexState
from evidencekit.model.findings import CheckLine, Finding, GroupOutcome, Report, Severity
from evidencekit.model.moment import Moment
from evidencekit.model.printable import printable
from evidencekit.model.timecode import format_media_time, samples_to_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from evidencekit.model.clip import ClipFile
    from evidencekit.package.opened import Package

_WIDTH = 100
_MOST = 20_000
#: How many subjects of the same finding are named.
_MOST_NAMED = 5
_MOST_LISTED = 8
_SHOWN = (Severity.WARNING, Severity.ERROR, Severity.NOT_CHECKED)


def _echo(text: str) -> None:
    """Print one line. Titles and names come from other people's files, whatever is in them."""
    click.echo(printable(text, most=_MOST))


def echo_json(document: Mapping[str, Any]) -> None:
    """Print a JSON document, in ASCII where standard output does not take every character."""
    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    click.echo(json.dumps(document, ensure_ascii=plain, indent=2))


def report_document(report: Report) -> dict[str, Any]:
    """Return a report in the shape of schema evidencekit/report/1."""
    return {"schema": "evidencekit/report/1", "ok": report.ok, **asdict(report)}


def findings_text(findings: Iterable[Finding]) -> Iterable[str]:
    """Write findings as a list under "to look at", longest lines folded.

    What is said of many in the same words is said once: sixty recordings of which nothing is told
    are one line, and every one of them is in the record and in the JSON.
    """
    alike: dict[tuple[str, str, str], list[str]] = {}
    for each in findings:
        alike.setdefault((each.group or "finding", each.message, each.code), []).append(
            each.subject
        )
    for (group, message, code), subjects in alike.items():
        named = _named(subjects)
        head = f"    {group}: " if named == group else f"    {group}  {named}: "
        body = f"{message}  {code}"
        yield textwrap.fill(
            printable(head + body, most=_MOST),
            _WIDTH,
            subsequent_indent="      ",
            break_long_words=False,
            break_on_hyphens=False,
        )


def _named(subjects: list[str]) -> str:
    """Name the first few of many."""
    subjects = list(dict.fromkeys(subjects))
    if len(subjects) <= _MOST_NAMED:
        return ", ".join(subjects)
    first = subjects[: _MOST_NAMED - 1]
    return f"{', '.join(first)} and {len(subjects) - len(first)} more"


def to_look_at(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that ask for a look: warnings, errors and what was not checked."""
    return tuple(each for each in findings if each.severity in _SHOWN)


def print_build(
    package: Package, *, shown_path: Path, renumbered: Sequence[Mapping[str, str | None]] = ()
) -> None:
    """Print what a build made and what to look at; *renumbered* is what had other page numbers in
    the package that this one replaced.
    """
    record = package.record
    profile = record["profile"]
    reviewed = Moment.of(profile["reviewed_on"])
    _echo(f"{record['case']['title']} · {profile['id']} (reviewed {reviewed})")
    print_contents(record)
    _print_indexes(package.findings)
    signed = (record["statement"] or {}).get("signed_file")
    _print_taken_in([*record["documents"], *([signed] if signed else [])])
    _print_followed(record)
    _print_renumbered(renumbered)
    _print_attention(package.findings)
    size = sum(each.stat().st_size for each in package.path.rglob("*") if each.is_file())
    _echo(f"Wrote {shown_path} ({size / 1e6:.1f} MB).")
    _echo(f'Next: evidencekit verify "{shown_path}"')


def _print_indexes(findings: Iterable[Finding]) -> None:
    """Print which recordings were decoded in full, where that is a matter of time alone."""
    from evidencekit.pipeline.disagreements import INDEX_NOT_USED

    for each in findings:
        if each.code == INDEX_NOT_USED and each.severity is Severity.NOTE:
            said = f"  {each.subject}  {each.message}. Run intake to index it anew."
            click.echo(
                textwrap.fill(
                    printable(said, most=_MOST),
                    _WIDTH,
                    subsequent_indent="    ",
                    break_long_words=False,
                    break_on_hyphens=False,
                )
            )


def print_package(package: Package) -> None:
    """Print what a package holds, and what there was to look at."""
    _echo(package.record["case"]["title"])
    print_contents(package.record)
    print_index(package)
    for each in package.clips:
        _echo(f"   clip  {each.path.name}")
    _print_attention(package.findings)


def print_clip(
    clip: ClipFile, *, source: Path, shown_path: Path, index: IndexState | None = None
) -> None:
    """Print what a clip holds, and what it is a part of."""
    samples = clip.samples
    end_ms = clip.start_ms + clip.length_ms
    _echo(f"Wrote {shown_path}")
    _echo(f"  requested   {clip.requested}")
    _echo(
        f"  holds       samples {samples.first:,} to {samples.end - 1:,} of {source.name}, both "
        "included, counted from 0"
    )
    _echo(f"              {clip.sample_rate:,} a second, {_channels(clip)}, {clip.bits} bits")
    _echo(
        f"  that is     {format_media_time(clip.start_ms)} to {format_media_time(end_ms)}, "
        "counted from the first decoded sample"
    )
    for each in clip.muted:
        start, end = (
            format_media_time(samples_to_ms(at, clip.sample_rate)) for at in (each.first, each.end)
        )
        _echo(f"  muted       {start} to {end}, samples {each.first:,} to {each.end - 1:,}")
    _echo(f"  decoder     {clip.decoder}; {clip.way}")
    if index is not None and index is not IndexState.USED:
        _echo(f"  index       not used: {index.value}")
    _echo(f"  source      {clip.source_digest}")
    _echo(f"  samples     {clip.samples_digest}")
    _echo(f"  clip file   {clip.file_digest}")


def _channels(clip: ClipFile) -> str:
    """Return which channels a clip holds, and of which track where it is not the first."""
    held = "1 channel" if clip.channels == 1 else f"{clip.channels} channels"
    if clip.channel is not None:
        held = f"channel {clip.channel} alone"
    elif clip.chosen_channels:
        held = f"channels {' and '.join(map(str, clip.chosen_channels))} in that order"
    return held if clip.track == 1 else f"{held} of audio track {clip.track}"


def _print_attention(findings: Iterable[Finding]) -> None:
    attention = to_look_at(findings)
    if attention:
        _echo(f"  to look at ({len(attention)})")
        for line in findings_text(attention):
            click.echo(line)


def print_contents(record: Mapping[str, Any]) -> None:
    """Print the counts, the sections' labels and the account of the inputs."""
    statement = record["statement"]
    state = "none"
    if statement is not None:
        state = "draft, unsigned" if statement["state"] == "draft" else "signed, bound in"
    _echo(
        f"  recordings {len(record['recordings'])} · clips {len(record['clips'])} · "
        f"documents {len(record['documents'])} · statement: {state}"
    )
    bundle = record["bundle"]
    sections = " ".join(_range(each) for each in bundle["sections"])
    _echo(f"  bundle  {bundle['pages']} pages: {sections}")
    outcomes: dict[str, int] = {}
    for each in record["inputs"]:
        outcomes[each["outcome"]] = outcomes.get(each["outcome"], 0) + 1
    total = len(record["inputs"])
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    _echo(f"  accounted  {total} of {total} inputs: {told}")


def _print_taken_in(documents: Iterable[Mapping[str, Any]]) -> None:
    """Sum up what was found in the documents and done to them, in one line or two."""
    documents = list(documents)
    signatures = [each for document in documents for each in document["signatures"]]
    counts = (
        (sum(each["repaired"] for each in documents), "document", "repaired on reading"),
        (sum(len(each["turned_pages"]) for each in documents), "page", "turned upright"),
        (sum(len(each["shrunk_pages"]) for each in documents), "page", "shown smaller"),
        (sum(len(each["recognised_pages"]) for each in documents), "scanned page", "read"),
        (len(signatures), "digital signature", f"({_outcomes(signatures)})"),
        (sum(len(each["attachments"]) for each in documents), "file", "inside, listed"),
    )
    told = " · ".join(
        f"{count} {noun}{'' if count == 1 else 's'} {what}" for count, noun, what in counts if count
    )
    if told:
        _echo(f"  documents  {told}")


def _outcomes(signatures: Iterable[Mapping[str, Any]]) -> str:
    outcomes = [each["outcome"] for each in signatures]
    return ", ".join(f"{outcomes.count(each)} {each}" for each in sorted(set(outcomes)))


def _print_renumbered(renumbered: Sequence[Mapping[str, str | None]]) -> None:
    """Print what had other page numbers in the package that was replaced."""
    if not renumbered:
        return
    _echo("  other page numbers than in the package that this replaces:")
    for each in renumbered[:_MOST_LISTED]:
        _echo(f"    {each['item']:<22} {each['before']} then, {each['now'] or 'gone'} now")
    if len(renumbered) > _MOST_LISTED:
        _echo(f"    and {len(renumbered) - _MOST_LISTED} more; --json lists all of them")
    _echo("    If somebody has that bundle, keep its package and build with --append.")


def _print_followed(record: Mapping[str, Any]) -> None:
    """Print which bundle this one follows, and what is new in it."""
    copies = record["served"]
    if not copies:
        return
    last = copies[-1]
    pages = sum(each["pages"] for each in last["items"])
    name = "the earlier bundle"
    if last["to"]:
        name = f"the copy served on {last['served_at'][:10]}"
    elif last["prepared_on"]:
        name = f"the bundle prepared on {Moment.of(last['prepared_on'])}"
    _echo(f"  follows  {name}: all its {pages} pages keep their numbers")
    held = {each["now"] for each in last["items"]}
    newer = {each["item"] for each in last["items"]} - held
    index = record["bundle"]["index"]
    for word, wanted in (
        ("new", [each for each in index if each["item"] not in held | newer]),
        ("newer", [each for each in index if each["item"] in newer]),
    ):
        for each in wanted[:_MOST_LISTED]:
            _echo(f"    {word:<6} {_range(each):<9} {each['title']}")
        if len(wanted) > _MOST_LISTED:
            _echo(f"    and {len(wanted) - _MOST_LISTED} more, in the bundle's list of changes")


def _range(section: Mapping[str, Any]) -> str:
    if section["first_label"] == section["last_label"]:
        return str(section["first_label"])
    return f"{section['first_label']}-{section['last_label']}"


def print_report(report: Report) -> None:
    """Print a report: its summary lines, every finding that is not a note, and its conclusion."""
    width = max((len(line.check) for line in report.summary), default=0) + 2
    if report.groups:
        for group in report.groups:
            own = [each for each in report.summary if each.group == group.group]
            _echo(f"{group.group}: {_group_text(group)}")
            _print_lines(own, width=width, indent="  ")
    else:
        _print_lines(report.summary, width=width)
    if report.full is False:
        _echo("Of each recording only what clips hold was compared; --full decodes the rest, too.")
    attention = to_look_at(report.findings)
    if attention:
        _echo(f"to look at ({len(attention)})")
        for text in findings_text(attention):
            click.echo(text)
    if report.conclusion:
        click.echo(textwrap.fill(printable(report.conclusion, most=_MOST), _WIDTH))


def _print_lines(lines: Iterable[CheckLine], *, width: int, indent: str = "") -> None:
    for line in lines:
        click.echo(
            textwrap.fill(
                printable(f"{line.check.ljust(width)} {line.message}", most=_MOST),
                _WIDTH,
                initial_indent=indent,
                subsequent_indent=f"{indent}{' ' * (width + 1)}",
                break_long_words=False,
                break_on_hyphens=False,
            )
        )


def _group_text(group: GroupOutcome) -> str:
    """Say what came of a group: every kind of finding that it has, the worst first."""
    if group.outcome is Severity.NOT_CHECKED and not group.not_checked:
        return "not checked"  # a line says so, and there is no finding to count
    parts = [
        f"{group.failures} failure{'' if group.failures == 1 else 's'}" if group.failures else "",
        f"{group.not_checked} not checked" if group.not_checked else "",
        f"{group.warnings} to look at" if group.warnings else "",
    ]
    return ", ".join(each for each in parts if each) or "ok"


def print_validation(report: Report, *, wants_intake: bool) -> None:
    """Print what is wrong with a matter file, a line a problem, and what is not stated yet."""
    for each in report.failures:
        _echo(f"{each.subject} {each.message}")
    attention = [each for each in to_look_at(report.findings) if each not in report.failures]
    if attention:
        _echo(f"to look at ({len(attention)})")
        for text in findings_text(attention):
            click.echo(text)
    problems = len(report.failures)
    if problems:
        count = "1 problem" if problems == 1 else f"{problems} problems"
        _echo(f"{report.subject} is not valid: {count}.")
    else:
        _echo(f"{report.subject} is valid.")
        if wants_intake:
            _echo(f"Next: {intake_command(report.subject)}")
        else:
            _echo(f'Next: evidencekit build "{report.subject}"')


def print_index(package: Package) -> None:
    """Print the bundle's index as the bundle has it, with what names each item for `core`.

    Where pages are labelled 1, 2, 3, a number is a page, and the index's own would mislead.
    """
    numbered = package.record["bundle"]["numbering"] != Numbering.ARABIC
    titles = {each["letter"]: each["title"] for each in package.record["bundle"]["sections"]}
    section = None
    for entry in package.index:
        if entry.section != section:
            section = entry.section
            _echo(f"{section}  {titles[section]}")
        dated = "" if entry.dated is None else f"  ({entry.dated})"
        title = entry.title if len(entry.title) < _WIDTH else entry.title[: _WIDTH - 3] + "..."
        number = f"{entry.number}." if numbered and entry.number is not None else ""
        name = entry.item.removeprefix("document:")
        _echo(f"   {number:<4} {entry.labels:<10} {title}{dated}  [{name}]")
    first = "its number, " if numbered else ""
    _echo(f"For core, name an item by {first}a label of one of its pages, or the id in [ ].")
