# SPDX-License-Identifier: AGPL-3.0-or-later
"""What Teams gives outside of its own .vtt: times without padding, such as 0:0:6.90.

Either WebVTT with voices, or, as from Word, the times, a line with the speaker, and the words. The
plain text of the programming interface (Microsoft Graph) leaves out the speakers; it is refused,
because words of several people would be printed as if one had spoken.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evidencekit.errors import TranscriptError
from evidencekit.transcript.assemble import Raw, assemble
from evidencekit.transcript.content import Kind
from evidencekit.transcript.decode import split_lines
from evidencekit.transcript.markup import pieces
from evidencekit.transcript.times import TEAMS_TIME, looks_like_teams, teams_ms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evidencekit.model.transcript import Transcript

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "teams"
KIND = Kind.TEXT
_TIMINGS = re.compile(r"[ \t]*([^ \t]+)[ \t]*-->[ \t]*([^ \t]+)[ \t]*")
_MEANT_AS_TIME = re.compile(rf"-?{TEAMS_TIME.pattern}")
_SIGNATURE = re.compile(r"WEBVTT(?:[ \t].*)?")


def recognise(text: str) -> str | None:
    """Return why *text* is taken for Teams' text, or None."""
    if looks_like_teams(text):
        return "its times have an arrow between and no padding, as Teams writes them"
    return None


def read(text: str, name: str) -> Transcript:
    """Return the transcript that *text* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if it does not say who spoke, there are more cues than are read, or none
            of them can be read.
    """
    lines = split_lines(text.replace("\0", "\ufffd"))
    heads = [at for at, line in enumerate(lines) if _is_head(line)]
    blocks = [
        (at, [line for line in lines[at + 1 : end] if line.strip()])
        for at, end in zip(heads, [*heads[1:], len(lines)], strict=True)
    ]
    webvtt = _SIGNATURE.fullmatch(lines[0]) is not None
    spoken = [words for _, words in blocks if words]
    if webvtt:
        named = any(line.startswith("<v") for words in spoken for line in words)
    else:
        named = all(len(words) > 1 for words in spoken)
    if spoken and not named:
        msg = (
            "it does not say who spoke, as the plain text of Microsoft Graph does not. Download "
            "the transcript from the Teams meeting as .vtt or .docx"
        )
        raise TranscriptError(name, heads[0] + 1, msg)
    above = [at for at in range(heads[0]) if lines[at].strip() and not (webvtt and at == 0)]
    raws = [Raw(text=lines[above[0]], untimed=True, line=above[0] + 1)] if above else []
    for at, words in blocks:
        raws.extend(_voices(lines[at], at, words) if webvtt else [_cue(lines[at], at, words)])
    return assemble(raws, name=name, format_name=NAME)


def _is_head(line: str) -> bool:
    match = _TIMINGS.fullmatch(line)
    return match is not None and bool(
        _MEANT_AS_TIME.fullmatch(match[1]) or _MEANT_AS_TIME.fullmatch(match[2])
    )


def _times(line: str) -> tuple[int | None, int | None]:
    match = _TIMINGS.fullmatch(line)
    return (teams_ms(match[1]), teams_ms(match[2])) if match else (None, None)


def _cue(line: str, at: int, words: Sequence[str]) -> Raw:
    start, end = _times(line)
    return Raw(
        text="\n".join(words[1:]),
        start_ms=start,
        end_ms=end,
        speaker=words[0].strip() if words else None,
        line=at + 1,
    )


def _voices(line: str, at: int, words: Sequence[str]) -> Iterator[Raw]:
    """Yield a cue for each voice in it."""
    start, end = _times(line)
    by_voice: list[tuple[str | None, list[str]]] = []
    for piece in pieces("\n".join(words)):
        if by_voice and by_voice[-1][0] == piece.voice:
            by_voice[-1][1].append(piece.text)
        elif piece.text.strip() or piece.voice:
            by_voice.append((piece.voice, [piece.text]))
    for voice, parts in by_voice or [(None, [])]:
        yield Raw(
            text="".join(parts).strip(), start_ms=start, end_ms=end, speaker=voice, line=at + 1
        )
