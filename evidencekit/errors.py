# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every error evidencekit raises on purpose.

An exception says "could not": what, where, and what to do next. (What was looked at and seen is a
`Finding`, not an exception.) Each error carries its facts as named attributes, compares by value
and survives pickling, so that it crosses a process pool whole. Errors name people by id, never by
name, because they end up in logs.

The rule that makes this work: a subclass passes all of its constructor's arguments, in order, to
`super().__init__`, and builds its text in `__str__` from the attributes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "AlreadyExists",
    "AssemblyError",
    "Cancelled",
    "ChainBroken",
    "ClipUnwritable",
    "CustodyError",
    "DependencyMissing",
    "DigestMismatch",
    "DocumentUnusable",
    "EvidenceError",
    "IntakeError",
    "KeyUnusable",
    "LayoutUnstable",
    "LimitExceeded",
    "LogBusy",
    "LogTorn",
    "MatterError",
    "ModelUnusable",
    "NoSpace",
    "NotAPackage",
    "NotTakenIn",
    "OutputError",
    "OutputNotOurs",
    "PackageSealed",
    "PathEscapes",
    "PdfUnreadable",
    "Problem",
    "QuoteNotUnique",
    "RecordingUnreadable",
    "SealError",
    "ServeRefused",
    "ServedItemChanged",
    "ServedRecordUnusable",
    "SeveralErrors",
    "SpanError",
    "SpanOutsideRecording",
    "SpanReversed",
    "TimestampFailed",
    "TrackMissing",
    "TranscriptError",
    "TypesettingFailed",
    "VerificationFailed",
    "WorkerFailed",
]


class EvidenceError(Exception):
    """The base of every error raised on purpose."""

    def __eq__(self, other: object) -> bool:
        """Compare by type and facts."""
        return type(self) is type(other) and self.args == other.args

    def __hash__(self) -> int:
        """Hash what equality compares; facts that cannot be hashed count by their text."""
        return hash((type(self), repr(self.args)))


@frozen(kw_only=True)
class Problem:
    """One thing wrong in a matter file.

    `pointer` is the JSON pointer (RFC 6901) of the value; `place` is how a person finds it, such
    as "[recordings.visit] consent.hale"; `line` counts from 1, and is None where there is none.
    """

    pointer: str
    message: str
    place: str = ""
    line: int | None = None

    def __str__(self) -> str:
        """Return place and message on one line."""
        return f"{self.place}: {self.message}" if self.place else self.message


class _AboutAPath(Exception):
    """What errors have in common whose `reason` goes on from the `path`."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(path, reason)


class MatterError(EvidenceError):
    """A matter file cannot be used; `problems` holds everything that is wrong with it."""

    def __init__(self, path: str, problems: Sequence[Problem]) -> None:
        self.path = path
        self.problems = tuple(problems)
        super().__init__(path, self.problems)

    def __str__(self) -> str:
        """List every problem, each with its line where it is known."""
        return "\n".join(
            f"{self.path}{'' if each.line is None else f':{each.line}'} {each}"
            for each in self.problems
        )


class IntakeError(_AboutAPath, EvidenceError):
    """A file cannot be taken in."""

    def __str__(self) -> str:
        """Say which file and why."""
        return f"{self.path} {self.reason}"


class RecordingUnreadable(IntakeError):
    """A recording cannot be decoded; `reason` continues a sentence that opens with the path."""


class ModelUnusable(_AboutAPath, EvidenceError):
    """A model for recognising speech cannot be used; `reason` goes on from the path."""

    def __str__(self) -> str:
        """Say which and why."""
        return f"{self.path} {self.reason}."


class TrackMissing(RecordingUnreadable):
    """A recording has no audio track, or no channel, of the number that was asked for, or a
    channel was asked for twice.
    """


class PathEscapes(IntakeError):
    """A path leaves the matter's folder, or goes through a link."""


class DigestMismatch(IntakeError):
    """A file is not the one whose digest was recorded first."""

    def __init__(
        self, path: str, expected: str, found: str, first_hashed_at: str | None = None
    ) -> None:
        self.path = path
        self.expected = expected
        self.found = found
        self.first_hashed_at = first_hashed_at
        EvidenceError.__init__(self, path, expected, found, first_hashed_at)

    def __str__(self) -> str:
        """Name both digests, and say how to go on."""
        when = f"{self.first_hashed_at}  " if self.first_hashed_at else ""
        return (
            f"{self.path} is not the file that was taken in.\n"
            f"  first hashed {when}sha256 {self.expected}\n"
            f"  now          sha256 {self.found}\n"
            "  Some programs rewrite tags on opening. Restore the first copy; if this is another "
            "recording, give\n  it an id of its own. Nothing was built."
        )


