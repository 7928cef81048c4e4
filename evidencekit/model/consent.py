# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who was asked, who agreed, who knew: a list of dated events a person, as the declarant told them.

Agreeing to be recorded, knowing of a recording, and agreeing to its use in evidence are three
questions and are kept apart. Nothing is inferred: what nobody said is absent.
"""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

from evidencekit.model.moment import Moment


class ConsentStatus(StrEnum):
    """What happened about being recorded."""

    MADE_THE_RECORDING = "made the recording"
    AGREED = "agreed"
    AGREED_WITH_CONDITIONS = "agreed with conditions"
    REFUSED = "refused"
    ASKED_NO_ANSWER = "asked, no answer"
    NOT_ASKED = "not asked"
    WITHDREW = "withdrew"
    NOT_KNOWN = "not known"
    LEFT_THE_MESSAGE = "left the message"
    TOLD_IT_WAS_RECORDED = "told it was recorded"
    MENTIONED_ONLY = "mentioned only"
    HEARD = "heard"


class Knew(StrEnum):
    """Whether a person knew that a recording was made."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not known"


class UseStatus(StrEnum):
    """What happened about using the recording in evidence, which is another question."""

    AGREED = "agreed"
    AGREED_WITH_CONDITIONS = "agreed with conditions"
    REFUSED = "refused"
    ASKED_NO_ANSWER = "asked, no answer"
    NOT_ASKED = "not asked"
    WITHDREW = "withdrew"
    NOT_KNOWN = "not known"


def optional_moment(value: object) -> Moment | None:
    """Return None for None, and a `Moment` for anything `Moment.of` takes."""
    return None if value is None else Moment.of(value)  # type: ignore[arg-type]


@frozen(kw_only=True)
class ConsentEvent:
    """One event. All text is printed as told.

    `evidence` is a document's id. `terms` are the conditions, verbatim. `at` is a time in the
    recording (m:ss.mmm) and `then` says whether it "stopped" or "went on", both for `withdrew`.
    `parent_said` is what anyone with parental responsibility said, for `heard`. `service` is who
    or what said that it was recording, for `told it was recorded`.
    """

    status: ConsentStatus
    on: Moment | None = field(default=None, converter=optional_moment)
    how: str | None = None
    answered_by: str | None = None
    answered_for: str | None = None
    knew: Knew | None = None
    terms: str | None = None
    evidence: str | None = None
    basis: str | None = None
    at: str | None = None
    then: str | None = None
    parent_said: str | None = None
    service: str | None = None
    also_recorded: bool | None = None


@frozen(kw_only=True)
class Consent:
    """All that was told about one person's being recorded, in the order told."""

    person: str
    events: tuple[ConsentEvent, ...]


@frozen(kw_only=True)
class UseInEvidence:
    """What was told about one person and the use of the recording in evidence."""

    person: str
    status: UseStatus
    on: Moment | None = field(default=None, converter=optional_moment)
    how: str | None = None
    answered_by: str | None = None
    terms: str | None = None
    evidence: str | None = None
