# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command that shows the custody log as a person reads it, and changes nothing: log."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click
from attrs import asdict

from evidencekit.cli.exits import Exit
from evidencekit.cli.next_step import intake_command
from evidencekit.cli.options import MATTER_NAME, printed_head
from evidencekit.cli.printing import echo_json, findings_text
from evidencekit.cli.running import errors_as_exits

if TYPE_CHECKING:
    from collections.abc import Callable

    from evidencekit.custody.log import Scan
    from evidencekit.custody.reading import LogLine
    from evidencekit.model.custody import CustodyLog, LogHead
    from evidencekit.model.findings import Finding

_WIDTH = 100
_FILE = click.Path(path_type=Path)

_LIMIT = (
    "Shows what was entered, when by this computer's clock, and that no entry was changed since. "
    "It does not show that the last entries are still there, or that the log was not written anew: "
    "compare count and head with those printed in a bundle or written in a letter (--pin)."
)
_as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON, for programs."
)


@click.command()
@click.argument("path", type=_FILE, default=Path())
@click.option("--timezone", help="Show times as clocks there do. Without it: the matter's, or UTC.")
@click.option(
    "--pin",
    callback=printed_head,
    metavar="COUNT:HEAD",
    help="Compare with the count and head that were printed or written down.",
)
@click.option("--with", "other", type=_FILE, help="Another log, to see where the two part.")
@_as_json
def log(
    path: Path, timezone: str | None, pin: LogHead | None, other: Path | None, as_json: bool
) -> None:
    """Show the custody log as a person reads it. Changes nothing.

    PATH is a matter file, a folder that holds one, a package, or a custody.jsonl. Every entry is
    checked against the one before it. What somebody typed is marked told, what evidencekit saw of
    the files measured.
    """
    zone = _zone(timezone)
    with errors_as_exits(as_json=as_json):
        log_path, names, matter_zone = _find(path)
        scan = _read(log_path)
        findings = _findings(scan, names)
        document, compared, differs = _compared(scan.log, log_path, pin, other)
        if as_json:
            echo_json(_document(log_path, scan, findings, ok=not (scan.torn or differs)) | document)
        else:
            _print_log(log_path, scan, zone or matter_zone, names)
            for text in compared:
                click.echo(_folded(text))
            if findings:
                click.echo(f"to look at ({len(findings)})")
                for text in findings_text(findings):
                    click.echo(text)
            click.echo(_folded(_LIMIT))
    if scan.torn or differs:
        sys.exit(Exit.FINDINGS)


def _zone(timezone: str | None) -> str | None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    if timezone is not None:
        try:
            ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            msg = f'"{timezone}" is no time zone. Write one such as Europe/London'
            raise click.BadParameter(msg, param_hint="--timezone") from error
    return timezone


def _find(path: Path) -> tuple[Path, Callable[[str], str | None], str]:
    """Return the log that *path* leads to, how to name people in it, and the matter's zone."""
    from evidencekit.custody.log import LOG_NAME

    if path.suffix.lower() == ".jsonl":
        return path, str, "UTC"
    if path.is_dir():
        in_package = path / "data" / "custody" / LOG_NAME
        if in_package.exists():
            return in_package, str, "UTC"
        matter_file = path / "matter.toml"
        if not matter_file.exists():
            return path / LOG_NAME, str, "UTC"
        path = matter_file
    from evidencekit.matterfile.load import load_matter

    matter = load_matter(path)
    children = {each.id for each in matter.people if each.child}

    def name_of(who: str) -> str | None:
        return who if who in children else matter.name_of(who)

    return path.parent / LOG_NAME, name_of, matter.timezone


def _read(log_path: Path) -> Scan:
    """Read a log that must be there; a torn end is shown, not refused.

    Raises:
        CustodyError: if there is none, or it is broken.
    """
    from evidencekit.custody.log import read_bytes, scan_log
    from evidencekit.errors import CustodyError

    if not log_path.exists():
        matter_file = log_path.with_name(MATTER_NAME)
        msg = (
            f"{log_path} does not exist: nothing was taken in there yet.\n"
            f"Next: {intake_command(matter_file)}"
        )
        raise CustodyError(msg)
    return scan_log(read_bytes(log_path))


