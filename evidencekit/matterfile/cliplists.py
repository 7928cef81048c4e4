# SPDX-License-Identifier: AGPL-3.0-or-later
"""Clips from the lists that other programs write: a table, Audacity's labels, an EDL, OTIO.

The content says which it is. All of a list becomes clips, or none of it: every line that cannot be
one is named. Times are exact; where a list counts frames or parts of a millisecond, the nearest
millisecond is taken, and of two the later. What comes out is for a person to look at and to paste
into the matter file, not for a build to take unseen.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from evidencekit.errors import MatterError, Problem
from evidencekit.matterfile import cliplist_edl, cliplist_otio, cliplist_tables
from evidencekit.matterfile.cliplist_parts import Listed, Rejected, frame_rate
from evidencekit.model.cliptext import as_title, clip_text
from evidencekit.model.recording import Clip
from evidencekit.model.timecode import Span, format_media_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

__all__ = ["clips_toml", "read_clip_list"]

_MOST_BYTES = 16 * 1024 * 1024
_MOST_CLIPS = 1000


def read_clip_list(
    path: Path, *, fps: str | None = None, source: str | None = None, starts_at: str | None = None
) -> tuple[Clip, ...]:
    """Return the clips that the list at *path* names, in its order and each once.

    *fps* is how many frames a second an EDL counts ("25", "29.97", "30000/1001"). *source* is the
    reel or file whose passages are wanted, if the list takes from several. *starts_at* is the
    timecode of that source's first frame, where an EDL does not count from zero.

    Raises:
        MatterError: with every line that cannot be a clip, or why the list as a whole cannot be
            read.
    """
    shown = path.name
    text = _text(path, shown)
    try:
        rows = _rows(text, fps=fps, starts_at=starts_at)
        listed = [each for each in rows if isinstance(each, Listed)]
        problems = [each.problem() for each in rows if isinstance(each, Rejected)]
        problems += _several_sources(listed, source)
    except ValueError as error:
        raise _unreadable(shown, str(error)) from None
    wanted = [each for each in listed if source is None or each.is_from(source)]
    problems += [problem for each in wanted if (problem := _reversed(each))]
    if not problems and not wanted:
        raise _unreadable(shown, "it names no passage that could be a clip")
    if len(wanted) > _MOST_CLIPS:
        raise _unreadable(shown, f"it names more than {_MOST_CLIPS} clips")
    if problems:
        raise MatterError(shown, sorted(problems, key=lambda each: each.line or 0))
    return tuple(_clip(each) for each in _once(wanted))


def clips_toml(recording_id: str, clips: Sequence[Clip]) -> str:
    """Return *clips* as text to paste into the matter file."""
    return "\n\n".join(
        clip_text(
            recording_id,
            title=clip.title,
            start_ms=clip.span.start_ms,
            end_ms=clip.span.end_ms,
        )
        for clip in clips
        if clip.span is not None
    )


def _unreadable(shown: str, message: str) -> MatterError:
    return MatterError(shown, (Problem(pointer="", message=message),))


def _text(path: Path, shown: str) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its name cannot be one"
        raise _unreadable(shown, f"cannot be opened: {reason}") from None
    if len(data) > _MOST_BYTES:
        raise _unreadable(shown, f"is larger than {_MOST_BYTES // 1024**2} MB")
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable(shown, "is not text in UTF-8. Save it as such") from None


def _rows(text: str, *, fps: str | None, starts_at: str | None) -> list[Listed | Rejected]:
    """Return what each line is, read by the one format that the content is of.

    Raises:
        ValueError: if it is of none, or the EDL's frame rate is missing or none.
    """
    if cliplist_otio.recognise(text):
        return cliplist_otio.read(text)
    if cliplist_edl.recognise(text):
        if fps is None:
            msg = "an EDL counts frames: say how many there are in a second, such as 25 or 29.97"
            raise ValueError(msg)
        return cliplist_edl.read(text, rate=frame_rate(fps), starts_at=starts_at)
    if cliplist_tables.recognise_labels(text):
        return cliplist_tables.read_labels(text)
    if cliplist_tables.recognise_table(text):
        return cliplist_tables.read_table(text)
    msg = (
        "is no list of clips that is known here: a table with a header of title, from and to, "
        "labels from Audacity, an EDL, or OpenTimelineIO"
    )
    raise ValueError(msg)


def _several_sources(listed: Sequence[Listed], source: str | None) -> list[Problem]:
    if source is not None:
        if listed and not any(each.is_from(source) for each in listed):
            msg = "takes nothing from the source that was named"
            raise ValueError(msg)
        return []
    count = len({each.source for each in listed})
    if count < 2:  # noqa: PLR2004  several
        return []
    # The names of sources may be people's, and stay where they are.
    other = next(each for each in listed if each.source != listed[0].source)
    where = f", the second from line {other.line} on" if other.line is not None else ""
    message = (
        f"takes from {count} sources{where}, and a clip belongs to one recording. Choose one with "
        "--source (source=), by the name that the list gives it"
    )
    return [Problem(pointer="", message=message)]


def _reversed(listed: Listed) -> Problem | None:
    if listed.end_ms > listed.start_ms:
        return None
    kind = "is of no length" if listed.start_ms == listed.end_ms else "ends before it starts"
    start, end = format_media_time(listed.start_ms), format_media_time(listed.end_ms)
    return Rejected(
        line=listed.line, reason=f"{start} to {end} {kind}", place=listed.place
    ).problem()


def _once(listed: Iterable[Listed]) -> list[Listed]:
    """Return each passage once: editors list the same one for picture and for every channel."""
    found: dict[tuple[str, int, int], Listed] = {}
    for each in listed:
        found.setdefault((each.title, each.start_ms, each.end_ms), each)
    return list(found.values())


def _clip(listed: Listed) -> Clip:
    title = as_title(listed.title) or f"Passage at {format_media_time(listed.start_ms)}"
    return Clip(title=title, span=Span(start_ms=listed.start_ms, end_ms=listed.end_ms))
