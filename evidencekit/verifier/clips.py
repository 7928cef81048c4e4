# SPDX-License-Identifier: AGPL-3.0-or-later
"""Decode the recordings again and compare every clip with its range, sample for sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.custody.digests import hash_file
from evidencekit.errors import EvidenceError
from evidencekit.media.compare import ClipComparison, ClipUnderTest, compare_clips
from evidencekit.model.findings import Finding, Severity
from evidencekit.model.progress import IsCancelled, raise_if_cancelled
from evidencekit.model.timecode import SampleRange
from evidencekit.verifier.record import inside, number, rows, table, text
from evidencekit.verifier.result import Checked, error, outcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_GROUP = "clips"
#: Another version of a decoder, or another processor, may round the last bit otherwise.
_LAST_BIT = 1


def check_clips(
    root: Path,
    record: Mapping[str, Any],
    digests: Mapping[str, str],
    *,
    recordings: Path | None,
    cancelled: IsCancelled | None = None,
) -> Checked:
    """Check every clip of the record: its file, its source, its samples."""
    clips = list(rows(record, "clips"))
    if not clips:
        return outcome("clips", "there are none", ())
    findings: list[Finding] = []
    exact = close = 0
    for recording in rows(record, "recordings"):
        ident = text(recording, "id")
        own = [each for each in clips if text(each, "recording") == ident]
        raise_if_cancelled(cancelled)
        if not own:
            continue
        source = _source(root, record, recording, recordings, findings)
        testable = [each for each in own if _file_is_as_recorded(root, each, digests, findings)]
        if source is None or not testable:
            continue
        equal, near = _compare(root, source, recording, testable, findings, cancelled)
        exact += equal
        close += near
    known = {text(each, "id") for each in rows(record, "recordings")}
    findings += [
        error("EK-V001", _name(each), "no recording of that id is listed", group=_GROUP)
        for each in clips
        if text(each, "recording") not in known
    ]
    return outcome("clips", _message(exact, close, len(clips), findings), tuple(findings))


def _message(exact: int, close: int, total: int, findings: list[Finding]) -> str:
    unchecked = sum(each.severity is Severity.NOT_CHECKED for each in findings)
    if exact == total:
        return f"{exact} of {total} are the same samples as their recording (decoders as recorded)"
    parts = [f"{exact} of {total} are the same samples as their recording"]
    if close:
        parts.append(f"{close} the same within 1 of 32,768 (another decoder)")
    if unchecked:
        parts.append("not all could be checked")
    return "; ".join(parts)


def _name(clip: Mapping[str, Any]) -> str:
    return f"clip {number(clip, 'number')}"


def _source(
    root: Path,
    record: Mapping[str, Any],
    recording: Mapping[str, Any],
    recordings: Path | None,
    findings: list[Finding],
) -> Path | None:
    """Find the recording: in the package, or by name and digest in the folder of *recordings*."""
    ident = text(recording, "id")
    found = next(
        (each for each in rows(record, "inputs") if text(each, "id") == text(recording, "input")),
        {},
    )
    stored = inside(root, text(found, "stored")) if text(found, "stored") else None
    if stored is not None:
        return stored
    if recordings is not None:
        for path in sorted(recordings.rglob("*")):
            same_size = path.is_file() and path.stat().st_size == number(recording, "size")
            if same_size and hash_file(path).sha256 == text(recording, "sha256"):
                return path
    where = "" if recordings is None else ", and no file with its digest is in the folder given"
    findings.append(
        Finding(
            code="EK-V002",
            severity=Severity.NOT_CHECKED,
            subject=ident,
            message=f"the original is not in the package{where}, so its clips were not compared. "
            "Use --recordings with the folder that holds it.",
            group=_GROUP,
        )
    )
    return None


def _file_is_as_recorded(
    root: Path, clip: Mapping[str, Any], digests: Mapping[str, str], findings: list[Finding]
) -> bool:
    """Compare the clip's file and its stated source with what the record says elsewhere."""
    stored = text(clip, "file")
    found = digests.get(stored)
    if inside(root, stored) is None or found is None:
        findings.append(error("EK-V003", _name(clip), "its file is missing", group=_GROUP))
        return False
    if found != text(clip, "file_sha256"):
        findings.append(
            error(
                "EK-V004",
                _name(clip),
                "its file is not the one recorded",
                group=_GROUP,
                expected=text(clip, "file_sha256"),
                found=found,
            )
        )
    return True


