# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check the custody log: its chain, the pin in the record, the head printed in the bundle, and
that each recording is the one first taken in.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from evidencekit.custody.log import MOST_BYTES, parse_log
from evidencekit.errors import ChainBroken, CustodyError, LogTorn
from evidencekit.model.custody import EntryKind
from evidencekit.model.findings import Severity
from evidencekit.model.moment import print_date, print_time
from evidencekit.verifier.record import bytes_of, number, rows, table, text
from evidencekit.verifier.result import PROVENANCE, Checked, error, outcome, problems
from evidencekit.verifier.strictjson import NotReadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from evidencekit.model.custody import CustodyEntry, CustodyLog
    from evidencekit.model.findings import Finding
    from evidencekit.verifier.words import PageWords

_SHOWN_DIGITS = 8
_ITEM = "part:custody"


def check_custody(root: Path, record: Mapping[str, Any], words: PageWords | None) -> Checked:
    """Check the log that the package holds; *words* are those of the bundle, if it can be read."""
    pin = table(record, "custody")
    stored = text(pin, "log")
    try:
        data = bytes_of(root, stored, most=MOST_BYTES)
    except NotReadable as reason:
        finding = _wrong("EK-L001", stored or "custody log", str(reason))
        return outcome("custody", f"the log {reason}", (finding,))
    try:
        log = parse_log(data)
    except ChainBroken as broken:
        finding = _wrong(
            "EK-L002",
            f"{stored} entry {broken.entry}",
            "does not follow from the entry before",
            expected=broken.expected,
            found=broken.found,
        )
        return outcome("custody", f"the chain is broken at entry {broken.entry}", (finding,))
    except LogTorn as torn:
        finding = _wrong("EK-L003", stored, f"ends in {torn.size} bytes that are no entry")
        return outcome("custody", "the log ends in the middle of an entry", (finding,))
    except CustodyError:
        finding = _wrong("EK-L003", stored, "cannot be read as a custody log")
        return outcome("custody", "the log cannot be read", (finding,))
    findings = [*_check_pin(log, pin, stored), *_check_served(log, record, stored)]
    findings += _check_recordings(log, record)
    printed, missing = _check_printed(log, record, words, stored)
    findings += missing
    return outcome("custody", _message(log, printed, findings), tuple(findings))


def _wrong(
    code: str, subject: str, message: str, *, expected: object = None, found: object = None
) -> Finding:
    return error(code, subject, message, group=PROVENANCE, expected=expected, found=found)


def _message(log: CustodyLog, printed: str | None, findings: list[Finding]) -> str:
    """Say how the log stands. It is the printed head that it must have, and the pinned one."""
    entries = f"{log.count} entr{'y' if log.count == 1 else 'ies'}"
    chain = f"{entries}, unbroken, head {log.head[:_SHOWN_DIGITS]}"
    if any(each.code == "EK-L004" for each in findings):
        return f"{chain}, which is not where the record says that the log ends{problems(findings)}"
    if printed:
        chain = f"{chain} = the head printed at {printed}"
    elif any(each.code == "EK-L007" for each in findings):
        chain = f"{chain}, which is not printed in the bundle"
    return chain + problems(findings)


def _check_pin(log: CustodyLog, pin: Mapping[str, Any], stored: str) -> Iterator[Finding]:
    if number(pin, "entries") != log.count:
        yield _wrong(
            "EK-L004",
            stored,
            "has not as many entries as the record says",
            expected=number(pin, "entries"),
            found=log.count,
        )
    if text(pin, "head") != log.head:
        yield _wrong(
            "EK-L004",
            stored,
            "does not end in the head that the record says",
            expected=text(pin, "head"),
            found=log.head,
        )


def _check_served(log: CustodyLog, record: Mapping[str, Any], stored: str) -> Iterator[Finding]:
    """The log must still hold where it stood when a copy was served."""
    for each in rows(record, "served"):
        then = table(each, "custody")
        count, head = number(then, "entries"), text(then, "head")
        if then and not (0 < count <= log.count and log.entries[count - 1].line_sha256 == head):
            yield _wrong(
                "EK-L008",
                stored,
                f"is not the log that stood at entry {count} when copy {number(each, 'number')} "
                "was served",
                expected=head,
            )


