# SPDX-License-Identifier: AGPL-3.0-or-later
"""Clips cut out of recordings."""

from __future__ import annotations

import errno
import hashlib
import pickle
import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support_sound import (
    decode,
    encode,
    ffmpeg_decode,
    left_in,
    needs_ffmpeg,
    read_wav,
    sound,
    write_raw_wav,
    write_wav,
)

from evidencekit.errors import (
    Cancelled,
    ClipUnwritable,
    NoSpace,
    RecordingUnreadable,
    SpanOutsideRecording,
    SpanReversed,
)
from evidencekit.media import clipfile
from evidencekit.media.cut import cut
from evidencekit.media.measure import Cut, read_recording
from evidencekit.media.peaks import peak_values
from evidencekit.model.timecode import SampleRange, Span

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.model.progress import Progress

RATE = 8000


def span(start_ms: int, end_ms: int) -> Span:
    return Span(start_ms=start_ms, end_ms=end_ms)


@pytest.fixture
def visit(tmp_path: Path) -> Path:
    return write_wav(tmp_path / "visit.wav", sound(12, channels=2), RATE)


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    folder = tmp_path / "clips"
    folder.mkdir()
    return folder


def test_a_clip_of_a_wav_is_that_range_of_its_samples(visit: Path, clips: Path) -> None:
    file = cut(visit, span(1250, 3750), to=clips / "1.wav")
    expected = read_wav(visit)[10_000:30_000]
    assert np.array_equal(read_wav(clips / "1.wav"), expected)
    assert file.samples == SampleRange(10_000, 30_000)
    assert (file.sample_rate, file.channels, file.bits) == (RATE, 2, 16)
    assert file.samples_digest.value == hashlib.sha256(expected.tobytes()).hexdigest()
    assert file.file_digest.value == hashlib.sha256((clips / "1.wav").read_bytes()).hexdigest()
    assert file.source_digest.value == hashlib.sha256(visit.read_bytes()).hexdigest()
    assert file.way == "decoded from the start"


@needs_ffmpeg
@pytest.mark.parametrize(
    ("name", "codec", "apart"),
    [
        ("v.m4a", "aac", 1),
        ("v.mp3", "libmp3lame", 1),
        ("v.flac", "flac", 0),
        ("v.ogg", "libopus", 1),
    ],
)
@pytest.mark.parametrize("channels", [1, 2])
def test_a_clip_equals_the_same_samples_of_the_ffmpeg_commands_full_decode(
    tmp_path: Path, clips: Path, name: str, codec: str, apart: int, channels: int
) -> None:
    rate = 48_000
    source = encode(tmp_path / name, sound(6, rate=rate, channels=channels), rate=rate, codec=codec)
    file = cut(source, span(2345, 4321), to=clips / "1.wav")
    oracle = ffmpeg_decode(source, channels)[file.samples.first : file.samples.end]
    clip = read_wav(clips / "1.wav")
    assert clip.shape == oracle.shape
    assert np.abs(clip.astype(int) - oracle).max() <= apart


@needs_ffmpeg
def test_a_clip_of_a_wav_equals_the_ffmpeg_commands_decode_to_the_bit(
    visit: Path, clips: Path
) -> None:
    file = cut(visit, span(333, 4444), to=clips / "1.wav")
    oracle = ffmpeg_decode(visit, 2)[file.samples.first : file.samples.end]
    assert np.array_equal(read_wav(clips / "1.wav"), oracle)


@pytest.mark.parametrize(("name", "codec"), [("v.m4a", "aac"), ("v.mp3", "libmp3lame")])
def test_overlapping_clips_of_one_pass_equal_the_full_decode(
    tmp_path: Path, clips: Path, name: str, codec: str
) -> None:
    source = encode(tmp_path / name, sound(9, rate=44_100), rate=44_100, codec=codec)
    spans = [span(5000, 7000), span(1000, 6000), span(1000, 1001), span(0, 8900)]
    cuts = [Cut(span=each, to=clips / f"{n}.wav") for n, each in enumerate(spans)]
    measurement, files = read_recording(source, cuts=cuts)
    whole = decode(source)
    assert measurement.sample_count == len(whole)
    assert [each.path for each in files] == [each.to for each in cuts]
    for each, file in zip(spans, files, strict=True):
        assert file.requested == each
        assert np.array_equal(read_wav(file.path), whole[file.samples.first : file.samples.end])


