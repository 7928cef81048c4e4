# SPDX-License-Identifier: AGPL-3.0-or-later
"""A recording decoded in two halves gives what one decode gives, or is decoded by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from attrs import evolve, field, frozen
from support_sound import decode, encode, sound, write_raw_wav, write_wav

from evidencekit.media import halves, joining
from evidencekit.media.compare import ClipComparison, ClipUnderTest, compare_clips
from evidencekit.media.form import form_of, integers_of
from evidencekit.media.halves import (
    Recorded,
    SecondHalf,
    compare_first_half,
    compare_second_half,
)
from evidencekit.media.joining import first_sample_of, place_to_join
from evidencekit.media.passing import Walk, blocks_of
from evidencekit.media.source import SoundReader
from evidencekit.model.timecode import SampleRange

RATE = 22_050
SECONDS = 24
PLAIN = {"aac_pns": "0"}
KINDS: dict[str, dict[str, Any]] = {
    "aac": {"codec": "aac", "codec_options": PLAIN},
    "noise substituted": {"codec": "aac", "bit_rate": 24_000},
    "alac": {"codec": "alac", "seconds": 60},
    "stereo": {"codec": "aac", "codec_options": PLAIN, "channels": 2},
}


@frozen(kw_only=True)
class Raced:
    """What a decode in two halves found, and how."""

    found: tuple[ClipComparison, ...]
    half: SecondHalf | None
    early: bool


@frozen(kw_only=True)
class Made:
    path: Path
    samples: np.ndarray = field(eq=False)

    def clip(self, start: int, end: int, *, change: int | None = None) -> ClipUnderTest:
        """Write a clip of a range; sample *change* of it is another."""
        part = self.samples[start:end].copy()
        if change is not None:
            part[change] ^= 4
        path = self.path.parent / f"{self.path.stem}-{start}-{end}-{change}.wav"
        span = SampleRange(start, end)
        if part.dtype == np.int16:
            write_wav(path, part, RATE)
            return ClipUnderTest(path=path, samples=span, bits=16)
        data = part.astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
        write_raw_wav(path, data, tag=1, bits=24, rate=RATE)
        return ClipUnderTest(path=path, samples=span, bits=24)

    @property
    def recorded(self) -> Recorded:
        return recorded_of(self.path)

    @property
    def join(self) -> int:
        """The number of the sample at which the halves meet."""
        with SoundReader(self.path) as reader:
            number = place_to_join(reader, least=0)
            assert number is not None
            first = first_sample_of(reader, number)
            assert first is not None
            return first


def recorded_of(path: Path) -> Recorded:
    with SoundReader(path) as reader:
        count = sum(each.count for each in reader.blocks())
        return Recorded(sample_count=count, decode_errors=reader.decode_errors)


def made(folder: Path, kind: str) -> Made:
    named = dict(KINDS[kind])
    channels = named.pop("channels", 1)
    seconds = named.pop("seconds", SECONDS)
    noise = sound(seconds, rate=RATE, channels=channels)
    path = encode(folder / f"{kind.replace(' ', '-')}.m4a", noise, rate=RATE, **named)
    return Made(path=path, samples=decode(path))


@pytest.fixture(scope="module", params=list(KINDS))
def any_kind(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made(tmp_path_factory.mktemp("kind"), request.param)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made(tmp_path_factory.mktemp("plain"), "aac")


def raced(
    path: Path,
    clips: list[ClipUnderTest],
    monkeypatch: pytest.MonkeyPatch,
    *,
    recorded: Recorded | None = None,
    half: SecondHalf | None = None,
) -> Raced:
    """Decode *path* in halves, the second of which is ready before the first begins."""
    early = []
    together = halves._together

    def noted(*given: Any) -> Any:
        early.append(1)
        return together(*given)

    monkeypatch.setattr(halves, "_together", noted)
    half = half or compare_second_half(path, clips, least=0)
    found = compare_first_half(
        path, clips, answer=lambda: half, recorded=recorded or recorded_of(path), least=0
    )
    monkeypatch.setattr(halves, "_together", together)
    return Raced(found=found, half=half, early=bool(early))


def clips_around(place: int, of: Made) -> list[ClipUnderTest]:
    """Return clips before, at, over and after a place, not in their order."""
    end = len(of.samples)
    spans = [
        (end - 5000, end),
        (place - 3000, place + 3000),
        (100, 6000),
        (place, place + 4000),
        (place - 4000, place),
        (place - 1, place + 1),
        (place + 1, place + 20_000),
    ]
    return [of.clip(*span) for span in spans]


def test_halves_find_what_one_decode_finds(any_kind: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    clips = clips_around(any_kind.join if "noise" not in any_kind.path.stem else 290_000, any_kind)
    found = raced(any_kind.path, clips, monkeypatch)
    assert found.found == compare_clips(any_kind.path, clips)
    assert all(each.equal for each in found.found)
    assert found.early == ("noise" not in any_kind.path.stem)


def test_sound_with_made_up_noise_is_left_to_the_one_decode_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noisy = made(tmp_path, "noise substituted")
    with SoundReader(noisy.path) as reader:
        number = place_to_join(reader, least=0)
        assert number is not None
        assert first_sample_of(reader, number) is None
    # Where the beginning does not show it, the clips or the place do.
    count = len(noisy.samples)
    clips = [noisy.clip(count - 9000, count - 1000)]
    first = joining.first_sample_of

    def blind(sound: SoundReader, number: int) -> int | None:
        first(sound, number)
        delay = 1024  # the encoder's, left out by the decoder
        return number * 1024 - delay

    monkeypatch.setattr(halves, "first_sample_of", blind)
    assert compare_second_half(noisy.path, clips, least=0) is None
    found = raced(noisy.path, clips, monkeypatch)
    assert found.found == compare_clips(noisy.path, clips)
    assert found.found[0].equal


@pytest.mark.parametrize("offset", [0, 1, 40_000])
def test_a_clip_of_a_decode_from_the_middle_is_not_taken_for_one_of_the_whole(
    tmp_path: Path, offset: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The noise that is made up differs in them, and nothing else does."""
    quiet = np.full((10 * RATE, 1), 1, np.int16)
    quiet[::50] = 900
    noise = sound(14, rate=RATE, seed=5)
    path = encode(tmp_path / "v.m4a", np.concatenate([quiet, noise]), rate=RATE, bit_rate=24_000)
    whole = Made(path=path, samples=decode(path))
    start = whole.join + offset
    forged = whole.samples.copy()
    with SoundReader(path) as reader:
        number = place_to_join(reader, least=0)
        assert number is not None
        first = first_sample_of(reader, number)
        packets = joining.go_to(reader, number)
        assert first == whole.join
        assert packets is not None
        reader.decode_errors = 0
        walk = Walk(reader, lambda _: None, packets=packets, first=first)
        wanted = SampleRange(first, len(forged))
        for block in blocks_of(walk, [wanted]):
            form = form_of(reader)
            forged[block.first : block.end] = integers_of(block, form, reader)
    assert not np.array_equal(forged, whole.samples)
    clip = evolve(whole, samples=forged).clip(start, start + 30_000)
    found = raced(path, [clip], monkeypatch)
    assert not found.found[0].equal
    assert found.found == compare_clips(path, [clip])
    assert found.half is None


