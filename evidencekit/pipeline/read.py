# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read every recording and transcript, and cut every clip.

One recording is one piece of work: its transcript, the places of its quotes, all of its clips by
its index or in one decode, and the words of each. Where a clip's edges lie is decided before, so
that one pass is enough; only a quote widened past the end is cut again, when the end is known.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.custody.digests import FileDigest
from evidencekit.custody.paths import inside
from evidencekit.errors import QuoteNotUnique, RecordingUnreadable, SpanOutsideRecording
from evidencekit.model.clip import IndexState
from evidencekit.model.custody import CustodyLog, KeptIndex
from evidencekit.model.findings import Finding, Severity
from evidencekit.model.material import CutClip, ReadRecording
from evidencekit.model.recording import Clip, Recording
from evidencekit.model.timecode import parse_media_time
from evidencekit.package.names import clip_file_name, unique_names
from evidencekit.pipeline.disagreements import disagreements, index_findings, track_findings
from evidencekit.pipeline.intake import check_channel
from evidencekit.pipeline.watching import with_pictures
from evidencekit.pipeline.work import Task, run_all, unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Executor

    from evidencekit.media.known import KnownReading
    from evidencekit.model.difference import TranscriptDifference
    from evidencekit.model.matter import Matter
    from evidencekit.model.progress import IsCancelled, OnProgress
    from evidencekit.model.timecode import Span
    from evidencekit.model.transcript import Transcript

#: Longer than any recording: a quote's span is not known to overrun before the decode.
_NO_LIMIT_MS = 10**12
#: The facts that say how long a file takes itself to be.
_LENGTHS = frozenset({"length in the header", "length, second reading"})


@frozen(kw_only=True)
class Reading:
    """What one recording's work needs. `first_number` is the number of its first clip, `folder` is
    the matter's, and `index` what the custody log says of the recording's index.
    """

    recording: Recording
    number: int
    first_number: int
    path: Path
    transcript_path: Path | None
    before_path: Path | None
    digest: FileDigest
    folder: Path
    index: KeptIndex | None
    clips_folder: Path
    file_name: str
    viewing_copies: bool = True


@frozen(kw_only=True)
class Read:
    """What one recording's work gives."""

    recording: ReadRecording
    findings: tuple[Finding, ...]


