# SPDX-License-Identifier: AGPL-3.0-or-later
"""Decode the recordings again and compare every clip with its range, sample for sample.

Each recording is decoded once, and several side by side. Where one is not in the package, its clips
are held against the digests that the record gives, which the clips' own sheets print.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from evidencekit.errors import Cancelled, DependencyMissing, EvidenceError, WorkerFailed
from evidencekit.model.findings import Finding, Severity
from evidencekit.model.timecode import SampleRange
from evidencekit.verifier.chosen import chosen_by
from evidencekit.verifier.clip_record import check_clip_records, name_of
from evidencekit.verifier.decoding import ClipToCompare, ComparedClip, Decoded, compare
from evidencekit.verifier.halves import Whole, compare_in_halves, may_have_halves
from evidencekit.verifier.judging import judge_clip, judge_recording
from evidencekit.verifier.originals import Originals
from evidencekit.verifier.record import inside, number, rows, table, text
from evidencekit.verifier.result import CLIPS, Checked, error, outcome
from evidencekit.verifier.wav import NotPlain, read_form, samples_sha256
from evidencekit.verifier.workers import Another, Job, Workers, size_of

if TYPE_CHECKING:
    from concurrent.futures import Future

    from evidencekit.isolate import Isolate
    from evidencekit.model.progress import IsCancelled


@frozen(kw_only=True)
class _Checking:
    """The package whose clips are checked, and what was found so far."""

    root: Path
    record: Mapping[str, Any]
    #: The digest of every file, by its name; waited for, because decoding need not wait for it.
    digests: Callable[[], Mapping[str, str]]
    originals: Originals
    findings: list[Finding] = field(factory=list)
    #: The verdict on each clip that was compared.
    verdicts: list[str] = field(factory=list)

    def add(self, code: str, subject: str, message: str, **more: Any) -> None:
        self.findings.append(error(code, subject, message, group=CLIPS, **more))


@frozen(kw_only=True)
class _Source:
    """A recording that is there, and its clips with what is to be compared of each."""

    recording: Mapping[str, Any]
    clips: Sequence[Mapping[str, Any]]
    path: Path
    tests: Sequence[tuple[Mapping[str, Any], ClipToCompare]]

    @property
    def size(self) -> int:
        """The size of its file in bytes."""
        return size_of(self.path)

    def decode(self, worker: Isolate, another: Another | None) -> Decoded:
        """Decode it in *worker*, and compare its clips; *another* makes a process to help."""
        measured = table(self.recording, "measured")
        track = max(number(measured, "track"), 1)
        tests = [test for _, test in self.tests]
        if another is None or not may_have_halves(self.path):
            return compare(worker, self.path, tests, track=track)
        whole = Whole(
            track=track,
            sample_count=number(measured, "sample_count"),
            decode_errors=number(measured, "decode_errors"),
        )
        return compare_in_halves(worker, another, self.path, tests, whole=whole)

    def job(self, another: Another | None) -> Job[Decoded]:
        """Return the work of decoding it."""
        return Job(size=self.size, work=lambda worker: self.decode(worker, another))


def check_clips(
    root: Path,
    record: Mapping[str, Any],
    digests: Callable[[], Mapping[str, str]],
    *,
    workers: Workers,
    recordings: Path | None,
    cancelled: IsCancelled | None = None,
) -> Checked:
    """Check every clip of the record: its file, its source, its samples.

    *digests* returns the digest of every file, and may take as long as hashing them does.
    Recordings are decoded in *workers*; *recordings* is a folder with those that are not here.
    """
    checking = _Checking(
        root=root,
        record=record,
        digests=digests,
        originals=Originals(root, record, recordings, cancelled=cancelled),
    )
    clips = list(rows(record, "clips"))
    checking.findings.extend(check_clip_records(record))
    with_clips = [
        (recording, own)
        for recording in rows(record, "recordings")
        if (own := [each for each in clips if text(each, "recording") == text(recording, "id")])
    ]
    sources = [_source(checking, recording, own) for recording, own in with_clips]
    jobs = _jobs([each for each in sources if each], workers)
    # Decoding takes the longest, and needs no digest of a file.
    with workers.doing(jobs) as decoding:
        for clip in clips:
            _check_viewing(checking, clip)
        begun = iter(decoding)
        for (recording, own), source in zip(with_clips, sources, strict=True):
            if source is None:
                _say_it_is_not_here(checking, recording, own)
            else:
                _check_recording(checking, source, next(begun))
    message = _message(checking, len(clips)) if clips else "there are none"
    return outcome("clips", message, tuple(checking.findings))


def _jobs(sources: Sequence[_Source], workers: Workers) -> list[Job[Decoded]]:
    """Return the work of decoding *sources*; the longest are helped by processors to spare."""
    spare = max(0, len(workers) - len(sources))
    helped = sorted(sources, key=lambda each: each.size, reverse=True)[:spare]
    return [each.job(workers.another if each in helped else None) for each in sources]


def _message(checking: _Checking, total: int) -> str:
    exact = checking.verdicts.count("equal")
    parts = [f"{exact} of {total} are the same samples as their recording"]
    if near := checking.verdicts.count("near"):
        parts.append(f"{near} the same within 1 of 32,768 (another decoder)")
    if any(each.severity is Severity.NOT_CHECKED for each in checking.findings):
        parts.append("not all could be checked")
    failures = sum(each.severity is Severity.ERROR for each in checking.findings)
    if failures:
        parts.append(f"{failures} problem{'' if failures == 1 else 's'}")
    elif exact == total:
        return f"{parts[0]} (decoders as recorded)"
    return "; ".join(parts)


def _source(
    checking: _Checking, recording: Mapping[str, Any], clips: Sequence[Mapping[str, Any]]
) -> _Source | None:
    """Return a recording with what is to be compared with it; None where it is not here."""
    path = checking.originals.find(recording)
    if path is None:
        return None
    tests = [(each, test) for each in clips if (test := _test(checking, each)) is not None]
    return _Source(recording=recording, clips=clips, path=path, tests=tests)


def _say_it_is_not_here(
    checking: _Checking, recording: Mapping[str, Any], clips: Sequence[Mapping[str, Any]]
) -> None:
    for each in clips:
        _file_is_sound(checking, each)
    where = checking.originals.where
    checking.add(
        "EK-V002",
        text(recording, "id"),
        f"the original is not in the package{where}, so its clips were held against the "
        "digests on their sheets and not against the recording. Use --recordings with the "
        "folder that holds it.",
        severity=Severity.NOT_CHECKED,
    )


def _check_recording(checking: _Checking, source: _Source, decoding: Future[Decoded]) -> None:
    ident = text(source.recording, "id")
    there = [_file_is_sound(checking, each) for each in source.clips]
    try:
        decoded = decoding.result()
    except Cancelled:
        raise
    except (DependencyMissing, WorkerFailed) as failed:
        message = f"was not compared: {failed}"
        checking.add("EK-V010", ident, message, severity=Severity.NOT_CHECKED)
        return
    except EvidenceError as failed:
        reason = getattr(failed, "reason", "could not be decoded")
        checking.add("EK-V010", ident, f"was decoded, says the record, and now it {reason}")
        for each in source.clips:
            message = f"could not be compared: its recording, {ident}, cannot be decoded"
            checking.add("EK-V010", name_of(each), message)
        return
    missing = [each for each, is_there in zip(source.clips, there, strict=True) if not is_there]
    results = [
        (clip, result)
        for (clip, _), result in zip(source.tests, decoded.clips, strict=True)
        if clip not in missing
    ]
    _judge(checking, source.recording, results, decoded)


def _judge(
    checking: _Checking,
    recording: Mapping[str, Any],
    results: Sequence[tuple[Mapping[str, Any], ComparedClip]],
    decoded: Decoded,
) -> None:
    checking.findings.extend(judge_recording(recording, decoded))
    for clip, result in results:
        verdict, finding = judge_clip(clip, recording, result, decoded)
        checking.verdicts.append(verdict)
        if finding is not None:
            checking.findings.append(finding)


def _check_viewing(checking: _Checking, clip: Mapping[str, Any]) -> None:
    """Compare a clip's viewing copy with its digest, which is all that can be said of it."""
    viewing = table(clip, "viewing_copy")
    if not viewing:
        return
    found = checking.digests().get(text(viewing, "file"))
    if inside(checking.root, text(viewing, "file")) is None or found is None:
        checking.add("EK-V033", name_of(clip), "its viewing copy is missing")
    elif found != text(viewing, "file_sha256"):
        checking.add(
            "EK-V034",
            name_of(clip),
            "its viewing copy is not the one recorded",
            expected=text(viewing, "file_sha256"),
            found=found,
        )


