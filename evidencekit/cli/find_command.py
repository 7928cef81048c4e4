# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands that help to choose clips: find, and clips-from.

Both print lines to paste into the matter file. They write nothing, and decide nothing: which
passages are relied on is for a person to say, who listened to them.
"""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click
from attrs import asdict

from evidencekit.cli.exits import Exit
from evidencekit.cli.options import MATTER_NAME
from evidencekit.cli.printing import echo_json
from evidencekit.cli.running import errors_as_exits
from evidencekit.model.printable import printable

if TYPE_CHECKING:
    from evidencekit.pipeline.words import WordsOf
    from evidencekit.transcript.find import FoundPlace

_FILE = click.Path(path_type=Path)
_WIDTH = 100
_as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON, for programs."
)


@click.command()
@click.argument("where", nargs=-1, required=True, metavar="[MATTER] RECORDING WORDS")
@click.option(
    "--transcript",
    type=_FILE,
    help="The transcript to look in, where RECORDING is a file. Without it, the one that the "
    "matter file names, or one of the same name beside the recording.",
)
@_as_json
def find(where: tuple[str, ...], transcript: Path | None, as_json: bool) -> None:
    """Find where WORDS are spoken in RECORDING, by its transcript.

    RECORDING is a file; or the id of one in the matter file, which is matter.toml in this folder if
    none is named. Capitals and punctuation do not matter; the words may go on from one line of the
    transcript to the next. Each place is printed with the words around it, ready to be pasted into
    the matter file as a clip. Ends with code 1 if there is none.

    \b
    Examples:
      evidencekit find visit.m4a "the nursery"
      evidencekit find matter.toml visit "the nursery"
    """  # noqa: D301 - \b is click's mark for lines to keep
    with errors_as_exits(as_json=as_json):
        from evidencekit.transcript.find import find_places

        words, source = _asked(where, transcript)
        places = find_places(source.read(), words)
    if as_json:
        shown = [_document(each, source.recording) for each in places]
        echo_json(
            {
                "ok": bool(places),
                "recording": source.recording,
                "transcript": source.shown,
                "places": shown,
            }
        )
    else:
        _print_places(places, source.recording, source.shown)
        if source.others:
            click.echo()
            others = ", ".join(printable(each, most=_WIDTH) for each in source.others)
            click.echo(f"Not looked in, and of a like name: {others}. Choose with --transcript.")
    if not places:
        sys.exit(Exit.FINDINGS)


def _asked(where: tuple[str, ...], transcript: Path | None) -> tuple[str, WordsOf]:
    """Return the words, and the transcript to look in.

    Raises:
        UsageError: if what was named is not two or three things that fit.
    """
    from evidencekit.pipeline.words import words_by_id, words_of_file

    *named, words = where
    if len(named) == 2 and transcript is None:  # noqa: PLR2004 - matter and recording
        return words, words_by_id(Path(named[0]), named[1])
    if len(named) != 1:
        msg = (
            "name the recording and the words in quotes, or the matter file, the recording's id "
            "and the words; --transcript goes with a recording's file alone"
        )
        raise click.UsageError(msg)
    recording = Path(named[0])
    if recording.suffix.lower() in (".toml", ".json"):
        msg = f"which words? evidencekit find {recording.name} RECORDING WORDS"
        raise click.UsageError(msg)
    here = Path(MATTER_NAME)
    is_file = recording.is_file() or recording.suffix or len(recording.parts) > 1
    if transcript is None and here.is_file() and not is_file:
        return words, words_by_id(here, named[0])
    return words, words_of_file(recording, transcript=transcript)


def _document(place: FoundPlace, recording: str) -> dict[str, Any]:
    return {**asdict(place), "toml": place.clip_toml(recording)}


def _print_places(places: tuple[FoundPlace, ...], recording: str, file: str) -> None:
    from evidencekit.model.timecode import format_media_time

    if not places:
        click.echo(f"These words are nowhere in {file}. Try fewer of them.")
        return
    count = "1 place" if len(places) == 1 else f"{len(places)} places"
    click.echo(f"{count} in {recording} ({file})")
    for number, each in enumerate(places, start=1):
        end = "?" if each.end_open else format_media_time(each.end_ms)
        cues = (
            f"cue {each.first_cue}"
            if each.first_cue == each.last_cue
            else f"cues {each.first_cue} to {each.last_cue}"
        )
        whole = "" if each.exact else "  (times of the whole cue)"
        speaker = f"  {each.speaker}" if each.speaker else ""
        click.echo()
        click.echo(f"{number}  {format_media_time(each.start_ms)} to {end}  {cues}{speaker}{whole}")
        after = each.after if each.after[:1] in ".,;:?!" else f" {each.after}"
        context = f"{each.before} »{each.text}«{after}".strip()
        indent = "   "
        click.echo(textwrap.fill(context, _WIDTH, initial_indent=indent, subsequent_indent=indent))
        click.echo()
        click.echo(each.clip_toml(recording))


@click.command("clips-from")
@click.argument("file", type=_FILE)
@click.option(
    "--recording",
    default="ID",
    show_default=True,
    help="The id of the recording that the clips are of, as the matter file has it.",
)
@click.option("--fps", help="For an EDL: frames in a second, such as 25, 29.97 or 30000/1001.")
@click.option("--source", help="The reel or file whose clips are wanted, if the list has several.")
@click.option(
    "--starts-at",
    metavar="TIMECODE",
    help="For an EDL: the timecode of the source's first frame, if it is not 00:00:00:00.",
)
@_as_json
def clips_from(
    file: Path,
    recording: str,
    fps: str | None,
    source: str | None,
    starts_at: str | None,
    as_json: bool,
) -> None:
    """Print the clips that FILE lists, to be pasted into the matter file.

    FILE is a table (.csv) with title, from and to, labels exported from Audacity, an edit decision
    list (.edl), or OpenTimelineIO (.otio). Its content says which.
    """
    with errors_as_exits(as_json=as_json):
        from evidencekit.matterfile.cliplists import clips_toml, read_clip_list

        clips = read_clip_list(file, fps=fps, source=source, starts_at=starts_at)
        text = clips_toml(recording, clips)
    if not as_json:
        click.echo(text)
        return
    listed = [
        {"title": clip.title, "start_ms": clip.span.start_ms, "end_ms": clip.span.end_ms}
        for clip in clips
        if clip.span is not None
    ]
    echo_json({"ok": True, "recording": recording, "clips": listed, "toml": text})