def _check_recordings(log: CustodyLog, record: Mapping[str, Any]) -> Iterator[Finding]:
    """Each recording's digest in the record must be the first one in the log."""
    known = {text(each, "sha256") for each in rows(record, "recordings")}
    idents = {text(each, "id") for each in rows(record, "recordings")}
    for each in rows(record, "recordings"):
        ident = text(each, "id")
        entry = log.intake_of(ident)
        if entry is None:
            yield _wrong("EK-L005", ident, "no entry of the log takes it in")
            continue
        first = next((d.value for d in entry.digests if d.algorithm == "sha256"), None)
        if first != text(each, "sha256") or entry.size != number(each, "size"):
            yield _wrong(
                "EK-L006",
                ident,
                "is not the file that was first taken in",
                expected=f"{first}, {entry.size} bytes",
                found=f"{text(each, 'sha256')}, {number(each, 'size')} bytes",
            )
    for entry in log.entries:
        digests = {each.value for each in entry.digests}
        if entry.kind is EntryKind.INTAKE and entry.item not in idents and not digests & known:
            # A log may go on after a recording was taken out of the matter, so this is to be
            # looked at and no failure: the custody schedule prints it too.
            yield error(
                "EK-L009",
                entry.item or f"entry {entry.seq}",
                f"entry {entry.seq} of the log takes it in, and the record does not account for it",
                group=PROVENANCE,
                severity=Severity.WARNING,
            )


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _first_day(log: CustodyLog, zone: ZoneInfo | None) -> str:
    """Return the day of the first intake in the matter's zone, as it is printed."""
    times = [each.recorded_at for each in log.entries if each.kind is EntryKind.INTAKE]
    if not times or zone is None:
        return ""
    return print_date(dt.datetime.fromisoformat(min(times)).astimezone(zone).date())


def _printed_of(entry: CustodyEntry, zone: ZoneInfo | None) -> Iterator[tuple[int, str, str]]:
    """Yield what the schedule prints of an entry, which it may do of several that are alike."""
    if zone is not None:
        at = dt.datetime.fromisoformat(entry.recorded_at).astimezone(zone)
        yield entry.seq, "its time", f"{print_time(at)} {at.tzname()}"
    for digest in entry.digests:
        yield entry.seq, "a digest that was measured", digest.value


def _check_printed(
    log: CustodyLog, record: Mapping[str, Any], words: PageWords | None, stored: str
) -> tuple[str | None, list[Finding]]:
    """Find the page that prints the head; the paper is the anchor outside the computer."""
    index = rows(table(record, "bundle"), "index")
    entry = next((each for each in index if text(each, "item") == _ITEM), None)
    if words is None or entry is None or log.count == 0:
        return None, []
    first, pages = number(entry, "pdf_page"), number(entry, "pages")
    schedule = f"the bundle's custody schedule, {words.named(first, pages)}"
    if not words.holds(log.head, first, pages):
        message = f"its head is not printed in {schedule}"
        return None, [_wrong("EK-L007", stored, message, expected=log.head)]
    findings = []
    if not words.holds(f"Entries in the log {log.count:,}", first, pages):
        message = f"that it has {log.count} entries is not printed in {schedule}"
        findings.append(_wrong("EK-L007", stored, message))
    zone = _zone(text(record, "timezone"))
    first_day = _first_day(log, zone)
    if first_day and not words.holds(f"first taken in on {first_day}", first, pages):
        message = f"when recordings were first taken in is not printed in {schedule}"
        findings.append(_wrong("EK-L007", stored, message, expected=first_day))
    wanted = [each for entry in log.entries for each in _printed_of(entry, zone)]
    times = Counter(printed for _, _, printed in wanted)
    findings += [
        _wrong(
            "EK-L007",
            f"{stored} entry {seq}",
            f"{what} is not printed in {schedule}",
            expected=printed,
        )
        for seq, what, printed in wanted
        if words.count(printed, first, pages) < times[printed]
    ]
    return words.where(log.head, first, pages), findings