def _file_is_sound(checking: _Checking, clip: Mapping[str, Any]) -> bool:
    """Compare the clip's file with what the record says of it; False where there is none."""
    stored = text(clip, "file")
    found = checking.digests().get(stored)
    path = inside(checking.root, stored)
    if path is None or found is None:
        checking.add("EK-V003", name_of(clip), "its file is missing")
        return False
    if found != text(clip, "file_sha256"):
        checking.add(
            "EK-V004",
            name_of(clip),
            "its file is not the one recorded",
            expected=text(clip, "file_sha256"),
            found=found,
        )
    samples = table(clip, "samples")
    try:
        form = read_form(path)
        digest = samples_sha256(path, form)
    except NotPlain as reason:
        checking.add("EK-V024", name_of(clip), f"its file {reason}")
        return True
    expected = tuple(number(samples, each) for each in ("rate", "channels", "bits"))
    count = number(samples, "end") - number(samples, "first")
    if (form.rate, form.channels, form.bits, form.count) != (*expected, count):
        message = "its file is not of the form, or not of the length, that the record gives"
        checking.add(
            "EK-V024",
            name_of(clip),
            message,
            expected="{} a second, {} channels, {} bits, {} samples".format(*expected, count),
            found=f"{form.rate} a second, {form.channels} channels, {form.bits} bits, "
            f"{form.count} samples",
        )
    if digest != text(clip, "samples_sha256"):
        checking.add(
            "EK-V007",
            name_of(clip),
            "the digest recorded for its samples is another",
            expected=text(clip, "samples_sha256"),
            found=digest,
        )
    return True


def _test(checking: _Checking, clip: Mapping[str, Any]) -> ClipToCompare | None:
    """Return what is to be compared, or None where there is no file, or the range is none."""
    path = inside(checking.root, text(clip, "file"))
    if path is None:
        return None
    samples = table(clip, "samples")
    try:
        span = SampleRange(number(samples, "first"), number(samples, "end"))
    except ValueError:
        return None  # said of the record
    return ClipToCompare(
        path=path,
        samples=span,
        bits=number(samples, "bits"),
        channels=chosen_by(clip),
    )
