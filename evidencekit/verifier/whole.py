# SPDX-License-Identifier: AGPL-3.0-or-later
"""Decode every recording again as a whole, and compare the digest of all its samples.

It is asked for (`full`), because it takes as long as intake did. A file that is the recorded one,
byte for byte, decodes to what was recorded if decoder and processor are the same: this shows that
it did, for recordings that have no clips, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.errors import Cancelled, DependencyMissing, EvidenceError, WorkerFailed
from evidencekit.model.clip import Decoder
from evidencekit.model.findings import Finding, Severity
from evidencekit.verifier.decoding import Decoded
from evidencekit.verifier.judging import is_same, judge_recording
from evidencekit.verifier.originals import Originals
from evidencekit.verifier.record import number, rows, table, text
from evidencekit.verifier.result import CLIPS, Checked, error, outcome
from evidencekit.verifier.workers import Job, Workers, size_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from concurrent.futures import Future
    from pathlib import Path

    from evidencekit.isolate import Isolate
    from evidencekit.model.progress import IsCancelled


@frozen(kw_only=True)
class WholeDecode:
    """What a decode of a whole recording gave."""

    samples_sha256: str
    sample_count: int
    decode_errors: int
    decoder: Decoder


def check_whole(
    root: Path,
    record: Mapping[str, Any],
    *,
    workers: Workers,
    recordings: Path | None,
    cancelled: IsCancelled | None = None,
) -> Checked:
    """Decode every recording of the record that is there, and compare all of its samples."""
    originals = Originals(root, record, recordings, cancelled=cancelled)
    listed = list(rows(record, "recordings"))
    sources = [originals.find(each) for each in listed]
    jobs = [
        _job(recording, source)
        for recording, source in zip(listed, sources, strict=True)
        if source is not None
    ]
    findings: list[Finding] = []
    same = 0
    with workers.doing(jobs) as decoding:
        begun = iter(decoding)
        for each, source in zip(listed, sources, strict=True):
            if source is None:
                message = f"was not decoded as a whole: it is not in the package{originals.where}"
                findings.append(_not_checked(each, message))
                continue
            found = list(_findings(each, next(begun)))
            same += not found
            findings += found
    message = f"{same} of {len(listed)} recordings decode to the very samples that were recorded"
    if len(listed) == 1:
        message = message.replace("recordings decode", "recording decodes")
    return outcome("samples", message if listed else "there are none", tuple(findings))


def _job(recording: Mapping[str, Any], source: Path) -> Job[WholeDecode]:
    track = max(number(table(recording, "measured"), "track"), 1)

    def decode(worker: Isolate) -> WholeDecode:
        return worker.call(decode_here, source, track)

    return Job(size=size_of(source), work=decode)


def _not_checked(recording: Mapping[str, Any], message: str) -> Finding:
    return error(
        "EK-V014",
        text(recording, "id"),
        message,
        group=CLIPS,
        severity=Severity.NOT_CHECKED,
    )


def _findings(recording: Mapping[str, Any], decoding: Future[WholeDecode]) -> Iterator[Finding]:
    """Yield what one recording's decode shows; nothing where it is all as recorded."""
    ident = text(recording, "id")
    try:
        decoded = decoding.result()
    except Cancelled:
        raise
    except (DependencyMissing, WorkerFailed) as failed:
        yield _not_checked(recording, f"was not decoded as a whole: {failed}")
        return
    except EvidenceError as failed:
        reason = getattr(failed, "reason", "could not be decoded")
        message = f"was decoded, says the record, and now it {reason}"
        yield error("EK-V010", ident, message, group=CLIPS)
        return
    # With clips, its length and its errors are judged with them.
    if not recording.get("clips"):
        counted = Decoded(
            sample_count=decoded.sample_count,
            decode_errors=decoded.decode_errors,
            decoder=decoded.decoder,
            clips=(),
        )
        yield from judge_recording(recording, counted)
    yield from _judge(recording, decoded)


def _judge(recording: Mapping[str, Any], decoded: WholeDecode) -> Iterator[Finding]:
    expected, found = text(recording, "samples_sha256"), decoded.samples_sha256
    recorded = table(table(recording, "measured"), "decoder")
    if found == expected:
        return
    if not expected:
        yield _not_checked(recording, "the record gives no digest of all its samples")
    elif is_same(recorded, decoded.decoder):
        yield error(
            "EK-V011",
            text(recording, "id"),
            "does not decode to the samples that were recorded, with the decoder that was recorded",
            group=CLIPS,
            expected=expected,
            found=found,
        )
    else:
        yield _not_checked(
            recording,
            "does not decode to the very samples that were recorded. They were of another decoder "
            f"or processor (here: {decoded.decoder}), and those may differ in the last bit or at "
            "the end; the clips were compared all the same",
        )


def decode_here(source: Path, track: int) -> WholeDecode:
    """Decode all of a track in this process, with the digest that intake takes."""
    from evidencekit.media.measure import index_recording

    index = index_recording(source, track=track)
    return WholeDecode(
        samples_sha256=index.samples_digest.value,
        sample_count=index.measurement.sample_count,
        decode_errors=index.measurement.decode_errors,
        decoder=index.measurement.decoder,
    )