def read_recordings(
    matter: Matter,
    *,
    folder: Path,
    digests: Mapping[str, FileDigest],
    log: CustodyLog,
    clips_folder: Path,
    viewing_copies: bool = True,
    executor: Executor | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> tuple[tuple[ReadRecording, ...], tuple[Finding, ...]]:
    """Read all recordings of *matter* and write their clips into *clips_folder*, with the copies to
    watch of videos if *viewing_copies*.

    Raises:
        RecordingUnreadable, TranscriptError, SpanError, QuoteNotUnique: as the recording deserves;
            SeveralErrors when several recordings fail.
    """
    tasks = []
    first_number = 1
    ordered = matter.recordings_in_order
    names = unique_names([Path(each.file).name for each in ordered])
    for number, (recording, name) in enumerate(zip(ordered, names, strict=True), start=1):
        source = recording.transcript
        reading = Reading(
            recording=recording,
            number=number,
            first_number=first_number,
            path=inside(folder, recording.file),
            transcript_path=inside(folder, source.file) if source else None,
            before_path=inside(folder, source.before_correction)
            if source and source.before_correction
            else None,
            digest=digests[recording.id],
            folder=folder,
            index=log.index_of(recording.id, track=recording.used_track),
            clips_folder=clips_folder,
            file_name=name,
            viewing_copies=viewing_copies,
        )
        first_number += len(recording.clips)
        tasks.append(
            Task(
                subject=recording.id,
                function=read_one,
                arguments=(reading,),
                failed=unreadable(recording),
            )
        )
    results: tuple[Read, ...] = run_all(
        tasks, stage="read", executor=executor, progress=progress, cancelled=cancelled
    )
    findings = tuple(finding for each in results for finding in each.findings)
    return tuple(each.recording for each in results), findings


def read_one(reading: Reading) -> Read:
    """Do one recording's work: what `read_recordings` says, for one of them."""
    from evidencekit.media.levels import levels
    from evidencekit.transcript.check import check_transcript
    from evidencekit.transcript.excerpt import excerpt
    from evidencekit.transcript.openend import closed

    recording = reading.recording
    transcript = _transcript(reading)
    known = _measure(reading, transcript)
    measurement, files = known.index.measurement, known.clips
    check_channel(recording, measurement)
    if transcript is not None:
        transcript = closed(transcript, length_ms=measurement.length_ms)
    source = recording.transcript
    cut = tuple(
        CutClip(
            number=reading.first_number + index,
            recording=recording.id,
            clip=clip,
            file=file,
            file_name=file.path.name,
            excerpt=excerpt(
                transcript,
                file.requested,
                speakers=dict(source.speakers),
                first_words=clip.first_words,
                last_words=clip.last_words,
                where=_where(recording, index),
            )
            if transcript is not None and source is not None
            else None,
            levels=levels(file.path),
        )
        for index, (clip, file) in enumerate(zip(recording.clips, files, strict=True))
    )
    cut, unseen = with_pictures(
        cut, reading.path, measurement=measurement, copies=reading.viewing_copies
    )
    findings = check_transcript(transcript, length_ms=measurement.length_ms) if transcript else ()
    return Read(
        recording=ReadRecording(
            number=reading.number,
            recording=recording,
            file_name=reading.file_name,
            size=reading.digest.size,
            digest=reading.digest.digest(),
            measurement=measurement,
            samples_digest=known.index.samples_digest,
            index=known.state,
            transcript=transcript,
            difference=_difference(reading, transcript),
            clips=cut,
        ),
        findings=(
            *disagreements(measurement, recording=recording.id),
            *unseen,
            *track_findings(measurement, recording=recording),
            *index_findings(known.state, measurement, known.before, recording=recording.id),
            *(transcript.findings if transcript else ()),
            *unchecked_draft(recording, transcript),
            *unmatched_speakers(recording, transcript),
            *findings,
        ),
    )


def unchecked_draft(recording: Recording, transcript: Transcript | None) -> tuple[Finding, ...]:
    """Say so where a transcript is a machine's draft that nobody is named for having corrected."""
    source = recording.transcript
    if source is None or transcript is None or transcript.draft is None or source.corrected_by:
        return ()
    return (
        Finding(
            code="EK-T035",
            severity=Severity.WARNING,
            subject=recording.id,
            message="its transcript is a machine's draft, and nobody is named who corrected it. "
            "Printed as such. Listen to each clip, correct the words, and name who did as "
            "corrected_by.",
            group="transcript",
        ),
    )


def unmatched_speakers(recording: Recording, transcript: Transcript | None) -> tuple[Finding, ...]:
    """Say so where a transcript names speakers and none of them is a person of the matter."""
    source = recording.transcript
    if source is None or transcript is None:
        return ()
    labels = {cue.speaker for cue in transcript.cues if cue.speaker}
    if not labels or labels & {label for label, _ in source.speakers}:
        return ()
    return (
        Finding(
            code="EK-T036",
            severity=Severity.WARNING,
            subject=recording.id,
            message="speakers are not matched to people: write "
            'speakers = { "what the transcript calls them" = "a person\'s id" } in its transcript. '
            "They are printed as the transcript has them.",
            group="transcript",
        ),
    )


def speakers_before(recording: Recording, path: Path) -> tuple[Finding, ...]:
    """Look at the transcript at *path* before anything is built, as `unmatched_speakers`.

    Raises:
        TranscriptError: if it cannot be read.
    """
    from evidencekit.transcript.read import read_transcript

    source = recording.transcript
    if source is None:
        return ()
    transcript = read_transcript(path, name=source.file, encoding=source.encoding)
    return unmatched_speakers(recording, transcript)


def _where(recording: Recording, index: int) -> str:
    return f"{recording.id} clip {index + 1}"


def _transcript(reading: Reading) -> Transcript | None:
    from evidencekit.transcript.read import read_transcript

    source = reading.recording.transcript
    if source is None or reading.transcript_path is None:
        return None
    return read_transcript(reading.transcript_path, name=source.file, encoding=source.encoding)


def _difference(reading: Reading, after: Transcript | None) -> TranscriptDifference | None:
    """Compare the transcript with the one before correction, where there is one."""
    from evidencekit.transcript.compare import compare_transcripts
    from evidencekit.transcript.read import read_transcript

    source = reading.recording.transcript
    if source is None or source.before_correction is None:
        return None
    if after is None or reading.before_path is None:
        return None
    before = read_transcript(reading.before_path, name=source.before_correction)
    return compare_transcripts(before, after)


def _measure(reading: Reading, transcript: Transcript | None) -> KnownReading:
    """Measure and cut; once more if a quote's span turned out to overrun the end."""
    try:
        return _cut_all(reading, transcript, _NO_LIMIT_MS)
    except SpanOutsideRecording as error:
        widened = any(
            clip.quote is not None and error.where == _where(reading.recording, index)
            for index, clip in enumerate(reading.recording.clips)
        )
        if not widened:
            raise _explained(reading, error) from error
        return _cut_all(reading, transcript, error.length_ms)


def _explained(reading: Reading, error: SpanOutsideRecording) -> SpanOutsideRecording:
    """Add another length of the file, where by that it would have held the span: the one by the
    version of the decoder that it was taken in with, or the one that the file itself gives.
    """
    from evidencekit.media.known import kept_index
    from evidencekit.media.probe import file_facts

    state, kept = kept_index(
        reading.folder,
        source_digest=reading.digest.digest(),
        recorded=reading.index,
        track=reading.recording.used_track,
    )
    taken_in_ms = kept.measurement.length_ms if kept else 0
    if state is IndexState.OTHER_DECODER and taken_in_ms >= error.end_ms:
        return SpanOutsideRecording(
            error.where, error.start_ms, error.end_ms, error.length_ms, None, taken_in_ms
        )
    said = [fact.stated.value for fact in file_facts(reading.path) if fact.name in _LENGTHS]
    header_ms = max(map(parse_media_time, said), default=0)
    if header_ms < error.end_ms:
        return error
    return SpanOutsideRecording(
        error.where, error.start_ms, error.end_ms, error.length_ms, header_ms
    )


def _cut_all(reading: Reading, transcript: Transcript | None, length_ms: int) -> KnownReading:
    from evidencekit.media.clips import Cut
    from evidencekit.media.known import read_known

    recording = reading.recording
    spans = [
        _span(recording, index, clip, transcript, length_ms)
        for index, clip in enumerate(recording.clips)
    ]
    cuts = [
        Cut(
            span=span,
            to=reading.clips_folder
            / clip_file_name(
                number=reading.first_number + index,
                title=recording.shown_title,
                span=span,
                ending=".wav",
            ),
            where=_where(recording, index),
            channels=recording.channels,
        )
        for index, span in enumerate(spans)
    ]
    try:
        return read_known(
            reading.path,
            source_digest=reading.digest.digest(),
            folder=reading.folder,
            recorded=reading.index,
            cuts=cuts,
            track=recording.used_track,
            subject=recording.id,
        )
    except RecordingUnreadable as error:
        raise type(error)(recording.file, error.reason) from error


def _span(
    recording: Recording,
    index: int,
    clip: Clip,
    transcript: Transcript | None,
    length_ms: int,
) -> Span:
    from evidencekit.transcript.quote import span_of_quote

    if clip.span is not None:
        return clip.span
    where = _where(recording, index)
    if transcript is None or clip.quote is None:
        raise QuoteNotUnique(where, ())
    return span_of_quote(
        transcript,
        clip.quote,
        before_ms=clip.before_ms,
        after_ms=clip.after_ms,
        length_ms=length_ms,
        where=where,
    )