def _read_other(log_path: Path) -> CustodyLog:
    """Read the log to compare with, and name it in what is wrong with it.

    Raises:
        CustodyError: if there is none, or it is broken.
    """
    from evidencekit.errors import CustodyError

    try:
        return _read(log_path).log
    except CustodyError as error:
        msg = f"{log_path} cannot be compared with: {error}"
        raise CustodyError(msg) from error


def _findings(scan: Scan, names: Callable[[str], str | None]) -> tuple[Finding, ...]:
    from evidencekit.custody.log import LOG_NAME
    from evidencekit.custody.remarks import TORN, log_remarks
    from evidencekit.model.findings import Finding, Severity

    remarks = log_remarks(scan.log, name_of=names)
    if not scan.torn:
        return remarks
    torn = Finding(
        code=TORN,
        severity=Severity.WARNING,
        subject=LOG_NAME,
        group="custody",
        message=f"its last {len(scan.torn)} bytes, from byte {scan.offset}, are not a whole "
        "entry; the next command that adds one sets them aside and says so",
    )
    return (*remarks, torn)


def _compared(
    read: CustodyLog, log_path: Path, pin: LogHead | None, other: Path | None
) -> tuple[dict[str, Any], list[str], bool]:
    """Compare with a pin and another log: as JSON, in words, and whether there is a difference."""
    from evidencekit.custody.compare import PinRelation, Relation, compare_logs, compare_with_pin
    from evidencekit.custody.reading import comparison_text, pin_text

    document: dict[str, Any] = {}
    texts: list[str] = []
    differs = False
    if pin is not None:
        relation = compare_with_pin(read, pin)
        document["pin"] = {"count": pin.count, "head": pin.head, "relation": str(relation)}
        texts.append(pin_text(relation, pin))
        differs = relation in {PinRelation.CUT_SHORT, PinRelation.ANOTHER}
    if other is not None:
        found = compare_logs(read, _read_other(_find(other)[0]))
        document["with"] = {
            "relation": str(found.relation),
            "common": found.common,
            "only_here": len(found.a_only),
            "only_there": len(found.b_only),
            "cited": None if found.cited is None else asdict(found.cited),
        }
        texts.append(comparison_text(found, a=str(log_path), b=str(other)))
        differs = differs or found.relation in {Relation.FORK, Relation.UNRELATED}
    return document, texts, differs


def _document(
    log_path: Path, scan: Scan, findings: tuple[Finding, ...], *, ok: bool
) -> dict[str, Any]:
    from evidencekit.custody.reading import entry_document

    torn = {"offset": scan.offset, "size": len(scan.torn)} if scan.torn else None
    return {
        "ok": ok,
        "log": str(log_path),
        "count": scan.log.count,
        "head": scan.log.head,
        "torn": torn,
        "entries": [entry_document(each) for each in scan.log.entries],
        "findings": [asdict(each) for each in findings],
    }


def _print_log(
    log_path: Path, scan: Scan, timezone: str, names: Callable[[str], str | None]
) -> None:
    from evidencekit.custody.reading import log_lines

    entries = "1 entry" if scan.log.count == 1 else f"{scan.log.count} entries"
    click.echo(f"{log_path}: {entries}, unbroken")
    for line in log_lines(scan.log, timezone=timezone, name_of=names):
        _print_line(line)
    click.echo(f"head  {scan.log.head}")


def _folded(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _print_line(line: LogLine) -> None:
    """Print one entry."""
    click.echo(f"{line.number:>4}  {line.at}  {line.event}  {line.item}".rstrip())
    for mark, words in (("told", line.told), ("measured", line.measured)):
        for each in words:
            click.echo(f"      {mark:<9} {each}")
    software = f", with {line.software}" if line.software else ""
    click.echo(f"      entered by {line.entered_by}{software}")
