# SPDX-License-Identifier: AGPL-3.0-or-later
"""Acts upon recordings and clips, with digests, record and bag made to agree."""

from __future__ import annotations

import array
import itertools
import json
import struct
from typing import TYPE_CHECKING, Any

from mutagen.id3 import TIT2
from mutagen.mp3 import MP3
from tamper.insider import (
    HEAD,
    Expectation,
    act,
    clip_name,
    clip_path,
    decode,
    edit_record,
    found,
    rebuild,
    record_of,
    recording_path,
    samples_of,
    set_samples,
    swap,
    take_in_again,
    unseen,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def change_samples(
    package: Path, change: Callable[[array.array[int]], None], number: int = 1, **form: int
) -> Expectation:
    """Change a clip's samples in place, and make all digests agree."""
    path = clip_path(package, number)
    samples = array.array("h", samples_of(package / path))
    change(samples)
    set_samples(package / path, samples.tobytes(), **form)
    rebuild(package)
    return found(clip_name(package, number))


def change_bytes(package: Path, change: Callable[[bytes], bytes], number: int = 1) -> Expectation:
    """Change a clip's file, and make all digests agree."""
    path = clip_path(package, number)
    (package / path).write_bytes(change((package / path).read_bytes()))
    rebuild(package)
    return found(clip_name(package, number))


# --- clips


@act()
def swap_two_clips(package: Path) -> Expectation:
    one, other = clip_path(package, 1), clip_path(package, 2)
    swap(package / one, package / other)
    return found(one, other)


@act()
def swap_two_clips_and_rehash(package: Path) -> Expectation:
    """The digests of files and samples in record and bag are those of the swapped files."""
    one, other = clip_path(package, 1), clip_path(package, 2)
    swap(package / one, package / other)
    rebuild(package)
    return found(clip_name(package, 1), clip_name(package, 2))


@act()
def swap_two_clips_and_their_entries(package: Path) -> Expectation:
    """Each number and title now stands for the other passage, which is right by itself; the pages
    print the digests under the old numbers."""
    with edit_record(package) as record:
        one, other = record["clips"][:2]
        kept = ("number", "item", "title")
        names = [{key: each[key] for key in kept} for each in (one, other)]
        one.update(names[1])
        other.update(names[0])
        record["clips"][:2] = [other, one]
    return found(clip_name(package, 1), clip_name(package, 2))


@act()
def replace_clip_by_another_passage_with_full_rehash(package: Path) -> Expectation:
    """Of the same recording and length, so that only the samples differ."""
    whole = decode(package / recording_path(package))

    def change(samples: array.array[int]) -> None:
        samples[:] = whole[1_000_000 : 1_000_000 + len(samples)]

    return change_samples(package, change)


@act()
def replace_clip_and_its_range_with_full_rehash(package: Path) -> Expectation:
    """The record gives the true range of the other passage; the times asked for do not fit it."""
    whole = decode(package / recording_path(package))

    def change(samples: array.array[int]) -> None:
        samples[:] = whole[1_000_000 : 1_000_000 + len(samples)]

    expectation = change_samples(package, change)
    with edit_record(package) as record:
        record["clips"][0]["samples"].update(first=1_000_000, end=1_429_975)
    return expectation


@act()
def replace_clip_and_all_that_the_record_says_of_it(package: Path) -> Expectation:
    """Range, times, fragment and coverage follow; only the pages still tell of the first passage."""
    whole = decode(package / recording_path(package))

    def change(samples: array.array[int]) -> None:
        samples[:] = whole[1_764_000 : 1_764_000 + len(samples)]

    expectation = change_samples(package, change)
    with edit_record(package) as record:
        clip = record["clips"][0]
        clip["samples"].update(first=1_764_000, end=2_193_975)
        clip.update(
            requested={"from_ms": 80_000, "to_ms": 99_500},
            start_ms=80_000,
            media_fragment="visit.m4a#t=80,99.5",
            excerpt={"trimmed": False, "lines": []},
        )
        clip.update({"from": "1:20.000", "to": "1:39.500"})
        _cover(record)
    return expectation


def _cover(record: dict[str, Any]) -> None:
    """Work out the first recording's coverage anew."""
    entry = record["coverage"][0]
    clips = [each["samples"] for each in record["clips"] if each["recording"] == "visit"]
    used = sorted((each["first"], each["end"]) for each in clips)
    edges = iter([0, *itertools.chain(*used), entry["sample_count"]])
    entry["used"] = [{"first": first, "end": end} for first, end in used]
    entry["gaps"] = [
        {"first": first, "end": end} for first, end in zip(edges, edges, strict=True) if first < end
    ]


@act()
def shift_a_clip_by_one_sample(package: Path) -> Expectation:
    whole = decode(package / recording_path(package))
    first = record_of(package)["clips"][0]["samples"]["first"]

    def change(samples: array.array[int]) -> None:
        samples[:] = whole[first + 1 : first + 1 + len(samples)]

    return change_samples(package, change)


@act()
def repeat_the_first_sample_and_drop_the_last(package: Path) -> Expectation:
    def change(samples: array.array[int]) -> None:
        samples.insert(0, samples[0])
        samples.pop()

    return change_samples(package, change)


@act()
def change_one_sample_by_one(package: Path) -> Expectation:
    def change(samples: array.array[int]) -> None:
        samples[100_000] += 1

    return change_samples(package, change)


@act()
def silence_a_word(package: Path) -> Expectation:
    """A fifth of a second, in the middle."""

    def change(samples: array.array[int]) -> None:
        samples[200_000:204_410] = array.array("h", [0] * 4410)

    return change_samples(package, change)


@act()
def cut_a_word_out(package: Path) -> Expectation:
    """The clip is shorter than its range."""

    def change(samples: array.array[int]) -> None:
        del samples[200_000:204_410]

    return change_samples(package, change)


@act()
def reverse_a_clip(package: Path) -> Expectation:
    return change_samples(package, lambda samples: samples.reverse())


@act()
def make_a_clip_louder(package: Path) -> Expectation:
    def change(samples: array.array[int]) -> None:
        for place, each in enumerate(samples):
            samples[place] = max(-32_768, min(32_767, each * 2))

    return change_samples(package, change)


@act()
def drop_the_last_sample(package: Path) -> Expectation:
    return change_samples(package, lambda samples: samples.pop())


@act()
def add_a_sample(package: Path) -> Expectation:
    return change_samples(package, lambda samples: samples.append(0))


@act()
def play_a_clip_faster(package: Path) -> Expectation:
    """The samples are right; the header has another rate."""
    return change_samples(package, lambda _: None, framerate=24_000)


@act()
def play_a_clip_in_stereo(package: Path) -> Expectation:
    """The samples are right; the header has two channels, so it plays at twice the speed."""
    return change_samples(package, lambda samples: samples.pop(), nchannels=2)


@act()
def play_a_clip_with_eight_bits(package: Path) -> Expectation:
    return change_bytes(package, lambda data: data[:34] + struct.pack("<H", 8) + data[36:])


@act()
def bytes_after_a_clip(package: Path) -> Expectation:
    """Bytes behind the samples, which no player plays: a hidden file, or a hidden change."""
    return change_bytes(package, lambda data: data + b"hidden")


@act()
def chunk_after_the_samples_of_a_clip(package: Path) -> Expectation:
    """A well-formed chunk with words that players show."""

    def change(data: bytes) -> bytes:
        words = b"INFOINAM\x12\0\0\0Another passage\0\0\0"
        data += b"LIST" + struct.pack("<I", len(words)) + words
        return data[:4] + struct.pack("<I", len(data) - 8) + data[8:]

    return change_bytes(package, change)


@act()
def clip_header_that_claims_fewer_samples(package: Path) -> Expectation:
    """Players stop after a second; the other samples are there."""
    return change_bytes(package, lambda data: data[:40] + struct.pack("<I", 44_100) + data[44:])


@act()
def clip_header_that_claims_four_gigabytes(package: Path) -> Expectation:
    return change_bytes(package, lambda data: data[:40] + b"\xfe\xff\xff\xff" + data[44:])


@act()
def clip_header_of_no_channels(package: Path) -> Expectation:
    return change_bytes(package, lambda data: data[:22] + b"\0\0" + data[24:])


@act()
def clip_header_of_no_rate(package: Path) -> Expectation:
    return change_bytes(package, lambda data: data[:24] + b"\0\0\0\0" + data[28:])


@act()
def clip_of_another_codec(package: Path) -> Expectation:
    """The header says mu-law."""
    return change_bytes(package, lambda data: data[:20] + struct.pack("<H", 7) + data[22:])


@act()
def clip_with_two_data_chunks(package: Path) -> Expectation:
    """One player plays the first, another the last."""

    def change(data: bytes) -> bytes:
        data += b"data" + struct.pack("<I", 4) + b"\1\0\1\0"
        return data[:4] + struct.pack("<I", len(data) - 8) + data[8:]

    return change_bytes(package, change)


@act()
def clip_that_is_empty(package: Path) -> Expectation:
    return change_bytes(package, lambda _: b"")


@act()
def clip_without_samples(package: Path) -> Expectation:
    def change(samples: array.array[int]) -> None:
        del samples[:]

    return change_samples(package, change)


@act()
def clip_that_is_no_sound(package: Path) -> Expectation:
    return change_bytes(package, lambda _: b"this is a text\n" * 4000)


@act()
def clip_that_is_the_recording(package: Path) -> Expectation:
    """The compressed original, named .wav."""
    original = (package / recording_path(package)).read_bytes()
    return change_bytes(package, lambda _: original)


@act()
def clip_of_another_recording_in_its_place(package: Path) -> Expectation:
    whole = decode(package / recording_path(package, 2))

    def change(samples: array.array[int]) -> None:
        samples[:] = whole[: len(samples)]

    return change_samples(package, change)


@act()
def rename_a_clip_to_other_times(package: Path) -> Expectation:
    """The file's name gives the times to whoever has nothing else; the sheet prints the old name."""
    path = clip_path(package, 1)
    renamed = path.replace("0m12.400s to 0m31.900s", "1m12.400s to 1m31.900s")
    (package / path).rename(package / renamed)
    with edit_record(package) as record:
        record["clips"][0]["file"] = renamed
    return found(clip_name(package, 1))


@act()
def claim_another_decoder_and_change_samples(package: Path) -> Expectation:
    """Where the decoder is another one, a sample may differ by one; not by three hundred."""

    def change(samples: array.array[int]) -> None:
        for place in range(50_000, 60_000):
            samples[place] = max(-32_768, samples[place] - 300)

    expectation = change_samples(package, change)
    with edit_record(package) as record:
        for each in (record["clips"][0], record["recordings"][0]["measured"]):
            each["decoder"].update(ffmpeg_version="4.0", library_version="8.0")
    return expectation


@act()
def claim_another_decoder_and_change_samples_by_one(package: Path) -> Expectation:
    """Within what another decoder is allowed; but the pages print the digest of the samples."""

    def change(samples: array.array[int]) -> None:
        for place in range(50_000, 60_000, 7):
            samples[place] += 1 if samples[place] < 0 else -1

    expectation = change_samples(package, change)
    with edit_record(package) as record:
        for each in (record["clips"][0], record["recordings"][0]["measured"]):
            each["decoder"].update(ffmpeg_version="4.0", library_version="8.0")
    return expectation


@act()
def replace_clip_and_leave_its_original_out(package: Path) -> Expectation:
    """Nothing is there to compare it with, but the digest of its samples on the clip's sheet."""

    def change(samples: array.array[int]) -> None:
        samples.reverse()

    change_samples(package, change, number=4)
    (package / recording_path(package, 2)).unlink()
    with edit_record(package) as record:
        entry = next(each for each in record["inputs"] if each["id"] == "recording:voicemail")
        entry.update(outcome="left out", stored=None, holder="Kemp Law", reason="held by the firm")
    return found(clip_name(package, 4))


# --- recordings


@act()
def retag_the_mp3_and_rehash(package: Path) -> Expectation:
    """The same sound under another title; the log holds the digest of the file as taken in."""
    path = package / recording_path(package, 2)
    file = MP3(path)
    file.tags.add(TIT2(encoding=3, text="Another call"))
    file.save()
    rebuild(package)
    return found("voicemail")


@act()
def append_to_a_recording_and_rehash(package: Path) -> Expectation:
    path = package / recording_path(package, 2)
    path.write_bytes(path.read_bytes() + b"\0" * 400)
    rebuild(package)
    return found("voicemail")


@act()
def replace_a_recording_and_rehash(package: Path) -> Expectation:
    """Another sound altogether."""
    path = package / recording_path(package, 2)
    path.write_bytes((package / clip_path(package, 2)).read_bytes())
    rebuild(package)
    return found("voicemail", clip_name(package, 4))


@act()
def replace_a_recording_and_take_it_in_again(package: Path) -> Expectation:
    """Log, pin, record and bag agree; the clip does not come from it, and the page says so too."""
    path = package / recording_path(package, 2)
    path.write_bytes((package / clip_path(package, 2)).read_bytes())
    take_in_again(package)
    rebuild(package)
    return found(clip_name(package, 4), HEAD)


@act()
def cut_the_recording_after_the_clip(package: Path) -> Expectation:
    """The end of the recording goes, where no clip is; log and record are made to agree."""
    path = package / recording_path(package, 2)
    path.write_bytes(path.read_bytes()[:-12_000])
    take_in_again(package)
    rebuild(package)
    return found("voicemail", HEAD)


@act()
def recording_that_is_no_sound(package: Path) -> Expectation:
    path = package / recording_path(package, 2)
    path.write_bytes(b"this is a text\n" * 4000)
    take_in_again(package)
    rebuild(package)
    return found("voicemail", clip_name(package, 4))


@act()
def recording_that_names_other_files(package: Path) -> Expectation:
    """A playlist, which a careless decoder follows to files outside the package."""
    path = package / recording_path(package, 2)
    path.write_bytes(
        b"#EXTM3U\n#EXT-X-TARGETDURATION:30\n#EXTINF:30,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
    )
    take_in_again(package)
    rebuild(package)
    return found("voicemail")


@act()
def empty_recording_taken_in_again(package: Path) -> Expectation:
    path = package / recording_path(package, 2)
    path.write_bytes(b"")
    take_in_again(package)
    rebuild(package)
    return found("voicemail", clip_name(package, 4))


@act()
def swap_two_recordings_and_rehash(package: Path) -> Expectation:
    one, other = recording_path(package, 1), recording_path(package, 2)
    swap(package / one, package / other)
    rebuild(package)
    return found("visit", "voicemail", clip_name(package, 1), clip_name(package, 4))


@act(example="smallest")
def everything_made_anew(package: Path) -> Expectation:
    """Act 50: another recording, and with it log, clips, pages, record and bag, by the same tool."""
    import datetime as dt
    import shutil

    import evidencekit

    folder = package.parent / "again"
    shutil.copytree(package / "data/recordings", folder / "recordings")
    recording = next((folder / "recordings").iterdir())
    recording.write_bytes(recording.read_bytes() + b"\0\0\0\x08free")
    document = json.loads((package / "data/matter/matter.json").read_bytes())
    (folder / "matter.json").write_text(json.dumps(document))
    matter = evidencekit.load_matter(folder / "matter.json")
    now = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    evidencekit.intake(matter, folder=folder, by="Somebody", now=now)
    shutil.rmtree(package)
    evidencekit.build(matter, folder=folder, into=package, now=now)
    return unseen(
        "a package made anew from another recording agrees with itself; only something kept "
        "elsewhere differs: the head that was printed and handed over, a signature, a time stamp"
    )
