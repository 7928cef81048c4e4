# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a recording says of itself, as facts with the standing "file".

FFmpeg decides what the file is; mutagen is a second opinion, printed beside it. Where the two, the
file's name, its first bytes or its decoded length disagree, the disagreement is a fact of its own,
measured, and is not resolved. Only what bears on origin and time is read: not titles or artists,
which may name anybody, and not where a recording was made, of which only the presence is told.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import evolve, frozen
from av.stream import Disposition

from evidencekit.media.form import form_of
from evidencekit.media.kinds import kind_by_magic, kind_by_name, kind_of_container
from evidencekit.media.loudness import loudness
from evidencekit.media.opening import READER
from evidencekit.media.origins import origins, origins_apart
from evidencekit.media.second import SecondOpinion, second_opinion
from evidencekit.media.source import SoundReader
from evidencekit.media.timefacts import clock_facts, edit_facts
from evidencekit.model.clip import Fact
from evidencekit.model.stated import from_file, measured
from evidencekit.model.timecode import format_media_time

if TYPE_CHECKING:
    from pathlib import Path

    import av

    from evidencekit.media.form import SampleForm
    from evidencekit.model.clip import Measurement

_SOFTWARE = "evidencekit"
_DIFFERENCE_MS = 100


@frozen(kw_only=True)
class Claims:
    """What a file says of itself, and the lengths in it that a decode is held against."""

    facts: tuple[Fact, ...]
    header_ms: int | None
    second: SecondOpinion


def file_facts(path: Path) -> tuple[Fact, ...]:
    """Return what the file at *path* says of itself, always in the same order.

    Raises:
        RecordingUnreadable: if it cannot be opened as sound.
    """
    with SoundReader(path) as sound:
        return file_claims(sound).facts


def file_claims(sound: SoundReader) -> Claims:
    """Return what an opened recording says of itself."""
    second = second_opinion(sound.path)
    header_ms = _header_ms(sound)
    said = origins(sound.container.metadata, sound.stream.metadata)
    facts = (
        *_container_facts(sound, header_ms),
        *edit_facts(sound),
        *said,
        *second.facts,
        *_mislabelled(sound, second),
        *origins_apart(said),
    )
    return Claims(facts=facts, header_ms=header_ms, second=second)


def with_facts(found: Measurement, sound: SoundReader) -> Measurement:
    """Return a measurement with the facts that the file states, and those that the decode showed.

    *sound* has decoded its first block at least, so that its form is known.
    """
    claims = file_claims(sound)
    return evolve(found, facts=claims.facts + _measured_facts(found, form_of(sound), claims))


def _measured_facts(found: Measurement, form: SampleForm, claims: Claims) -> tuple[Fact, ...]:
    facts = [_measured("samples of a clip", f"{form.bits} bits: {form.rule}")]
    if found.decode_errors:
        packets = "1 packet" if found.decode_errors == 1 else f"{found.decode_errors} packets"
        facts.append(_measured("decode errors", f"{packets} could not be decoded"))
    facts += clock_facts(found)
    decoded_ms = found.length_ms
    said = (("header", claims.header_ms), ("second reading", claims.second.length_ms))
    for where, ms in said:
        if ms is not None and abs(ms - decoded_ms) > _DIFFERENCE_MS:
            facts.append(
                _measured(
                    f"disagreement: length, {where}",
                    f"{where}: {format_media_time(ms)}; decoded: {format_media_time(decoded_ms)}",
                )
            )
    facts += [_measured(name, words) for name, words in loudness(found)]
    return tuple(facts)


def _container_facts(sound: SoundReader, header_ms: int | None) -> list[Fact]:
    container = sound.container
    facts = [
        _read("container", f"{container.format.long_name} ({container.format.name})", "format"),
        _read("codec", f"{sound.codec_title} ({sound.codec_name})", "codec"),
    ]
    tracks = len(container.streams.audio)
    if tracks > 1:
        facts.append(_read("audio tracks", str(tracks), "streams"))
    others = sorted({_stream_type(each) for each in container.streams} - {"audio"})
    if others:
        facts.append(_read("besides sound", ", ".join(others), "streams"))
    if header_ms is not None:
        facts.append(_read("length in the header", format_media_time(header_ms), "duration"))
    start = sound.stream.start_time
    if start and sound.stream.time_base:
        ms = round(Fraction(start) * sound.stream.time_base * 1000)
        facts.append(_read("start time in the file", f"{ms} ms", "start_time"))
    return facts


def _stream_type(stream: av.stream.Stream) -> str:
    return "a picture" if stream.disposition & Disposition.attached_pic else str(stream.type)


def _header_ms(sound: SoundReader) -> int | None:
    """Return the duration of the file's header, or None where it has none or an absurd one."""
    duration = sound.container.duration
    return None if duration is None or duration < 0 else duration // 1000


def _mislabelled(sound: SoundReader, second: SecondOpinion) -> list[Fact]:
    """Compare what the content is with the name, the first bytes and the second opinion."""
    container = sound.container.format.name
    content = kind_of_container(container)
    facts: list[Fact] = []
    by_name = kind_by_name(sound.path)
    if by_name is not None and content not in by_name:
        facts.append(
            _measured(
                "disagreement: name",
                f"the name ends in {sound.path.suffix.lower()}; the content is {content}",
            )
        )
    with sound.path.open("rb") as file:
        by_magic = kind_by_magic(file.read(64))
    if by_magic is None or content not in by_magic:
        begins = "as no known kind does" if by_magic is None else f"as {' or '.join(by_magic)} does"
        facts.append(
            _measured(
                "disagreement: first bytes",
                f"the file begins {begins}; the content was read as {content}",
            )
        )
    if second.kind is not None and second.kind != content:
        facts.append(
            _measured(
                "disagreement: format",
                f"second reading: {second.kind}; the content was read as {content}",
            )
        )
    return facts


def _read(name: str, value: str, source: str) -> Fact:
    return Fact(name=name, stated=from_file(value, source=source, by=READER))


def _measured(name: str, value: str) -> Fact:
    return Fact(name=name, stated=measured(value, by=_SOFTWARE))