def test_one_pass_and_a_single_cut_write_the_same_bytes_on_every_run(
    tmp_path: Path, clips: Path
) -> None:
    source = encode(tmp_path / "v.m4a", sound(5, rate=44_100), rate=44_100)
    for ending in (".wav", ".flac"):
        targets = [clips / f"{n}{ending}" for n in range(3)]
        for to in targets[:2]:
            read_recording(source, cuts=[Cut(span=span(500, 2500), to=to)])
        cut(source, span(500, 2500), to=targets[2])
        assert len({each.read_bytes() for each in targets}) == 1
        assert b"Lavf" not in targets[0].read_bytes()


def test_a_flac_clip_holds_the_same_samples_as_a_wav_clip(visit: Path, clips: Path) -> None:
    flac = cut(visit, span(1000, 3000), to=clips / "1.flac")
    wav = cut(visit, span(1000, 3000), to=clips / "1.wav")
    assert flac.samples_digest == wav.samples_digest
    assert np.array_equal(decode(clips / "1.flac"), read_wav(clips / "1.wav"))
    md5 = hashlib.md5(read_wav(clips / "1.wav").tobytes()).digest()  # noqa: S324 - FLAC's own
    assert md5 in (clips / "1.flac").read_bytes()[:42]


@pytest.mark.parametrize(("bits", "expected_bits"), [(8, 16), (16, 16), (24, 24), (32, 32)])
def test_whole_numbers_keep_their_depth_and_value(
    tmp_path: Path, clips: Path, bits: int, expected_bits: int
) -> None:
    values = np.random.default_rng(3).integers(-(1 << bits - 1), 1 << bits - 1, 801)
    if bits == 8:
        data = (values + 128).astype(np.uint8).tobytes()
    else:
        data = b"".join(int(each).to_bytes(bits // 8, "little", signed=True) for each in values)
    source = write_raw_wav(tmp_path / "deep.wav", data, tag=1, bits=bits)
    file = cut(source, span(0, 101), to=clips / "1.wav")
    assert file.bits == expected_bits
    assert file.samples == SampleRange(0, 801)
    whole = (clips / "1.wav").read_bytes()
    expected = (values << 8).astype("<i2").tobytes() if bits == 8 else data
    assert whole[44 : 44 + len(expected)] == expected
    assert len(whole) % 2 == 0
    assert file.samples_digest.value == hashlib.sha256(expected).hexdigest()


def test_24_bit_samples_survive_in_flac_and_32_bit_samples_are_refused(
    tmp_path: Path, clips: Path
) -> None:
    values = np.random.default_rng(3).integers(-(1 << 23), 1 << 23, 4000)
    data = b"".join(int(each).to_bytes(3, "little", signed=True) for each in values)
    source = write_raw_wav(tmp_path / "24.wav", data, tag=1, bits=24)
    cut(source, span(100, 200), to=clips / "24.flac")
    assert np.array_equal(decode(clips / "24.flac")[:, 0], values[800:1600])
    deep = write_raw_wav(tmp_path / "32.wav", data * 4, tag=1, bits=32)
    with pytest.raises(ClipUnwritable, match="32 bits"):
        cut(deep, span(100, 200), to=clips / "32.flac")
    assert left_in(clips) == ["24.flac"]


def test_fractions_are_rounded_limited_and_silent_where_they_are_no_numbers(
    tmp_path: Path, clips: Path
) -> None:
    values = np.array(
        [0.5, -0.25, 1.0, -1.0, 7.5, -9.0, np.inf, -np.inf, np.nan, 1.5 / 32768, 2.5 / 32768, 3e38],
        "<f4",
    )
    source = write_raw_wav(tmp_path / "f.wav", values.tobytes(), tag=3, bits=32)
    cut(source, span(0, 2), to=clips / "1.wav")
    expected = [16384, -8192, 32767, -32768, 32767, -32768, 32767, -32768, 0, 2, 2, 32767]
    assert read_wav(clips / "1.wav")[:, 0].tolist() == expected


@pytest.mark.parametrize(("start", "end"), [(5000, 5000), (6000, 5000)])
def test_a_span_that_ends_where_it_starts_or_before_is_refused(
    visit: Path, clips: Path, start: int, end: int
) -> None:
    with pytest.raises(SpanReversed) as caught:
        cut(visit, span(start, end), to=clips / "1.wav", where="visit clip 2")
    assert caught.value == SpanReversed("visit clip 2", start, end)
    assert left_in(clips) == []


@pytest.mark.parametrize(("start", "end"), [(11_000, 12_001), (12_000, 12_001), (90_000, 91_000)])
def test_a_span_beyond_the_last_sample_is_refused_and_takes_all_clips_with_it(
    visit: Path, clips: Path, start: int, end: int
) -> None:
    cuts = [
        Cut(span=span(0, 1000), to=clips / "1.wav", where="visit clip 1"),
        Cut(span=span(start, end), to=clips / "2.wav", where="visit clip 2"),
    ]
    with pytest.raises(SpanOutsideRecording) as caught:
        read_recording(visit, cuts=cuts)
    assert caught.value == SpanOutsideRecording("visit clip 2", start, end, 12_000)
    assert left_in(clips) == []


def test_a_span_may_end_at_the_last_sample(visit: Path, clips: Path) -> None:
    assert cut(visit, span(11_000, 12_000), to=clips / "1.wav").samples.end == 96_000


def test_a_span_may_end_in_the_last_unfinished_millisecond(tmp_path: Path, clips: Path) -> None:
    source = write_wav(tmp_path / "s.wav", sound(1, rate=44_100)[:44_007], 44_100)
    file = cut(source, span(500, 998), to=clips / "1.wav")
    assert file.samples == SampleRange(22_050, 44_007)
    assert len(read_wav(file.path)) == 44_007 - 22_050
    with pytest.raises(SpanOutsideRecording):
        cut(source, span(500, 999), to=clips / "2.wav")
    assert left_in(clips) == ["1.wav"]


@pytest.mark.parametrize("name", ["1.mp3", "1", "1.wav.txt"])
def test_a_clip_of_another_ending_is_refused(visit: Path, clips: Path, name: str) -> None:
    with pytest.raises(ClipUnwritable, match=r"must end in \.wav or \.flac"):
        cut(visit, span(0, 1000), to=clips / name)
    assert left_in(clips) == []


def test_a_file_that_is_there_is_never_replaced_not_even_the_recording(visit: Path) -> None:
    before = visit.read_bytes()
    with pytest.raises(ClipUnwritable, match="exists already"):
        cut(visit, span(0, 1000), to=visit)
    assert visit.read_bytes() == before


def test_two_clips_of_one_name_and_a_missing_folder_are_refused(visit: Path, clips: Path) -> None:
    twice = [Cut(span=span(0, 1000), to=clips / "1.wav")] * 2
    with pytest.raises(ClipUnwritable, match="two clips"):
        read_recording(visit, cuts=twice)
    with pytest.raises(ClipUnwritable, match="folder"):
        cut(visit, span(0, 1000), to=clips / "no" / "1.wav")


@pytest.mark.parametrize("ending", [".wav", ".flac"])
def test_cancelling_leaves_nothing_behind(visit: Path, clips: Path, ending: str) -> None:
    calls = iter([False, True])
    cuts = [Cut(span=span(0, 12_000), to=clips / f"1{ending}")]
    with pytest.raises(Cancelled):
        read_recording(visit, cuts=cuts, cancelled=lambda: next(calls, True))
    assert left_in(clips) == []


def test_an_error_in_the_callers_progress_leaves_nothing_behind(visit: Path, clips: Path) -> None:
    def stop(step: Progress) -> None:
        if step.done == step.total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_recording(visit, cuts=[Cut(span=span(0, 1000), to=clips / "1.wav")], progress=stop)
    assert left_in(clips) == []


def test_a_full_disk_is_named_and_leaves_nothing_behind(
    visit: Path, clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(clipfile._Wav, "write", full)
    with pytest.raises(NoSpace):
        cut(visit, span(0, 1000), to=clips / "1.wav")
    assert left_in(clips) == []


def test_a_wav_clip_of_more_than_the_format_holds_is_refused(
    visit: Path, clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clipfile, "_WAV_LIMIT", 100_000)
    with pytest.raises(ClipUnwritable, match="more than 4 GB"):
        cut(visit, span(0, 10_000), to=clips / "1.wav")
    assert left_in(clips) == []


def test_the_source_digest_given_is_the_one_recorded(visit: Path, clips: Path) -> None:
    given = clipfile.sha256_of(visit)
    cuts = [Cut(span=span(0, 10), to=clips / "1.wav")]
    (file,) = read_recording(visit, cuts=cuts, source_digest=given)[1]
    assert file.source_digest is given


def test_peaks_are_the_lowest_and_highest_of_every_10_ms_of_all_channels(visit: Path) -> None:
    measurement, _ = read_recording(visit)
    low, high = peak_values(measurement.peaks)
    buckets = read_wav(visit).reshape(-1, 80 * 2)
    assert measurement.peaks.bucket_samples == 80
    assert np.array_equal(low, buckets.min(axis=1))
    assert np.array_equal(high, buckets.max(axis=1))


def test_the_last_peak_covers_what_is_left(tmp_path: Path) -> None:
    samples = sound(1, rate=44_100, channels=2)[:44_007]
    measurement, _ = read_recording(write_wav(tmp_path / "s.wav", samples, 44_100))
    low, high = peak_values(measurement.peaks)
    assert len(low) == len(high) == 100
    rest = samples[99 * 441 :]
    assert (low[-1], high[-1]) == (rest.min(), rest.max())


def test_progress_rises_to_the_whole_file_and_names_the_id(visit: Path) -> None:
    steps: list[Progress] = []
    read_recording(visit, subject="visit", progress=steps.append)
    done = [each.done for each in steps]
    assert done == sorted(done)
    assert done[-1] == steps[-1].total == visit.stat().st_size
    assert {(each.stage, each.subject) for each in steps} == {("decode", "visit")}


def test_results_survive_pickling(visit: Path, clips: Path) -> None:
    cuts = (Cut(span=span(0, 10), to=clips / "1.wav", where="visit clip 1"),)
    result = read_recording(visit, cuts=cuts)
    assert pickle.loads(pickle.dumps((cuts, result))) == (cuts, result)  # noqa: S301 - our own


def test_a_recording_that_is_damaged_after_the_clip_still_gives_the_clip(
    tmp_path: Path, clips: Path
) -> None:
    source = encode(tmp_path / "v.flac", sound(6, rate=44_100), rate=44_100, codec="flac")
    whole = decode(source)
    source.write_bytes(source.read_bytes()[:-40_000])
    file = cut(source, span(0, 1000), to=clips / "1.wav")
    assert np.array_equal(read_wav(file.path), whole[:44_100])
    measurement, _ = read_recording(source)
    assert measurement.decode_errors > 0
    assert measurement.sample_count < len(whole)


def test_an_unreadable_recording_leaves_nothing_behind(tmp_path: Path, clips: Path) -> None:
    cuts = [Cut(span=span(0, 10), to=clips / "1.wav")]
    with pytest.raises(RecordingUnreadable, match="was not found"):
        read_recording(tmp_path / "none.wav", cuts=cuts)
    assert left_in(clips) == []


def test_memory_does_not_grow_with_the_recording_or_the_clip(tmp_path: Path, clips: Path) -> None:
    peaks = []
    for seconds in (40, 400):  # either is longer than what is measured at a time
        source = write_wav(tmp_path / f"{seconds}.wav", sound(seconds, rate=16_000), 16_000)
        cuts = [Cut(span=span(0, seconds * 1000), to=clips / f"{seconds}.wav")]
        tracemalloc.start()
        read_recording(source, cuts=cuts)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # What the threads hold at once differs from run to run; all of the longer one's samples are
    # 12.8 million bytes, and as many again are in its clip.
    assert peaks[1] < peaks[0] + 2_000_000


@pytest.mark.parametrize("ending", [".wav", ".flac"])
def test_a_clips_own_peaks_are_those_of_its_samples(visit, clips, ending):
    made = cut(visit, span(1234, 9876), to=clips / f"a{ending}")
    low, high = peak_values(made.peaks)
    bucket = 8642 * 8 // 4096
    samples = read_wav(visit)[made.samples.first : made.samples.end]
    assert made.peaks.bucket_samples == bucket
    for at in (0, 1, len(low) // 2, len(low) - 1):
        part = samples[at * bucket : (at + 1) * bucket]
        assert (low[at], high[at]) == (part.min(), part.max())
    assert len(low) == -(-len(samples) // bucket)


def test_a_clip_of_few_samples_has_a_peak_each(visit, clips):
    made = cut(visit, span(1000, 1002), to=clips / "a.wav")
    low, high = peak_values(made.peaks)
    assert made.peaks.bucket_samples == 1
    assert len(low) == len(high) == 16
