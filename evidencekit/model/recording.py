# SPDX-License-Identifier: AGPL-3.0-or-later
"""A recording as told, and the passages of it that are relied on."""

from __future__ import annotations

from attrs import field, frozen

from evidencekit.model.channels import chosen_channels, wrong_choice
from evidencekit.model.consent import Consent, UseInEvidence
from evidencekit.model.moment import Moment
from evidencekit.model.stated import Stated, as_told
from evidencekit.model.timecode import Span


def told_moment(value: object) -> Stated[Moment] | None:
    """Return a told moment from anything `Moment.of` takes; `Stated` and None stay as they are."""
    if value is None or isinstance(value, Stated):
        return value
    return as_told(Moment.of(value))  # type: ignore[arg-type]


def told_text(value: str | Stated[str] | None) -> Stated[str] | None:
    """Return told text from plain text; `Stated` and None stay as they are."""
    return as_told(value)


@frozen(kw_only=True)
class TranscriptSource:
    """Where a transcript is and who made it. Paths are relative to the matter's folder.

    `made_by` and `corrected_by` are people's ids or plain text; `speakers` maps a label of the
    transcript to a person's id, and only what it maps is mapped.
    """

    file: str
    made_by: str | None = None
    made_by_tool: str | None = None
    before_correction: str | None = None
    corrected_by: str | None = None
    language: str | None = None
    encoding: str | None = None
    speakers: tuple[tuple[str, str], ...] = ()


@frozen(kw_only=True)
class Clip:
    """A passage relied on: by its times (`span`), or by its words (`quote`).

    A quote's span is widened by `before_ms` and `after_ms`. `first_words` and `last_words` trim
    the printed excerpt and never the audio.
    """

    title: str
    span: Span | None = None
    quote: str | None = None
    before_ms: int = 0
    after_ms: int = 0
    first_words: str | None = None
    last_words: str | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse a clip with both times and quote, or with neither."""
        if (self.span is None) == (self.quote is None):
            msg = "a clip needs either its times (from, to) or a quote"
            raise ValueError(msg)


def _counts(_: object, attribute: object, value: int | None) -> None:
    if value is not None and value < 1:
        msg = f"{attribute.name} is counted from 1"  # type: ignore[attr-defined]
        raise ValueError(msg)


def _each_once(_: object, __: object, value: tuple[int, ...]) -> None:
    if wrong := wrong_choice(value):
        msg = f"a recording {wrong}"
        raise ValueError(msg)


@frozen(kw_only=True)
class Recording:
    """The bytes as received, and what was told about them. The file is never written to.

    `made_by` is a person's id or plain text. `whole` and `edited` are "yes", "no" or
    "not stated", each with ": " and an explanation if there is one; `whole_recording` is
    "served", "on request" or "withheld: " and the reason. `track` is the audio track that is
    relied on, from 1; None where none was chosen: the first. `channels` are the channels of it that
    clips hold, from 1 and in that order; none where nothing was chosen: all. They are given as
    `channel`, one number or several.
    """

    id: str
    file: str
    track: int | None = field(default=None, validator=_counts)
    channels: tuple[int, ...] = field(
        default=(), alias="channel", converter=chosen_channels, validator=_each_once
    )
    title: str | None = None
    recorded_at: Stated[Moment] | None = field(default=None, converter=told_moment)
    place: Stated[str] | None = field(default=None, converter=told_text)
    made_by: Stated[str] | None = field(default=None, converter=told_text)
    device: Stated[str] | None = field(default=None, converter=told_text)
    reason: Stated[str] | None = field(default=None, converter=told_text)
    whole: Stated[str] | None = field(default=None, converter=told_text)
    edited: Stated[str] | None = field(default=None, converter=told_text)
    copies: Stated[str] | None = field(default=None, converter=told_text)
    whole_recording: str | None = None
    transcript: TranscriptSource | None = None
    consent: tuple[Consent, ...] = ()
    use_in_evidence: tuple[UseInEvidence, ...] = ()
    clips: tuple[Clip, ...] = ()

    @property
    def used_track(self) -> int:
        """The audio track that is decoded: the one chosen, or the first."""
        return self.track or 1

    @property
    def shown_title(self) -> str:
        """The title, or the id where no title was given."""
        return self.title or self.id