class NotTakenIn(IntakeError):
    """Recordings have no entry in the custody log yet; `recordings` holds their ids."""

    def __init__(self, recordings: Sequence[str]) -> None:
        self.recordings = tuple(recordings)
        EvidenceError.__init__(self, self.recordings)

    def __str__(self) -> str:
        """Name the recordings and the command that takes them in."""
        return (
            f"not taken in yet: {', '.join(self.recordings)}. "
            "Run intake first, so that the custody log holds their digests."
        )


class SpanError(EvidenceError):
    """A clip's times or words cannot be used. `where` names the clip, such as "visit clip 2"."""


class SpanReversed(SpanError):
    """A span ends where it starts, or before."""

    def __init__(self, where: str, start_ms: int, end_ms: int) -> None:
        self.where = where
        self.start_ms = start_ms
        self.end_ms = end_ms
        super().__init__(where, start_ms, end_ms)

    def __str__(self) -> str:
        """Give both times."""
        kind = "is of zero length" if self.start_ms == self.end_ms else "ends before it starts"
        return (
            f"{self.where}: the span {_clock(self.start_ms)} to {_clock(self.end_ms)} {kind}. "
            "Correct its times."
        )


class SpanOutsideRecording(SpanError):
    """A span reaches beyond the end of its recording.

    `header_ms` is the length that the file's header gives, where it gives a greater one;
    `taken_in_ms` the length by the version of the decoder that it was taken in with, where that
    held the span.
    """

    def __init__(
        self,
        where: str,
        start_ms: int,
        end_ms: int,
        length_ms: int,
        header_ms: int | None = None,
        taken_in_ms: int | None = None,
    ) -> None:
        self.where = where
        self.start_ms = start_ms
        self.end_ms = end_ms
        self.length_ms = length_ms
        self.header_ms = header_ms
        self.taken_in_ms = taken_in_ms
        super().__init__(where, start_ms, end_ms, length_ms, header_ms, taken_in_ms)

    def __str__(self) -> str:
        """Give the span and the recording's length."""
        way_on = (
            "Correct its times."
            if self.header_ms is None
            else f"The file's header says {_clock(self.header_ms)}: it may have been cut short on "
            "the way. Correct the times, or find a whole copy and give it an id of its own."
        )
        if self.taken_in_ms is not None:
            way_on = (
                f"It was {_clock(self.taken_in_ms)} long by the version of the decoder that it was "
                "taken in with. The file is the same: versions of FFmpeg differ in whether they "
                "leave out what an encoder adds at the end. End the clip no later than "
                f"{_clock(self.length_ms)}, or build with that version."
            )
        return (
            f"{self.where}: the span {_clock(self.start_ms)} to {_clock(self.end_ms)} reaches "
            f"beyond the recording, which is {_clock(self.length_ms)} long. {way_on}"
        )


class QuoteNotUnique(SpanError):
    """A quote occurs nowhere in the transcript, or more than once.

    `places` holds (start_ms, end_ms) of each; the quote itself stays in the matter file, because
    it may hold a protected name. `what` is the key that was searched for.
    """

    def __init__(self, where: str, places: Sequence[tuple[int, int]], what: str = "quote") -> None:
        self.where = where
        self.places = tuple(places)
        self.what = what
        super().__init__(where, self.places, what)

    def __str__(self) -> str:
        """List all places, so that the words can be made longer."""
        if not self.places:
            return (
                f"{self.where}: the words given as {self.what} were not found in the transcript. "
                "Copy them from it, or give from and to."
            )
        listed = "; ".join(f"{_clock(start)} to {_clock(end)}" for start, end in self.places)
        return (
            f"{self.where}: the words given as {self.what} occur {len(self.places)} times, at "
            f"{listed}. Give more of the words, or from and to."
        )


class TranscriptError(EvidenceError):
    """A transcript cannot be read. `line` counts from 1; 0 means the file as a whole."""

    def __init__(self, path: str, line: int, reason: str) -> None:
        self.path = path
        self.line = line
        self.reason = reason
        super().__init__(path, line, reason)

    def __str__(self) -> str:
        """Name the file, the line and the reason."""
        return f"{self.path}{f':{self.line}' if self.line else ''}: {self.reason}"


class CustodyError(EvidenceError):
    """The custody log cannot be used."""


