# SPDX-License-Identifier: AGPL-3.0-or-later
"""A matter: everything that was told about the case, its people, recordings and documents."""

from __future__ import annotations

from attrs import field, frozen

from evidencekit.model.consent import optional_moment
from evidencekit.model.moment import Moment
from evidencekit.model.person import Person
from evidencekit.model.recording import Recording
from evidencekit.model.timecode import Span

SCHEMA = "evidencekit/matter/1"

#: The parts of a bundle that evidencekit writes, by the names a section's contents use.
GENERATED_PARTS = (
    "statement",
    "recordings",
    "clips",
    "consent",
    "custody",
    "coverage",
    "minutes comparison",
)


@frozen(kw_only=True)
class Permission:
    """Permission to rely on the recordings: asked for, decided, and where the order is."""

    applied_on: Moment | None = field(default=None, converter=optional_moment)
    by: str | None = None
    result: str | None = None
    decided_on: Moment | None = field(default=None, converter=optional_moment)
    order: str | None = None


@frozen(kw_only=True)
class Case:
    """The proceedings. `proceedings` picks the court profile: children, financial remedy, civil.

    `whose` says whose bundle it is; `agreed` is True only where somebody said it is agreed.
    """

    title: str
    court: str | None = None
    number: str | None = None
    proceedings: str | None = None
    profile: str | None = None
    hearing_on: Moment | None = field(default=None, converter=optional_moment)
    prepared_on: Moment | None = field(default=None, converter=optional_moment)
    prepared_by: str | None = None
    whose: str | None = None
    agreed: bool | None = None
    permission: Permission | None = None


@frozen(kw_only=True)
class OtherRecording:
    """A recording that is held and not relied on."""

    what: str
    reason: str | None = None


@frozen(kw_only=True)
class OtherRecordings:
    """Whether there are other recordings ("yes", "no", "not stated"), and which."""

    are_there_any: str | None = None
    listed: tuple[OtherRecording, ...] = ()


@frozen(kw_only=True)
class Document:
    """A document. `file` is relative to the matter's folder.

    It is bound in, unless `withheld` says why it must not leave.
    """

    id: str
    file: str
    title: str
    dated: Moment | None = field(default=None, converter=optional_moment)
    withheld: str | None = None


@frozen(kw_only=True)
class Comparison:
    """The passage of a recording that a minuted passage is compared with."""

    recording: str
    span: Span


@frozen(kw_only=True)
class Disputed:
    """A passage of a document, the declarant's words about it, and what to compare it with.

    `compare` is a passage of a recording, or words such as "no recording relied on".
    """

    document: str
    minuted: str
    my_words: str | None = None
    page: int | None = None
    compare: Comparison | str | None = None


@frozen(kw_only=True)
class Statement:
    """What the covering statement needs and only the declarant can say. `by` is a person's id.

    `words` are the declarant's own paragraphs, printed first and unaltered. `signed` is the path
    of a signed statement, which is bound in untouched.
    """

    by: str
    number: int = 1
    exhibit: str | None = None
    address: str | None = None
    occupation: str | None = None
    prepared_how: str | None = None
    words: tuple[str, ...] = ()
    signed: str | None = None


@frozen(kw_only=True)
class Transfer:
    """A change of hands before or after intake, as told."""

    what: tuple[str, ...]
    giver: str | None = None
    receiver: str | None = None
    on: Moment | None = field(default=None, converter=optional_moment)
    how: str | None = None
    told_by: str | None = None


@frozen(kw_only=True)
class Section:
    """A section of the bundle: its letter, title, and items (document ids and part names)."""

    letter: str
    title: str
    contents: tuple[str, ...] = ()


@frozen(kw_only=True)
class BundleOptions:
    """What a bundle has that no court asks for: a cover, and a page before each section."""

    cover: bool = False
    dividers: bool = False


@frozen(kw_only=True)
class Matter:
    """Everything told. Collections keep the order of the file; printing does not depend on it.

    `anonymise` holds (name or person id, replacement) pairs for other editions.
    """

    case: Case
    schema: str = SCHEMA
    timezone: str = "Europe/London"
    language: str = "en-GB"
    people: tuple[Person, ...] = ()
    recordings: tuple[Recording, ...] = ()
    other_recordings: OtherRecordings | None = None
    documents: tuple[Document, ...] = ()
    disputed: tuple[Disputed, ...] = ()
    statement: Statement | None = None
    custody: tuple[Transfer, ...] = ()
    sections: tuple[Section, ...] = ()
    bundle: BundleOptions = BundleOptions()
    anonymise: tuple[tuple[str, str], ...] = ()

    def person(self, person_id: str) -> Person | None:
        """Return the person with this id, or None."""
        return next((each for each in self.people if each.id == person_id), None)

    def recording(self, recording_id: str) -> Recording | None:
        """Return the recording with this id, or None."""
        return next((each for each in self.recordings if each.id == recording_id), None)

    def document(self, document_id: str) -> Document | None:
        """Return the document with this id, or None."""
        return next((each for each in self.documents if each.id == document_id), None)

    def name_of(self, who: str | None) -> str | None:
        """Return a person's name for an id; text that is no id is returned as it stands."""
        person = self.person(who) if who is not None else None
        return person.name if person else who

    @property
    def recordings_in_order(self) -> tuple[Recording, ...]:
        """The recordings in printed order: by time, words last, then by id."""

        def key(each: Recording) -> tuple[int, tuple[int, str, str], str]:
            if each.recorded_at is None:
                return (1, (1, "", ""), each.id)
            return (0, each.recorded_at.value.sort_key, each.id)

        return tuple(sorted(self.recordings, key=key))
