# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a transcript says, and the part of it that belongs to a clip.

The transcript is a person's evidence. Cues are kept as they were written, in the order they were
written; what is odd about them is a finding, never a repair. Times are integer milliseconds.
"""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from evidencekit.model.findings import Finding


@frozen(kw_only=True)
class Word:
    """One word with its own times, where the format gives them."""

    text: str
    start_ms: int
    end_ms: int


@frozen(kw_only=True)
class Cue:
    """One cue as written.

    `number` counts the cues of the file from 1; `source_id` is the file's own id or number;
    `line` is the line of the file it starts on, from 1. A cue in which several voices speak is
    split by the reader into several `Cue` with the same `number`, in order. `end_inferred` is True
    where the format gives no end.
    """

    number: int
    start_ms: int
    end_ms: int
    text: str
    speaker: str | None = None
    source_id: str | None = None
    line: int | None = None
    words: tuple[Word, ...] = ()
    end_inferred: bool = False


@frozen(kw_only=True)
class Transcript:
    """A transcript as read. `cues_seen` counts what the file holds, read or not; `draft` names what
    made it, where the file says that it is a machine's draft and not checked.
    """

    path: str
    format: str
    cues: tuple[Cue, ...]
    cues_seen: int
    language: str | None = None
    findings: tuple[Finding, ...] = ()
    draft: str | None = None


class Edge(StrEnum):
    """Where a line of an excerpt stands against the clip's span."""

    INSIDE = "inside"
    CUT_AT_START = "cut at start"
    CUT_AT_END = "cut at end"
    CUT_AT_BOTH = "cut at both"
    BEFORE = "before"
    AFTER = "after"


@frozen(kw_only=True)
class ExcerptLine:
    """One numbered line of an excerpt.

    `number` counts the lines of the excerpt from 1 and is None for a context line (`BEFORE`,
    `AFTER`). `speaker` is the label as the transcript has it; `person` is the person's id where
    the matter maps the label. `outside_before` and `outside_after` are words of a cut cue known to
    lie outside the span (word times only), printed as outside. `words` are those of `text` with
    their own times, where the transcript gives such.
    """

    number: int | None
    start_ms: int
    end_ms: int
    text: str
    edge: Edge
    speaker: str | None = None
    person: str | None = None
    cue: int = 0
    outside_before: str = ""
    outside_after: str = ""
    words: tuple[Word, ...] = ()


@frozen(kw_only=True)
class Excerpt:
    """The words of a span, with one cue of context either side.

    `trimmed` is True where first_words or last_words left out words that the clip's audio has.
    """

    lines: tuple[ExcerptLine, ...]
    transcript_path: str
    trimmed: bool = False

    @property
    def numbered(self) -> tuple[ExcerptLine, ...]:
        """The lines that belong to the clip."""
        return tuple(line for line in self.lines if line.number is not None)
