# SPDX-License-Identifier: AGPL-3.0-or-later
"""Clips reached by seeking: the same bytes as from the start, or the record says why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from attrs import evolve
from support_sound import CORPUS, decode, encode, left_in, needs_corpus, read_wav, sound

from evidencekit.errors import Cancelled, RecordingUnreadable, SpanOutsideRecording, SpanReversed
from evidencekit.media import cut as cutting
from evidencekit.media import streamform
from evidencekit.media.clips import Cut
from evidencekit.media.cut import BY_SEEK, cut, cut_clips
from evidencekit.media.measure import index_recording, read_and_index
from evidencekit.media.source import BlockMaker, SoundReader
from evidencekit.model.digest import Digest
from evidencekit.model.timecode import Span

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.media.index import RecordingIndex

START = "decoded from the start"
SECONDS = 40
RATE = 44_100
#: Codecs that keep nothing from further back than a seek warms up.
SOUGHT = [
    ("v.m4a", "aac", {"aac_pns": "0"}),
    ("v.mp3", "libmp3lame", {}),
    ("v.flac", "flac", {}),
    ("v.mka", "flac", {}),
    ("alac.m4a", "alac", {}),
    ("v.wav", "pcm_s16le", {}),
    ("v.aiff", "pcm_s16be", {}),
    ("v.caf", "pcm_s24le", {}),
    ("v.mka", "aac", {"aac_pns": "0"}),
]
SOUGHT_AT_48 = [("v.ogg", "libopus", {}), ("v.webm", "libopus", {})]


def span(start_ms: int, end_ms: int) -> Span:
    return Span(start_ms=start_ms, end_ms=end_ms)


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    folder = tmp_path / "clips"
    folder.mkdir()
    return folder


@pytest.fixture
def visit(tmp_path: Path) -> Path:
    return encode(tmp_path / "visit.mp3", sound(SECONDS, rate=RATE), rate=RATE, codec="libmp3lame")


def both_ways(source: Path, clips: Path, index: RecordingIndex, wanted: Span) -> str:
    """Cut a clip with and without the index; return the way of the first, which must be equal."""
    number = len(left_in(clips))
    sought = cut(source, wanted, to=clips / f"{number}.wav", index=index)
    plain = cut(source, wanted, to=clips / f"{number + 1}.wav")
    assert sought.path.read_bytes() == plain.path.read_bytes()
    assert plain.way == START
    keys = ("samples", "samples_digest", "file_digest", "source_digest", "decoder", "bits")
    assert [getattr(sought, each) for each in keys] == [getattr(plain, each) for each in keys]
    return sought.way


@pytest.mark.parametrize(
    ("name", "codec", "options", "rate"),
    [(*each, RATE) for each in SOUGHT] + [(*each, 48_000) for each in SOUGHT_AT_48],
)
def test_a_sought_clip_is_the_bytes_of_one_decoded_from_the_start(
    tmp_path: Path, clips: Path, name: str, codec: str, options: dict[str, str], rate: int
) -> None:
    source = encode(
        tmp_path / name,
        sound(SECONDS, rate=rate, channels=2),
        rate=rate,
        codec=codec,
        codec_options=options,
    )
    index = index_recording(source)
    for wanted in (span(15_003, 17_000), span(29_999, 30_001), span(SECONDS * 1000 - 3000, 39_000)):
        assert both_ways(source, clips, index, wanted) == BY_SEEK
    assert both_ways(source, clips, index, span(1000, 2000)) == START


def test_noise_that_a_decoder_makes_up_is_not_the_same_after_a_seek_and_is_not_taken(
    tmp_path: Path, clips: Path
) -> None:
    noise = np.random.default_rng(1).integers(-9000, 9000, (SECONDS * RATE, 1)).astype(np.int16)
    source = encode(tmp_path / "v.m4a", noise, rate=RATE, bit_rate=32_000)
    way = both_ways(source, clips, index_recording(source), span(20_000, 21_000))
    assert way == f"{START}: seeking did not give the samples of a decode from the start"


def test_samples_that_depend_on_all_before_them_are_decoded_from_the_start(
    tmp_path: Path, clips: Path
) -> None:
    source = encode(tmp_path / "v.wav", sound(SECONDS, rate=RATE), rate=RATE, codec="adpcm_ima_wav")
    index = index_recording(source)
    ways = {both_ways(source, clips, index, span(s, s + 500)) for s in range(12_000, 38_000, 5000)}
    assert ways <= {BY_SEEK, f"{START}: the place was not found"}


def test_the_last_unfinished_millisecond_can_be_sought(tmp_path: Path, clips: Path) -> None:
    samples = sound(SECONDS, rate=RATE)[: 38 * RATE + 7]
    source = encode(tmp_path / "v.flac", samples, rate=RATE, codec="flac")
    index = index_recording(source)
    assert both_ways(source, clips, index, span(37_500, 38_001)) == BY_SEEK
    file = cut(source, span(37_500, 38_001), to=clips / "x.flac", index=index)
    assert file.samples.end == 38 * RATE + 7
    assert np.array_equal(decode(file.path), samples[file.samples.first :])


@pytest.mark.parametrize(
    ("start", "end"), [(39_000, 41_000), (39_000, SECONDS * 1000 + 120), (90_000, 91_000)]
)
def test_a_span_beyond_the_end_is_refused_with_an_index_as_without(
    visit: Path, clips: Path, start: int, end: int
) -> None:
    index = index_recording(visit)
    length_ms = index.measurement.length_ms
    assert length_ms < end
    with pytest.raises(SpanOutsideRecording) as caught:
        cut(visit, span(start, end), to=clips / "1.wav", index=index, where="clip 1")
    assert caught.value == SpanOutsideRecording("clip 1", start, end, length_ms)
    with pytest.raises(SpanReversed):
        cut(visit, span(end, start), to=clips / "1.wav", index=index)
    assert left_in(clips) == []


def test_several_clips_come_from_one_ordered_pass_that_seeks_over_what_is_far(
    visit: Path, clips: Path
) -> None:
    index = index_recording(visit)
    spans = [span(30_000, 31_000), span(500, 1500), span(30_500, 33_000), span(1000, 1001)]
    cuts = [Cut(span=each, to=clips / f"{n}.wav") for n, each in enumerate(spans)]
    files = cut_clips(visit, cuts, index=index)
    assert [each.way for each in files] == [BY_SEEK, START, BY_SEEK, START]
    whole = decode(visit)
    for each, file in zip(spans, files, strict=True):
        assert file.requested == each
        assert np.array_equal(read_wav(file.path), whole[file.samples.first : file.samples.end])


def test_no_clips_are_cut_without_a_decode(visit: Path) -> None:
    assert cut_clips(visit, [], index=index_recording(visit)) == ()


def test_one_clip_that_fails_takes_all_with_it(visit: Path, clips: Path) -> None:
    index = index_recording(visit)
    spans = [span(500, 1500), span(20_000, 21_000), span(39_000, 90_000)]
    cuts = [Cut(span=each, to=clips / f"{n}.wav") for n, each in enumerate(spans)]
    with pytest.raises(SpanOutsideRecording):
        cut_clips(visit, cuts, index=index)
    assert left_in(clips) == []


def test_cancelling_a_seek_leaves_nothing_behind(visit: Path, clips: Path) -> None:
    with pytest.raises(Cancelled):
        cut(
            visit,
            span(20_000, 21_000),
            to=clips / "1.wav",
            index=index_recording(visit),
            cancelled=lambda: True,
        )
    assert left_in(clips) == []


def test_an_index_of_another_file_is_not_believed(tmp_path: Path, visit: Path, clips: Path) -> None:
    other = encode(
        tmp_path / "other.mp3", sound(SECONDS, rate=RATE, seed=8), rate=RATE, codec="libmp3lame"
    )
    for source, index in ((visit, index_recording(other)), (other, index_recording(visit))):
        way = both_ways(source, clips, index, span(20_000, 21_000))
        assert way == f"{START}: the index is of another file"


def test_an_index_of_another_file_with_the_same_samples_is_not_believed_either(
    tmp_path: Path, clips: Path
) -> None:
    samples = sound(SECONDS, rate=RATE)
    one = encode(tmp_path / "1.flac", samples, rate=RATE, codec="flac")
    two = encode(tmp_path / "2.flac", samples, rate=RATE, codec="flac", tags={"title": "two"})
    way = both_ways(two, clips, index_recording(one), span(20_000, 21_000))
    assert way == f"{START}: the index is of another file"


def test_an_index_that_another_decoder_made_is_not_used(visit: Path, clips: Path) -> None:
    index = index_recording(visit)
    decoder = evolve(index.measurement.decoder, ffmpeg_version="4.4")
    other = evolve(index, measurement=evolve(index.measurement, decoder=decoder))
    way = both_ways(visit, clips, other, span(20_000, 21_000))
    assert way == f"{START}: the index was made by another decoder"


def test_an_index_with_wrong_digests_costs_time_and_no_exactness(visit: Path, clips: Path) -> None:
    index = index_recording(visit)
    digests = bytearray(index.digests)
    digests[5 * 32] ^= 1  # of the seconds 20 to 24, in one plane
    wrong = evolve(index, digests=bytes(digests))
    assert both_ways(visit, clips, wrong, span(25_000, 26_000)) == BY_SEEK
    way = both_ways(visit, clips, wrong, span(20_000, 21_000))
    assert way == f"{START}: seeking did not give the samples of a decode from the start"


def test_an_index_of_blocks_of_another_length_is_as_good(
    visit: Path, clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(streamform, "_BUCKETS_IN_BLOCK", 100)
        index = index_recording(visit)
    assert index.block_samples == RATE
    assert both_ways(visit, clips, index, span(20_000, 21_000)) == BY_SEEK
    digests = bytearray(index.digests)
    digests[20 * 32] ^= 1  # of second 20 alone, in one plane
    way = both_ways(visit, clips, evolve(index, digests=bytes(digests)), span(20_000, 21_000))
    assert way == f"{START}: seeking did not give the samples of a decode from the start"


def test_an_index_with_wrong_places_costs_time_and_no_exactness(visit: Path, clips: Path) -> None:
    index = index_recording(visit)
    shifted = index.anchors[44:] + index.anchors[-44:]
    way = both_ways(visit, clips, evolve(index, anchors=shifted), span(20_000, 21_000))
    assert way.startswith(f"{START}: ")
    rubbish = np.random.default_rng(2).bytes(len(index.anchors))
    way = both_ways(visit, clips, evolve(index, anchors=rubbish), span(20_000, 21_000))
    assert way.startswith(f"{START}: ")


def test_a_recording_that_decodes_differently_a_second_time_is_refused(
    visit: Path, clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = index_recording(visit)
    runs = iter(range(100))
    whole = BlockMaker._block

    def block(self: BlockMaker, fifo: object, samples: int) -> object:
        made = whole(self, fifo, samples)
        planes = tuple(plane.copy() for plane in made.planes)
        planes[0][0] = next(runs) / 1000
        return evolve(made, planes=planes)

    monkeypatch.setattr(BlockMaker, "_block", block)
    with pytest.raises(RecordingUnreadable) as caught:
        cut(visit, span(20_000, 21_000), to=clips / "1.wav", index=index)
    assert "does not decode to the same samples twice (near 0:20.000)" in caught.value.reason
    assert left_in(clips) == []


def test_a_recording_that_another_processor_indexed_is_cut_from_the_start(
    visit: Path, clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = index_recording(visit)
    whole = BlockMaker._block

    def block(self: BlockMaker, fifo: object, samples: int) -> object:
        made = whole(self, fifo, samples)
        return evolve(made, planes=tuple(plane + 1e-7 for plane in made.planes))

    monkeypatch.setattr(BlockMaker, "_block", block)
    file = cut(visit, span(20_000, 21_000), to=clips / "1.wav", index=index)
    assert file.way.startswith(f"{START}: ")


def test_a_chosen_track_and_channel_are_cut_and_recorded(tmp_path: Path, clips: Path) -> None:
    one, two = sound(2, rate=RATE, seed=1), sound(SECONDS, rate=RATE, channels=2, seed=2)
    source = encode(tmp_path / "v.mka", one, two, rate=RATE, codec="flac")
    index = index_recording(source, track=2)
    assert index.track == 2
    for number, way in ((index, BY_SEEK), (None, START)):
        to = clips / f"{way[:4]}.wav"
        file = cut(source, span(20_000, 21_500), to=to, index=number, track=2, channel=2)
        assert (file.track, file.channel, file.channels, file.way) == (2, 2, 1, way)
        assert np.array_equal(read_wav(to)[:, 0], two[20 * RATE : 43 * RATE // 2, 1])
    with pytest.raises(RecordingUnreadable, match="has 2 audio tracks; there is no number 3"):
        cut(source, span(0, 500), to=clips / "1.wav", track=3)
    file = cut(source, span(500, 1500), to=clips / "1.wav", index=index)
    assert file.way == f"{START}: the index is of another audio track"
    assert np.array_equal(read_wav(clips / "1.wav"), one[RATE // 2 : 3 * RATE // 2])


def test_one_pass_indexes_and_cuts(visit: Path, clips: Path) -> None:
    made = read_and_index(visit, cuts=[Cut(span=span(1000, 2000), to=clips / "1.wav")])
    assert made.index == index_recording(visit)
    assert [each.path for each in made.clips] == [clips / "1.wav"]


def test_the_digest_given_is_the_one_that_the_index_is_held_against(
    visit: Path, clips: Path
) -> None:
    index = index_recording(visit)
    given = Digest("sha256", "0" * 64)
    file = cut(visit, span(20_000, 21_000), to=clips / "1.wav", index=index, source_digest=given)
    assert (file.way, file.source_digest) == (f"{START}: the index is of another file", given)


_UNREADABLE_OR_TEXT = {".vtt", ".srt", ".json"}
_FILES = sorted(
    path.relative_to(CORPUS).as_posix()
    for path in (CORPUS.rglob("*") if CORPUS.is_dir() else ())
    if path.is_file() and path.suffix not in _UNREADABLE_OR_TEXT
)


@needs_corpus
@pytest.mark.parametrize("name", _FILES)
def test_sought_clips_of_every_real_file_are_those_samples_of_its_full_decode(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = CORPUS / name
    try:
        index = index_recording(path)
    except RecordingUnreadable:
        with pytest.raises(RecordingUnreadable):
            cut(path, span(0, 1), to=tmp_path / "1.wav")
        return
    monkeypatch.setattr(cutting, "WORTH_A_SEEK_MS", -3000)
    whole = decode(path)
    length = index.measurement.length_ms
    places = {(length * n // 4, min(length, length * n // 4 + 700)) for n in range(4)}
    for start, end in places:
        if start < end:
            to = tmp_path / f"{start}.wav"
            file = cut(path, span(start, end), to=to, index=index)
            assert np.array_equal(decode(to), whole[file.samples.first : file.samples.end])
            assert file.way == BY_SEEK or file.way.startswith(START)


def test_a_reader_of_a_track_reads_that_track(tmp_path: Path) -> None:
    one, two = sound(1, rate=RATE, seed=1), sound(1, rate=RATE, seed=2)
    source = encode(tmp_path / "v.mka", one, two, rate=RATE, codec="flac")
    for number, samples in ((1, one), (2, two)):
        with SoundReader(source, track=number) as reader:
            planes = [block.planes[0] for block in reader.blocks()]
        assert np.array_equal(np.concatenate(planes), samples[:, 0])