@pytest.mark.parametrize("part", [20, 33, 50, 55, 71, 90, 97])
def test_wherever_the_halves_meet(plain: Made, part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "_FIRST_PART", part)
    end = len(plain.samples)
    spans = [(at, min(at + 30_000, end)) for at in range(0, end, 29_000)]
    clips = [plain.clip(*span) for span in spans]
    found = raced(plain.path, clips, monkeypatch)
    assert found.found == compare_clips(plain.path, clips)
    assert found.half is not None
    # The clip over the place may end so late that the whole is decoded before anything is asked.
    assert found.early or part >= 90


@pytest.mark.parametrize("offset", [-60_000, -1500, -500, 0, 500, 1500, 60_000])
@pytest.mark.parametrize("change", [0, 999])
def test_a_clip_that_differs_is_found_as_by_one_decode(
    plain: Made, offset: int, change: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = plain.join + offset
    clips = [plain.clip(50, 500), plain.clip(start, start + 1000, change=change)]
    found = raced(plain.path, clips, monkeypatch)
    assert found.found == compare_clips(plain.path, clips)
    assert [each.equal for each in found.found] == [True, False]
    assert found.found[1].first_difference == start + change
    # Only a clip that begins after the place keeps the second half from agreeing.
    assert found.early == (offset < 0)
    assert (found.half is None) == (offset >= 0)


def test_clips_that_are_missing_or_reach_beyond_the_end(
    plain: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = len(plain.samples)
    beyond = evolve(plain.clip(end - 900, end), samples=SampleRange(end - 900, end + 9))
    missing = evolve(plain.clip(0, 900), path=tmp_path / "none.wav")
    late = evolve(missing, samples=SampleRange(end - 900, end))
    for clips in ([beyond], [missing], [late], [missing, plain.clip(end - 900, end)]):
        found = raced(plain.path, clips, monkeypatch)
        assert found.found == compare_clips(plain.path, clips)


def test_without_a_clip_in_a_half(plain: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    for clips in ([plain.clip(10, 900)], [plain.clip(500_000, 500_900)]):
        found = raced(plain.path, clips, monkeypatch)
        assert found.found == compare_clips(plain.path, clips)
        assert found.early


@pytest.mark.parametrize(
    "wrong",
    [
        lambda half: evolve(half, sample_count=half.sample_count + 1),
        lambda half: evolve(half, decode_errors=1),
        lambda half: evolve(half, form=(8000, *half.form[1:])),
        lambda half: evolve(half, decoder=evolve(half.decoder, name="other")),
        lambda half: evolve(half, clips=()),
        lambda half: evolve(half, clips=((0, half.clips[0][1]),)),
        lambda half: evolve(half, clips=((1, evolve(half.clips[0][1], equal=False)),)),
        lambda half: evolve(half, run=evolve(half.run, first=half.run.first + 1)),
        lambda half: evolve(half, run=evolve(half.run, number=half.run.number + 1)),
        lambda half: evolve(half, run=evolve(half.run, packets=half.run.packets[:-1])),
        *(
            lambda half, at=at, name=name, value=value: evolve(
                half,
                run=evolve(
                    half.run,
                    packets=tuple(
                        evolve(each, **{name: value}) if number == at else each
                        for number, each in enumerate(half.run.packets)
                    ),
                ),
            )
            for at in (0, 7)
            for name, value in [
                ("pos", 1), ("pts", 1), ("checksum", 1), ("samples_sha256", ""), ("size", 1),
            ]
        ),
    ],
)  # fmt: skip
def test_a_second_half_that_does_not_fit_is_not_believed(
    plain: Made, wrong: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = len(plain.samples)
    clips = [plain.clip(50, 500), plain.clip(end - 3000, end - 100)]
    half = compare_second_half(plain.path, clips, least=0)
    assert half is not None
    assert raced(plain.path, clips, monkeypatch, half=half).early
    found = raced(plain.path, clips, monkeypatch, half=wrong(half))
    assert not found.early
    assert found.found == compare_clips(plain.path, clips)


def test_a_record_that_says_something_else_has_all_of_it_decoded(
    plain: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = [plain.clip(50, 500)]
    for other in (
        evolve(plain.recorded, sample_count=plain.recorded.sample_count - 1),
        evolve(plain.recorded, decode_errors=1),
    ):
        found = raced(plain.path, clips, monkeypatch, recorded=other)
        assert not found.early
        assert found.found == compare_clips(plain.path, clips)


def test_a_clip_seen_to_differ_is_not_called_equal_by_the_other_half(
    plain: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = plain.join + 500
    good, bad = plain.clip(start, start + 900), plain.clip(start, start + 900, change=3)
    across = plain.clip(start - 3000, start + 60_000)
    half = compare_second_half(plain.path, [across, good], least=0)
    assert half is not None
    found = raced(plain.path, [across, bad], monkeypatch, half=half)
    assert [each.equal for each in found.found] == [True, False]


def damaged(plain: Made, folder: Path, *, part: float, length: int) -> Path:
    """Change bytes of the packets from a part of the recording on."""
    path = folder / "damaged.m4a"
    data = bytearray(plain.path.read_bytes())
    with SoundReader(plain.path) as reader:
        entries = reader.stream.index_entries
        at = entries[int(len(entries) * part)].pos
    for place in range(at, at + length):
        data[place] ^= 0x5A
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("part", [0.1, 0.3, 0.54, 0.555, 0.8])
@pytest.mark.parametrize("length", [40, 4000])
def test_a_damaged_file_is_judged_as_by_one_decode(
    plain: Made, tmp_path: Path, part: float, length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = damaged(plain, tmp_path, part=part, length=length)
    end = len(plain.samples)
    clips = [plain.clip(50, 500), plain.clip(end - 3000, end - 100)]
    for recorded in (plain.recorded, recorded_of(path)):
        found = raced(path, clips, monkeypatch, recorded=recorded)
        assert found.found == compare_clips(path, clips)


@pytest.mark.parametrize("kept", [0.3, 0.56, 0.9])
def test_a_file_cut_short_is_judged_as_by_one_decode(
    tmp_path: Path, kept: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = encode(
        tmp_path / "a.m4a",
        sound(SECONDS, rate=RATE),
        rate=RATE,
        codec_options=PLAIN,
        options={"movflags": "faststart"},
    )
    of = Made(path=path, samples=decode(path))
    recorded = of.recorded
    clips = [of.clip(50, 500), of.clip(len(of.samples) - 3000, len(of.samples))]
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    for says in (recorded, recorded_of(path)):
        found = raced(path, clips, monkeypatch, recorded=says)
        assert found.half is None
        assert found.found == compare_clips(path, clips)


@pytest.mark.parametrize("at", [0.2, 0.5, 0.7])
@pytest.mark.parametrize("jump", [700, 200_000])
def test_stamps_that_jump_do_not_move_a_sample(
    plain: Made, tmp_path: Path, at: float, jump: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "jump.m4a"
    with av.open(str(plain.path)) as given, av.open(str(path), "w") as out:
        stream = given.streams.audio[0]
        to = out.add_stream_from_template(stream)
        number = len(stream.index_entries) * at
        for place, packet in enumerate(given.demux(stream)):
            if packet.dts is None:
                continue
            if place > number:
                packet.pts, packet.dts = packet.pts + jump, packet.dts + jump
            packet.stream = to
            out.mux(packet)
    of = Made(path=path, samples=decode(path))
    end = len(of.samples)
    clips = [of.clip(50, 500), of.clip(end - 3000, end - 100)]
    found = raced(path, clips, monkeypatch)
    assert found.found == compare_clips(path, clips)
    assert all(each.equal for each in found.found)
    assert not found.early


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.flac", "flac"), ("a.aac", "aac"), ("a.mov", "pcm_s16le"), ("a.mka", "aac")],
)
def test_only_files_with_a_table_of_packets_have_halves(
    tmp_path: Path, name: str, codec: str
) -> None:
    container = "adts" if name.endswith("aac") else None
    path = encode(tmp_path / name, sound(9, rate=RATE), rate=RATE, codec=codec, container=container)
    assert compare_second_half(path, [], least=0) is None


def test_short_recordings_have_no_halves(plain: Made) -> None:
    with SoundReader(plain.path) as reader:
        packets = len(reader.stream.index_entries)
    assert compare_second_half(plain.path, [], least=packets + 1) is None
    assert compare_second_half(plain.path, [], least=packets) is not None
    assert compare_second_half(plain.path, [], least=20_000) is None


def test_an_answer_that_comes_late_or_never_is_not_waited_for(plain: Made) -> None:
    end = len(plain.samples)
    clips = [plain.clip(50, 500), plain.clip(end - 3000, end - 100)]
    half = compare_second_half(plain.path, clips, least=0)
    asked = []

    def late() -> SecondHalf | None:
        asked.append(1)
        return half if len(asked) > 2 else None

    for answer in (late, lambda: None):
        found = compare_first_half(
            plain.path, clips, answer=answer, recorded=plain.recorded, least=0
        )
        assert found == compare_clips(plain.path, clips)
    assert len(asked) == 3
