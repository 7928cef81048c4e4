# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command facts: what a recording says of itself, and what a full decode measures of it."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from evidencekit.cli.printing import echo_json
from evidencekit.cli.running import Watch, errors_as_exits, stoppable
from evidencekit.model.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evidencekit.model.clip import Fact, Measurement

_FILE = click.Path(path_type=Path)
_WIDTH = 100
_NAME_WIDTH = 26
_LONGEST = 400


@click.command()
@click.argument("recording", type=_FILE)
@click.option(
    "--track",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Which audio track, where the recording has several.",
)
@click.option(
    "--location",
    is_flag=True,
    help="Show where the file says it was made. It may be a protected address: without this, only "
    "that there is one is told.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, for programs.")
def facts(recording: Path, track: int, location: bool, as_json: bool) -> None:
    """Show what a recording says of itself, beside what a full decode measures.

    RECORDING is only read. Each line has its standing: F, the file says so; M, measured here. What
    the file says may be wrong, and where it disagrees with itself or with the decode, that is a
    line of its own. A location is not shown unless --location asks for it, and is written nowhere.

    \b
    Example:
      evidencekit facts visit.m4a
    """  # noqa: D301 - \b is click's mark for lines to keep
    with (
        errors_as_exits(as_json=as_json),
        stoppable() as cancelled,
        Watch(quiet=as_json) as watch,
    ):
        from evidencekit.media.clipfile import sha256_of
        from evidencekit.media.location import location_facts
        from evidencekit.media.measure import read_recording
        from evidencekit.media.opening import check_file

        check_file(recording)
        digest = sha256_of(recording)
        measured, _ = read_recording(
            recording, track=track, source_digest=digest, progress=watch, cancelled=cancelled
        )
        shown = measured.facts
        if location:
            places = location_facts(recording, track=track)
            shown = (*(each for each in shown if each.name != "location"), *places)
    if as_json:
        echo_json(
            {
                "ok": True,
                "path": str(recording),
                "sha256": digest.value,
                "length_ms": measured.length_ms,
                "sample_rate": measured.sample_rate,
                "channels": measured.channels,
                "sample_count": measured.sample_count,
                "track": measured.track,
                "tracks": measured.tracks,
                "decode_errors": measured.decode_errors,
                "decoder": str(measured.decoder),
                "facts": [_document(each) for each in shown],
            }
        )
        return
    click.echo(f"{recording.name}  {digest}")
    for name, letter, value in (*_lines(measured), *_told(shown)):
        _print(name, letter, value)
    if location and not any(each.name.startswith("location") for each in shown):
        _print("location", "F", "the file holds none")


def _document(fact: Fact) -> dict[str, str | None]:
    stated = fact.stated
    return {
        "name": fact.name,
        "value": stated.value,
        "standing": stated.standing.value,
        "by": stated.by,
        "source": stated.source,
    }


def _lines(found: Measurement) -> Sequence[tuple[str, str, str]]:
    from evidencekit.model.timecode import format_media_time

    held = "1 channel" if found.channels == 1 else f"{found.channels} channels"
    length = (
        f"{format_media_time(found.length_ms)}: {found.sample_count:,} samples, "
        f"{found.sample_rate:,} a second, {held}"
    )
    return (("length, decoded", "M", length), ("decoder", "M", str(found.decoder)))


def _told(facts: Sequence[Fact]) -> Sequence[tuple[str, str, str]]:
    return [(each.name, each.stated.standing.letter, each.stated.value or "") for each in facts]


def _print(name: str, letter: str, value: str) -> None:
    indent = " " * (_NAME_WIDTH + 6)
    text = textwrap.fill(
        printable(value, most=_LONGEST), _WIDTH, initial_indent=indent, subsequent_indent=indent
    ).strip()
    click.echo(f"  {name:<{_NAME_WIDTH}} {letter}  {text}")
