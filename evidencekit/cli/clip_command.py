# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command clip: one exact clip, whole or with muted spans."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click
from attrs import asdict

from evidencekit.cli.options import channel_numbers
from evidencekit.cli.printing import echo_json, print_clip
from evidencekit.cli.running import errors_as_exits, stoppable
from evidencekit.errors import AlreadyExists

if TYPE_CHECKING:
    from evidencekit.model.timecode import Span

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--from", "start", required=True, help='Where the clip starts, such as "0:10.250".')
@click.option("--to", "end", required=True, help='Where it ends, such as "0:12.750".')
@click.option(
    "-o",
    "--output",
    "output",
    type=_FILE,
    required=True,
    help="The clip to write: a name that ends in .wav or .flac.",
)
@click.option(
    "--mute",
    "mute",
    multiple=True,
    metavar="FROM-TO",
    help="Take the sound out from one time of the recording to another. May be repeated. What was "
    "muted is recorded in a file beside the clip.",
)
@click.option(
    "--track",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Which audio track, where the recording has several. They are never mixed.",
)
@click.option(
    "--channel",
    "channels",
    multiple=True,
    callback=channel_numbers,
    metavar="left|right|NUMBER",
    help="Cut this channel alone; or several, such as 3,1, in that order. Without it the clip has "
    "all channels.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, for programs.")
def clip(
    file: Path,
    start: str,
    end: str,
    output: Path,
    mute: tuple[str, ...],
    track: int,
    channels: tuple[int, ...],
    as_json: bool,
) -> None:
    """Cut one exact clip out of a recording.

    FILE is the recording; it is only read. Times are minutes:seconds, or hours:minutes:seconds,
    from its beginning. What the clip holds, to the sample, and the digests of both are printed. A
    bundle needs no clips made by hand: the matter file names them, and build cuts them. Where FILE
    was taken in, the index that intake kept makes it quick.

    \b
    Examples:
      evidencekit clip visit.m4a --from 0:10.250 --to 0:12.750 -o passage.wav
      evidencekit clip visit.m4a --from 0:10.250 --to 0:12.750 --mute 0:11.2-0:11.9 -o muted.wav
      evidencekit clip call.wav --from 0:10 --to 0:12 -o caller.wav --channel left
      evidencekit clip room.wav --from 0:10 --to 0:12 -o desk.wav --channel 5,6
    """  # noqa: D301 - \b is click's mark for lines to keep
    with (
        errors_as_exits(as_json=as_json, outcome="Nothing was written."),
        stoppable() as cancelled,
    ):
        from evidencekit.pipeline.one_clip import cut_by_index

        spans = [_muted(each) for each in mute]
        beside = output.with_name(f"{output.name}.json")
        if mute and os.path.lexists(beside):
            raise AlreadyExists(str(beside))
        cut = cut_by_index(
            file,
            _span(start, end),
            to=output,
            track=track,
            channel=channels,
            mute=spans,
            cancelled=cancelled,
        )
        made = cut.clip
        document = asdict(
            made, filter=lambda field, _: field.name != "peaks", value_serializer=_jsonable
        ) | {"channel": made.channel}
        if mute:
            # Names only: the record goes where the clip goes, and no path of this computer with it.
            written = {"clip": {**document, "path": output.name}, "recording": file.name}
            beside.write_text(json.dumps(written, indent=2) + "\n", "utf-8", newline="\n")
    if as_json:
        echo_json({"ok": True, "clip": document, "index": cut.index})
    else:
        print_clip(made, source=file, shown_path=output, index=cut.index)
        if mute:
            click.echo(f"What was muted is recorded in {beside}. Keep it with the clip.")


def _muted(text: str) -> Span:
    """Return the span of one --mute, such as "0:11.2-0:11.9"."""
    start, dash, end = text.partition("-")
    if not dash:
        msg = f'"{text}" is not two times with a dash between, such as 0:11.2-0:11.9.'
        raise click.BadParameter(msg, param_hint="--mute")
    return _span(start, end, options=("--mute", "--mute"))


def _span(start: str, end: str, *, options: tuple[str, str] = ("--from", "--to")) -> Span:
    """Return the span between two times as they were typed."""
    from evidencekit.model.timecode import Span, parse_media_time

    times = []
    for option, text in zip(options, (start, end), strict=True):
        try:
            times.append(parse_media_time(text.strip()))
        except ValueError as error:
            msg = f"{error}."
            raise click.BadParameter(msg, param_hint=option) from error
    return Span(start_ms=times[0], end_ms=times[1])


def _jsonable(_instance: object, _field: object, value: object) -> object:
    return str(value) if isinstance(value, Path) else value
