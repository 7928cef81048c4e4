# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keep indexes of recordings as files: `index/<sha256 of the recording>.ekindex`.

The file is a line that names its kind, a line of JSON (what was measured, lengths of the arrays),
the arrays, and the SHA-256 of everything before. The same recording and decoder give the same
bytes, whatever the recording's file is called: what its name, header and tags say is no part of it.
Its own SHA-256 shows damage. That nobody made it up is shown by the digest of the whole file that
the custody log holds; who has not compared that (`known`) believes nothing in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import uuid
from typing import TYPE_CHECKING, Any

import av
from attrs import asdict

from evidencekit.media.index import RecordingIndex
from evidencekit.model.clip import Decoder, Measurement, Peaks, TimeShift
from evidencekit.model.custody import index_name
from evidencekit.model.digest import Digest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_KIND = b"evidencekit/recording-index/1\n"
_SUM_SIZE = 32
LARGEST = 1 << 30
_ARRAYS = ("digests", "anchors", "low", "high")


def index_path(folder: Path, source_digest: Digest, *, track: int = 1) -> Path:
    """Return where the index of a recording is kept; *folder* is that of the custody log."""
    return folder / index_name(source_digest.value, track)


def save_index(index: RecordingIndex, path: Path) -> Path:
    """Write *index* to *path*, all of it or nothing, in place of what is there.

    Raises:
        OSError: if it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f".{uuid.uuid4().hex}.part"
    try:
        with temporary.open("xb") as file:
            for part in _parts(index):
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def load_index(path: Path, *, source_digest: Digest, track: int = 1) -> RecordingIndex | None:
    """Return the index kept at *path*, or None where there is none that can be used. Its
    measurement has no facts of the file: `probe.with_facts` reads them.

    It cannot be used if it is damaged, is of another recording or track than the one asked for, or
    was made by another version of the decoder or on another kind of machine.
    """
    try:
        if not path.is_file() or path.stat().st_size > LARGEST:
            return None
        found = read_index(path.read_bytes())
    except (OSError, ValueError):
        return None
    fits = found.source_digest == source_digest and found.track == track
    return found if fits and made_here(found) else None


def made_here(index: RecordingIndex) -> bool:
    """Return True if the decoder of *index* is of the version and kind of machine that run now."""
    decoder = index.measurement.decoder
    return (
        decoder.library == "av"
        and decoder.library_version == av.__version__
        and decoder.ffmpeg_version == av.ffmpeg_version_info
        and decoder.machine == platform.machine().lower()
    )


def index_bytes(index: RecordingIndex) -> bytes:
    """Return *index* as the bytes of its file."""
    return b"".join(_parts(index))


def _parts(index: RecordingIndex) -> Iterator[bytes]:
    """Yield what the file of *index* is made of, one after the other."""
    measurement = index.measurement
    arrays = (index.digests, index.anchors, measurement.peaks.low, measurement.peaks.high)
    head: dict[str, Any] = {
        "source": str(index.source_digest),
        "block_samples": index.block_samples,
        "planes": index.planes,
        "first_pts": index.first_pts,
        "bytes": [len(each) for each in arrays],
        "sample_rate": measurement.sample_rate,
        "channels": measurement.channels,
        "sample_count": measurement.sample_count,
        "decode_errors": measurement.decode_errors,
        "bucket_samples": measurement.peaks.bucket_samples,
        "track": measurement.track,
        "tracks": measurement.tracks,
        "decoder": asdict(measurement.decoder),
        "jumps": measurement.jumps,
        "skipped_samples": measurement.skipped_samples,
        "time_shifts": [[each.first, each.shift_ms] for each in measurement.time_shifts],
    }
    if measurement.average_level is not None:
        head["level_average"] = measurement.average_level
    line = json.dumps(head, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    hashed = hashlib.sha256()
    for part in (_KIND, line, *arrays):
        hashed.update(part)
        yield part
    yield hashed.digest()


def read_index(data: bytes) -> RecordingIndex:
    """Return the index whose file holds *data*, without facts of the recording's file.

    Raises:
        ValueError: if it is not an index, or not whole.
    """
    body, found = memoryview(data)[:-_SUM_SIZE], data[-_SUM_SIZE:]
    if not data.startswith(_KIND) or hashlib.sha256(body).digest() != found:
        msg = "not an index of a recording, or damaged"
        raise ValueError(msg)
    end = data.index(b"\n", len(_KIND)) + 1
    try:
        head = json.loads(data[len(_KIND) : end])
        arrays = _arrays(body[end:], head["bytes"])
        return RecordingIndex(
            source_digest=Digest.parse(head["source"]),
            measurement=_measurement(head, arrays),
            block_samples=head["block_samples"],
            planes=head["planes"],
            first_pts=head["first_pts"],
            digests=arrays["digests"],
            anchors=arrays["anchors"],
        )
    except (ArithmeticError, AttributeError, LookupError, TypeError) as error:
        msg = "an index of a recording that lacks something"
        raise ValueError(msg) from error


def _arrays(data: memoryview, lengths: list[int]) -> dict[str, bytes]:
    made: dict[str, bytes] = {}
    at = 0
    for name, length in zip(_ARRAYS, lengths, strict=True):
        made[name] = bytes(data[at : at + length])
        at += length
    if at != len(data) or min(lengths) < 0:
        msg = "an index whose parts do not fit together"
        raise ValueError(msg)
    return made


def _measurement(head: dict[str, Any], arrays: dict[str, bytes]) -> Measurement:
    return Measurement(
        sample_rate=head["sample_rate"],
        channels=head["channels"],
        sample_count=head["sample_count"],
        decoder=Decoder(**head["decoder"]),
        decode_errors=head["decode_errors"],
        peaks=Peaks(bucket_samples=head["bucket_samples"], low=arrays["low"], high=arrays["high"]),
        track=head["track"],
        tracks=head["tracks"],
        time_shifts=tuple(
            TimeShift(first=first, shift_ms=shift) for first, shift in head["time_shifts"]
        ),
        jumps=head["jumps"],
        skipped_samples=head["skipped_samples"],
        average_level=_whole(head.get("level_average")),
    )


def _whole(value: object) -> int | None:
    """Return a whole number; None where an index has none, as those have that are older."""
    if value is not None and type(value) is not int:
        msg = "not a whole number"
        raise TypeError(msg)
    return value