def _compare(
    root: Path,
    source: Path,
    recording: Mapping[str, Any],
    clips: list[Mapping[str, Any]],
    findings: list[Finding],
    cancelled: IsCancelled | None,
) -> tuple[int, int]:
    """Decode *source* once and compare; return how many clips are equal, and how many nearly."""
    tests = []
    tested = []
    for clip in clips:
        samples = table(clip, "samples")
        if text(clip, "source_sha256") != text(recording, "sha256"):
            findings.append(
                error(
                    "EK-V005",
                    _name(clip),
                    "names another source than its recording's digest",
                    group=_GROUP,
                    expected=text(recording, "sha256"),
                    found=text(clip, "source_sha256"),
                )
            )
        try:
            span = SampleRange(number(samples, "first"), number(samples, "end"))
        except ValueError:
            findings.append(
                error("EK-V006", _name(clip), "its range of samples is none", group=_GROUP)
            )
            continue
        tests.append(
            ClipUnderTest(
                path=root / text(clip, "file"), samples=span, bits=number(samples, "bits")
            )
        )
        tested.append(clip)
    try:
        results = compare_clips(source, tests, cancelled=cancelled)
    except EvidenceError as failed:
        findings.append(
            Finding(
                code="EK-V002",
                severity=Severity.NOT_CHECKED,
                subject=text(recording, "id"),
                message=f"could not be decoded here: {failed}",
                group=_GROUP,
            )
        )
        return 0, 0
    equal = near = 0
    for clip, result in zip(tested, results, strict=True):
        verdict = _judge(clip, recording, result, findings)
        equal += verdict == "equal"
        near += verdict == "near"
    return equal, near


def _judge(
    clip: Mapping[str, Any],
    recording: Mapping[str, Any],
    result: ClipComparison,
    findings: list[Finding],
) -> str:
    found = result.clip_digest.value if result.clip_digest else None
    if result.equal and found == text(clip, "samples_sha256"):
        return "equal"
    if result.equal:
        findings.append(
            error(
                "EK-V007",
                _name(clip),
                "the digest recorded for its samples is another",
                group=_GROUP,
                expected=text(clip, "samples_sha256"),
                found=found,
            )
        )
        return "error"
    if result.unreadable is not None:
        findings.append(
            error("EK-V003", _name(clip), f"its file {result.unreadable}", group=_GROUP)
        )
        return "error"
    recorded = table(clip, "decoder")
    same_decoder = text(recorded, "library_version") == result.decoder.library_version and text(
        recorded, "machine"
    ) == (result.decoder.machine)
    if result.length_matches and result.max_difference <= _LAST_BIT and not same_decoder:
        findings.append(
            Finding(
                code="EK-V008",
                severity=Severity.NOTE,
                subject=_name(clip),
                message=f"the same within 1 of 32,768: decoded by {result.decoder}, cut by "
                f"{text(recorded, 'name')} of {text(recorded, 'library')} "
                f"{text(recorded, 'library_version')}",
                group=_GROUP,
            )
        )
        return "near"
    findings.append(
        error(
            "EK-V009",
            _name(clip),
            f"does not hold the samples of {text(recording, 'id')} that it names: {_part(result)}",
            group=_GROUP,
            expected=text(clip, "samples_sha256"),
            found=result.recording_digest.value if result.recording_digest else None,
        )
    )
    return "error"


def _part(result: ClipComparison) -> str:
    """Say in words where clip and recording part."""
    if not result.form_matches:
        return "sample rate or channels differ"
    if result.first_difference is not None:
        return (
            f"they part at sample {result.first_difference}, by up to "
            f"{result.max_difference} of 32,768"
        )
    return f"the file has {result.clip_sample_count} samples, the range has others"
