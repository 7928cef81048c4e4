# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the formats share that are lines of text with a time somewhere: heads, and words below.

Words above the first head, and a program's own closing line, are no cue: they are counted and
reported as text without times.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.transcript.assemble import Raw

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Head", "cues_below"]

_CLOSING = re.compile(r"[ \t]*Transcribed by https?://otter\.ai/?[ \t]*", re.IGNORECASE)


@frozen(kw_only=True)
class Head:
    """A line that begins a cue; `words` are those that stand on it."""

    at: int
    start_ms: int | None
    end_ms: int | None = None
    speaker: str | None = None
    words: str = ""


def cues_below(lines: Sequence[str], heads: Sequence[Head]) -> list[Raw]:
    """Return the cues that *heads* begin."""
    apart = [at for at, line in enumerate(lines) if _CLOSING.fullmatch(line)]
    lines = ["" if at in set(apart) else line for at, line in enumerate(lines)] if apart else lines
    raws = _untimed(lines, 0, heads[0].at if heads else len(lines))
    for index, head in enumerate(heads):
        end = heads[index + 1].at if index + 1 < len(heads) else len(lines)
        text = "\n".join([head.words, *lines[head.at + 1 : end]])
        raws.append(
            Raw(
                text=_without_blank_edges(text),
                start_ms=head.start_ms,
                end_ms=head.end_ms,
                speaker=head.speaker,
                line=head.at + 1,
            )
        )
    raws.extend(Raw(text="", untimed=True, line=at + 1) for at in apart)
    return raws


def _untimed(lines: Sequence[str], start: int, end: int) -> list[Raw]:
    spoken = [at for at in range(start, end) if lines[at].strip()]
    if not spoken:
        return []
    text = "\n".join(lines[start:end]).strip()
    return [Raw(text=text, untimed=True, line=spoken[0] + 1)]


def _without_blank_edges(text: str) -> str:
    kept = [line.strip() for line in text.split("\n")]
    while kept and not kept[0]:
        kept.pop(0)
    while kept and not kept[-1]:
        kept.pop()
    return "\n".join(kept)