class ChainBroken(CustodyError):
    """An entry of the custody log does not follow from the one before. `entry` counts from 1."""

    def __init__(self, entry: int, expected: str, found: str) -> None:
        self.entry = entry
        self.expected = expected
        self.found = found
        super().__init__(entry, expected, found)

    def __str__(self) -> str:
        """Say at which entry, and that nothing was written."""
        return (
            f"the custody log is broken at entry {self.entry}: expected {self.expected}, "
            f"found {self.found}. Restore the log from a copy. Nothing was written."
        )


class LogTorn(CustodyError):
    """The custody log ends in the middle of a line, as after a crash or a cut."""

    def __init__(self, path: str, offset: int, size: int) -> None:
        self.path = path
        self.offset = offset
        self.size = size
        super().__init__(path, offset, size)

    def __str__(self) -> str:
        """Say where the whole entries end."""
        return (
            f"{self.path}: the last {self.size} bytes, from byte {self.offset}, are not a whole "
            "entry. The next intake sets them aside in a file of their own and records that it did."
        )


class LogBusy(CustodyError):
    """Another process holds the custody log."""

    def __init__(self, path: str, seconds: int) -> None:
        self.path = path
        self.seconds = seconds
        super().__init__(path, seconds)

    def __str__(self) -> str:
        """Say how long was waited."""
        return (
            f"{self.path} was in use by another program for {self.seconds} seconds. "
            "Close it and run again. Nothing was written."
        )


class SealError(_AboutAPath, EvidenceError):
    """Something cannot be signed; `reason` continues a sentence that opens with the path."""

    def __str__(self) -> str:
        """Say what could not be signed, and that it was left alone."""
        return f"{self.path} {self.reason} Nothing was signed."


class KeyUnusable(SealError):
    """A key cannot sign, or cannot be read."""


class TimestampFailed(SealError):
    """A timestamp server gave no timestamp; `path` is its host, `reason` what it did."""


class AssemblyError(EvidenceError):
    """The bundle cannot be put together."""


class DocumentUnusable(AssemblyError):
    """A document cannot be bound in; `reason` continues a sentence that opens with the path."""

    def __init__(self, path: str, reason: str, item: str = "") -> None:
        self.path = path
        self.reason = reason
        self.item = item
        super().__init__(path, reason, item)

    def __str__(self) -> str:
        """Name the file, the reason and the way on."""
        unlocked = f"give its password (--password {self.item}=FILE), "
        way_on = (
            f" Name a copy that can be opened as file, "
            f"{unlocked if 'password' in self.reason else ''}"
            f"or use --placeholder {self.item} to print the reason in its place."
            if self.item
            else ""
        )
        return f"{self.path} {self.reason}.{way_on} Nothing was built."


class LimitExceeded(AssemblyError):
    """A limit of the court's or of this software is exceeded."""

    def __init__(self, limit: str, actual: str) -> None:
        self.limit = limit
        self.actual = actual
        super().__init__(limit, actual)

    def __str__(self) -> str:
        """Give limit and actual figure."""
        return f"the limit is {self.limit}; this is {self.actual}. Nothing was built."


class ServedItemChanged(AssemblyError):
    """An item of a served bundle is missing or changed."""

    def __init__(self, item: str, labels: str) -> None:
        self.item = item
        self.labels = labels
        super().__init__(item, labels)

    def __str__(self) -> str:
        """Name the item and its served labels."""
        return (
            f"{self.item}, served as {self.labels}, is missing or changed. What was served does "
            "not move: put it back, or serve a new item. Nothing was built."
        )


class ServedRecordUnusable(_AboutAPath, AssemblyError):
    """What was served is not on record as it must be; `reason` goes on from the path."""

    def __str__(self) -> str:
        """Say which file and why, and that it must come back."""
        return (
            f"{self.path} {self.reason}. What was served does not move: restore the file from a "
            "copy, such as that in the firm's last package. Nothing was built."
        )


class LayoutUnstable(AssemblyError):
    """Page numbers did not settle, because a page printed elsewhere changed a part's length."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        super().__init__(rounds)

    def __str__(self) -> str:
        """Say how often the pages were laid out."""
        return f"the page numbers did not settle after {self.rounds} layouts. Nothing was built."


class TypesettingFailed(AssemblyError):
    """A generated page cannot be set, for instance because no font has one of its characters."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)

    def __str__(self) -> str:
        """Pass on the typesetter's reason."""
        return f"the pages could not be set: {self.reason}. Nothing was built."


class OutputError(EvidenceError):
    """The result cannot be written."""


