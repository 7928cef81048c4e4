# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything read and cut, before any page is composed."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from attrs import frozen

from evidencekit.model.clip import (
    ClipFile,
    Fact,
    IndexState,
    Measurement,
    Still,
    ViewingCopy,
)
from evidencekit.model.custody import CustodyLog
from evidencekit.model.difference import TranscriptDifference
from evidencekit.model.digest import Digest
from evidencekit.model.matter import BundleOptions, Document, Matter
from evidencekit.model.recording import Clip, Recording
from evidencekit.model.transcript import Excerpt, Transcript


@frozen(kw_only=True)
class CutClip:
    """A clip as cut. `number` counts the clips of the bundle from 1, in printed order;
    `file_name` is its name in the folder of clips. Where the recording is a video, `viewing` is a
    copy of the passage to watch and `stills` are frames of it; `not_seen` says why there are none.
    """

    number: int
    recording: str
    clip: Clip
    file: ClipFile
    file_name: str
    excerpt: Excerpt | None = None
    levels: tuple[Fact, ...] = ()
    viewing: ViewingCopy | None = None
    stills: tuple[Still, ...] = ()
    not_seen: str | None = None

    @property
    def viewing_name(self) -> str:
        """The viewing copy's name in the folder of clips; empty where there is none."""
        return self.viewing.path.name if self.viewing else ""


@frozen(kw_only=True)
class ReadRecording:
    """A recording as measured, with its clips. `number` prints as R1, R2 ... in printed order.

    `size` is in bytes; `file_name` is its name in the folder of recordings. `difference` compares
    the transcript with the one before correction, where the matter names one. `samples_digest` is
    one digest of all decoded samples, and `index` says whether intake's index was used.
    """

    number: int
    recording: Recording
    file_name: str
    size: int
    digest: Digest
    measurement: Measurement
    samples_digest: Digest | None = None
    index: IndexState = IndexState.NOT_RECORDED
    transcript: Transcript | None = None
    difference: TranscriptDifference | None = None
    clips: tuple[CutClip, ...] = ()


#: What is found of a document that was damaged, and of which pages may be missing.
REPAIRED = "EK-P001"


class Outcome(StrEnum):
    """What became of an input. `BOUND_IN`, in a served copy alone: its pages are in the bundle and
    its file is not there.
    """

    INCLUDED = "included"
    WITHHELD = "withheld"
    PLACEHOLDER = "placeholder"
    LEFT_OUT = "left out"
    BOUND_IN = "bound in"


class Minuted(StrEnum):
    """What was seen of the words that a matter says a document has.

    `NOT_COMPARED`: the document is not bound in, or nobody looked.
    """

    FOUND = "found"
    NOT_FOUND = "not found"
    NO_TEXT = "the page has no text"
    NOT_COMPARED = "not compared"


@frozen(kw_only=True)
class InnerFile:
    """A file inside a document, by the name that the document gives it. `ending` is that of its
    name, as far as it is harmless; `path` is where it was written, if that was asked for.
    """

    name: str
    size: int
    sha256: str
    ending: str = ""
    path: Path | None = None


@frozen(kw_only=True)
class InnerSignature:
    """A digital signature in a document: "holds", "changed" or "not checked", and whether it covers
    the whole file.
    """

    outcome: str
    whole_file: bool | None = None


@frozen(kw_only=True)
class TakenFile:
    """What was seen of a file that was taken in, a document's or the signed statement's.

    `own_numbers` are the numbers that its pages had by themselves, one a page, or empty. `shrunk`
    are its pages that are shown smaller, and at how many thousandths of their size; `turned` those
    that were turned, and by how many degrees; `recognised` those whose words a machine read. `kind`
    is what the file was found to be. `codes` are those of what was seen on the way.
    """

    pages: int
    own_numbers: tuple[str | None, ...] = ()
    shrunk: tuple[tuple[int, int], ...] = ()
    turned: tuple[tuple[int, int], ...] = ()
    recognised: tuple[int, ...] = ()
    kind: str | None = None
    files: tuple[InnerFile, ...] = ()
    signatures: tuple[InnerSignature, ...] = ()
    codes: tuple[str, ...] = ()

    @property
    def is_repaired(self) -> bool:
        """Whether the file was damaged, and was repaired on reading."""
        return REPAIRED in self.codes


@frozen(kw_only=True)
class TakenDocument(TakenFile):
    """A document as taken in. `reason` says why a placeholder stands in its place."""

    document: Document
    outcome: Outcome
    reason: str | None = None


@frozen(kw_only=True)
class Material:
    """What the pages are composed from. Recordings are in printed order.

    `options` are the matter's, unless a bundle that was served before has other pages than those.
    `minuted` says of each disputed passage of the matter, in its order, whether its words were seen
    in the document. `signed_statement` is what was seen of the file that the matter names as that.
    """

    matter: Matter
    recordings: tuple[ReadRecording, ...] = ()
    documents: tuple[TakenDocument, ...] = ()
    log: CustodyLog = CustodyLog()
    software: str = "evidencekit"
    served_options: BundleOptions | None = None
    minuted: tuple[Minuted, ...] = ()
    signed_statement: TakenFile | None = None

    @property
    def options(self) -> BundleOptions:
        """What the bundle has that no court asks for."""
        return self.served_options or self.matter.bundle

    def minuted_at(self, place: int) -> Minuted:
        """Return what was seen of the disputed passage at *place*, counted from 0."""
        return self.minuted[place] if place < len(self.minuted) else Minuted.NOT_COMPARED

    @property
    def clips(self) -> tuple[CutClip, ...]:
        """All clips, in printed order."""
        return tuple(clip for recording in self.recordings for clip in recording.clips)

    def same_file(self, read: ReadRecording) -> tuple[ReadRecording, ...]:
        """Return the other recordings that are the same file, byte for byte."""
        return tuple(
            each for each in self.recordings if each is not read and each.digest == read.digest
        )

    def same_samples(self, read: ReadRecording) -> tuple[ReadRecording, ...]:
        """Return the recordings that are another file with the same sound, sample for sample."""
        return tuple(
            each
            for each in self.recordings
            if each.digest != read.digest
            and each.samples_digest is not None
            and each.samples_digest == read.samples_digest
        )

    def recording(self, recording_id: str) -> ReadRecording | None:
        """Return the recording with this id, or None."""
        return next((each for each in self.recordings if each.recording.id == recording_id), None)
