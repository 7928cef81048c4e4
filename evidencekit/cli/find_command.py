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
from evidencekit.cli.printing import echo_json
from evidencekit.cli.running import errors_as_exits

if TYPE_CHECKING:
    from evidencekit.model.matter import Matter
    from evidencekit.model.recording import TranscriptSource
    from evidencekit.transcript.find import FoundPlace

_FILE = click.Path(path_type=Path)
_WIDTH = 100
_as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON, for programs."
)


@click.command()
@click.argument("matter_file", metavar="MATTER", type=_FILE)
@click.argument("recording")
@click.argument("words")
@_as_json
def find(matter_file: Path, recording: str, words: str, as_json: bool) -> None:
    """Find where WORDS are spoken in RECORDING, by its transcript.

    RECORDING is its id in the matter file. Capitals and punctuation do not matter; the words may
    go on from one line of the transcript to the next. Each place is printed with the words around
    it, ready to be pasted into the matter file as a clip. Ends with code 1 if there is none.
    """
    with errors_as_exits(as_json=as_json):
        from evidencekit.custody.paths import inside
        from evidencekit.pipeline.checking import load_checked
        from evidencekit.transcript.find import find_places
        from evidencekit.transcript.read import read_transcript

        source = _transcript_of(load_checked(matter_file), recording, matter_file)
        path = inside(matter_file.parent, source.file)
        transcript = read_transcript(path, name=source.file, encoding=source.encoding)
        places = find_places(transcript, words)
    if as_json:
        shown = [_document(each, recording) for each in places]
        echo_json(
            {
                "ok": bool(places),
                "recording": recording,
                "transcript": source.file,
                "places": shown,
            }
        )
    else:
        _print_places(places, recording, source.file)
    if not places:
        sys.exit(Exit.FINDINGS)


def _transcript_of(matter: Matter, recording: str, path: Path) -> TranscriptSource:
    """Return where the recording's transcript is.

    Raises:
        MatterError: if there is no such recording, or the matter file names no transcript for it.
    """
    from evidencekit.errors import MatterError, Problem
    from evidencekit.matterfile.suggest import did_you_mean

    known = {each.id: each for each in matter.recordings}
    if recording not in known:
        meant = did_you_mean(recording, known)
        message = f'There is no recording "{recording}".{meant} There are: {", ".join(known)}'
        raise MatterError(str(path), (Problem(pointer="/recordings", message=message),))
    source = known[recording].transcript
    if source is None:
        problem = Problem(
            pointer=f"/recordings/{recording}",
            place=f"[recordings.{recording}]",
            message="names no transcript, so that there are no words to look in",
        )
        raise MatterError(str(path), (problem,))
    return source


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