class OutputNotOurs(OutputError):
    """The output folder exists and is not a package, so it is left alone."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(path)

    def __str__(self) -> str:
        """Say what to choose instead."""
        return (
            f"{self.path} exists and is not an evidencekit package. It was left as it is. "
            "Choose another name for the output."
        )


class PackageSealed(OutputError):
    """The package that would be replaced is sealed, and the new one would not be.

    `kept_as` is the name that it would have beside the new one.
    """

    def __init__(self, path: str, kept_as: str) -> None:
        self.path = path
        self.kept_as = kept_as
        super().__init__(path, kept_as)

    def __str__(self) -> str:
        """Say what to choose."""
        return (
            f"{self.path} is sealed, and a new package in its place would be unsealed. It was left "
            "as it is. Nothing was built. Choose another name for the output (-o), or add "
            f'--replace-sealed, which keeps the sealed one as "{self.kept_as}".'
        )


class ServeRefused(OutputError):
    """A served copy would hold what must not leave.

    `hits` holds a pair for each thing found: what it is, by id, and where it was found. Neither
    holds a name.
    """

    def __init__(self, hits: Sequence[tuple[str, str]]) -> None:
        self.hits = tuple(hits)
        super().__init__(self.hits)

    def __str__(self) -> str:
        """List what was found, and say that nothing was handed over."""
        listed = "\n".join(f"  {what}, in {where}" for what, where in self.hits)
        return (
            f"the served copy would hold what must not leave:\n{listed}\nNothing was handed over."
        )


class ClipUnwritable(_AboutAPath, OutputError):
    """A clip cannot be written; `reason` continues a sentence that opens with the path."""

    def __str__(self) -> str:
        """Say which file and why."""
        return f"{self.path} {self.reason}. Nothing was written."


class AlreadyExists(OutputError):
    """A file that would be written is there already, and is left as it is."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(path)

    def __str__(self) -> str:
        """Say what to do about it."""
        return (
            f"{self.path} exists already. It was left as it is. "
            "Go on with it, or rename it and run again."
        )


class NoSpace(OutputError):
    """The disk has not enough room. Both figures are bytes."""

    def __init__(self, path: str, needed: int, free: int) -> None:
        self.path = path
        self.needed = needed
        self.free = free
        super().__init__(path, needed, free)

    def __str__(self) -> str:
        """Give both figures in MB."""
        return (
            f"{self.path} needs about {self.needed / 1e6:.1f} MB and the disk has "
            f"{self.free / 1e6:.1f} MB free. Nothing was written."
        )


class NotAPackage(_AboutAPath, EvidenceError):
    """A path that should be a package is not one."""

    def __str__(self) -> str:
        """Say why it is not one."""
        return f"{self.path} is not an evidencekit package: {self.reason}."


class DependencyMissing(EvidenceError):
    """An optional extra is not installed, or the *program* of this machine that it calls."""

    def __init__(self, extra: str, program: str = "") -> None:
        self.extra = extra
        self.program = program
        super().__init__(extra, program)

    def __str__(self) -> str:
        """Give the command that installs it, or name what to install."""
        if self.program:
            return f"this needs {self.program}, which was not found. Install it and run again."
        return f"this needs more software. Run: pip install 'evidencekit[{self.extra}]'"


class PdfUnreadable(_AboutAPath, EvidenceError):
    """A finished PDF cannot be looked at; `reason` goes on from the path."""

    def __str__(self) -> str:
        """Say which file and why."""
        return f"{self.path} {self.reason}."


class WorkerFailed(EvidenceError):
    """The process that reads files of others ended without a result; `reason` says how."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)

    def __str__(self) -> str:
        """Say how it ended."""
        return f"the process that reads this file {self.reason}"


class Cancelled(EvidenceError):
    """The work was cancelled by its caller. Nothing was left behind."""

    def __str__(self) -> str:
        """Say that nothing was left behind."""
        return "cancelled. Nothing was left behind."


class SeveralErrors(EvidenceError):
    """More than one input cannot be used; `errors` holds each, in the order of the inputs."""

    def __init__(self, errors: Sequence[EvidenceError]) -> None:
        self.errors = tuple(errors)
        super().__init__(self.errors)

    def __str__(self) -> str:
        """Give each error in full."""
        return "\n".join(str(each) for each in self.errors)


class VerificationFailed(EvidenceError):
    """A report holds failures. Raised only by `Report.raise_for_findings`."""

    def __init__(self, report: Any) -> None:
        self.report = report
        super().__init__(report)

    def __str__(self) -> str:
        """List the failures."""
        failures = self.report.failures
        return "\n".join([f"{len(failures)} failures", *(f"  {each}" for each in failures)])


def _clock(ms: int) -> str:
    """Write milliseconds as m:ss.mmm (model.timecode does the same, and knows this module)."""
    hours, rest = divmod(ms, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    seconds, millis = divmod(rest, 1000)
    head = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{head}:{seconds:02}.{millis:03}"
