# SPDX-License-Identifier: AGPL-3.0-or-later
"""Acts upon bundle.json, with the bag made to agree.

The record repeats what files, log and pages say, so that a change in one place shows in another.
Each act here changes the record alone.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import rfc8785
from tamper.insider import (
    RECORD,
    Expectation,
    act,
    clip_name,
    clip_path,
    decode,
    digest,
    edit_record,
    found,
    page_name,
    page_of,
    record_of,
    recording_path,
    replace,
    seal,
    sha256,
    write_record,
)

if TYPE_CHECKING:
    from pathlib import Path


#: By the names it has where its entry, or its file too, is gone.
CLIP_3 = (
    "clip 3",
    "clip:3",
    "data/clips/Clip 3 - Home visit 1m4.350s to 1m18.236s.wav",
)


def store(package: Path, data: bytes) -> Expectation:
    """Store *data* as the record and seal the bag."""
    (package / RECORD).write_bytes(data)
    seal(package)
    return found(RECORD)


# --- with nothing rehashed


@act()
def edit_the_record(package: Path) -> Expectation:
    replace(package / RECORD, b"NB26C00123", b"NB26C00124")
    return found(RECORD)


# --- inputs: every file accounted for


@act()
def drop_input_from_record_and_rehash(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["inputs"] = [each for each in record["inputs"] if each["id"] != "document:refusal"]
    return found("document:refusal")


@act()
def drop_input_and_its_file_and_rehash(package: Path) -> Expectation:
    """The document's own entry, and its pages in the bundle, still speak of it."""
    (package / "data/documents/refusal.pdf").unlink()
    with edit_record(package) as record:
        record["inputs"] = [each for each in record["inputs"] if each["id"] != "document:refusal"]
    return found("document:refusal")


@act()
def drop_a_document_from_record_and_rehash(package: Path) -> Expectation:
    """Input, file and document are gone; its pages and its row of the index are not."""
    (package / "data/documents/refusal.pdf").unlink()
    with edit_record(package) as record:
        record["inputs"] = [each for each in record["inputs"] if each["id"] != "document:refusal"]
        record["documents"] = [each for each in record["documents"] if each["id"] != "refusal"]
    return found("document:refusal")


@act()
def recording_withheld_silently(package: Path) -> Expectation:
    """The voicemail is taken out of files and record; log and pages still speak of it."""
    (package / recording_path(package, 2)).unlink()
    (package / clip_path(package, 4)).unlink()
    (package / "data/transcripts/voicemail.srt").unlink()
    with edit_record(package) as record:
        for key in ("inputs", "recordings", "clips", "consent", "coverage"):
            record[key] = [each for each in record[key] if not _is_of(each, "voicemail")]
    return found("voicemail")


def _is_of(entry: dict[str, Any], recording: str) -> bool:
    own = [entry.get(key) for key in ("id", "recording")]
    return any(
        each in (recording, f"recording:{recording}", f"transcript:{recording}") for each in own
    )


@act()
def original_said_to_be_left_out(package: Path) -> Expectation:
    """The file is gone and the record says that somebody holds it: the log has its digest still,
    but nobody can hear that the clip comes from it."""
    (package / recording_path(package, 2)).unlink()
    with edit_record(package) as record:
        entry = next(each for each in record["inputs"] if each["id"] == "recording:voicemail")
        entry.update(outcome="left out", stored=None, holder="Kemp Law", reason="held by the firm")
    return Expectation(
        found=False,
        reason="a recording may be left out, and the record says who holds it; its clips are then "
        "not checked, which is said and is no pass",
    )


@act()
def withheld_without_a_reason(package: Path) -> Expectation:
    (package / "data/documents/refusal.pdf").unlink()
    with edit_record(package) as record:
        entry = next(each for each in record["inputs"] if each["id"] == "document:refusal")
        entry.update(outcome="withheld", stored=None, reason=None)
    return found("document:refusal")


@act()
def withheld_and_stored_all_the_same(package: Path) -> Expectation:
    """What the record says is not in the package is in it."""
    with edit_record(package) as record:
        entry = next(each for each in record["inputs"] if each["id"] == "document:refusal")
        entry.update(outcome="withheld", reason="privileged")
    return found("document:refusal")


@act()
def included_and_stored_nowhere(package: Path) -> Expectation:
    with edit_record(package) as record:
        entry = next(each for each in record["inputs"] if each["id"] == "document:refusal")
        entry["stored"] = None
    return found("document:refusal")


@act()
def two_inputs_stored_as_one_file(package: Path) -> Expectation:
    with edit_record(package) as record:
        first, second = (each for each in record["inputs"] if each["kind"] == "recording")
        second.update({key: first[key] for key in ("stored", "sha256", "size")})
    return found(("recording:voicemail", "data/recordings/voicemail.mp3"))


@act()
def input_listed_twice(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["inputs"].append(record["inputs"][0])
    return found("recording:visit")


@act()
def input_stored_outside_the_package(package: Path) -> Expectation:
    """The file is there, with the right digest, one folder up."""
    path = package / recording_path(package, 2)
    path.rename(package.parent / "voicemail.mp3")
    with edit_record(package) as record:
        entry = next(each for each in record["inputs"] if each["id"] == "recording:voicemail")
        entry["stored"] = "../voicemail.mp3"
    return found(("../voicemail.mp3", "recording:voicemail"))


@act()
def input_stored_at_a_device(package: Path) -> Expectation:
    """A reader that opens the path reads for ever."""
    with edit_record(package) as record:
        entry = next(each for each in record["inputs"] if each["id"] == "recording:voicemail")
        entry["stored"] = "/dev/zero"
    return found(("/dev/zero", "recording:voicemail"))


@act()
def input_digest_of_another_file(package: Path) -> Expectation:
    with edit_record(package) as record:
        entry = next(each for each in record["inputs"] if each["id"] == "document:refusal")
        entry["sha256"] = digest(package / "data/documents/request.pdf")
    return found("document:refusal")


@act()
def input_size_changed(package: Path) -> Expectation:
    with edit_record(package) as record:
        entry = next(each for each in record["inputs"] if each["id"] == "document:refusal")
        entry["size"] += 1
    return found("document:refusal")


@act()
def input_renamed_in_the_record(package: Path) -> Expectation:
    """The name under which a recording was received is in the log too."""
    with edit_record(package) as record:
        entry = next(each for each in record["inputs"] if each["id"] == "recording:visit")
        entry.update(name="another.m4a", path="recordings/another.m4a")
    return found("recording:visit")


# --- recordings


@act()
def recording_digest_changed_in_the_record(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["recordings"][0]["sha256"] = sha256(b"another")
    return found("visit")


@act()
def recording_size_changed_in_the_record(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["recordings"][0]["size"] = 1
    return found("visit")


@act()
def recording_made_longer_in_the_record(package: Path) -> Expectation:
    """The share of it that the clips use looks smaller."""
    with edit_record(package) as record:
        record["recordings"][0]["measured"]["sample_count"] *= 2
        record["recordings"][0]["measured"]["length_ms"] *= 2
    return found("visit")


@act()
def decode_errors_hidden(package: Path) -> Expectation:
    """Said here to be 3 where there are none: the same check finds 0 where there are some."""
    with edit_record(package) as record:
        record["recordings"][0]["measured"]["decode_errors"] = 3
    return found("visit")


@act()
def recording_time_told_changed(package: Path) -> Expectation:
    """It is printed on the recording's schedule, and in the matter."""
    with edit_record(package) as record:
        record["recordings"][0]["told"]["recorded_at"]["value"] = "2026-03-12T14:05:00"
    return found("visit")


@act()
def told_turned_into_measured(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["recordings"][0]["told"]["edited"]["standing"] = "measured"
    return found("visit")


@act()
def what_the_file_says_changed(package: Path) -> Expectation:
    """The file's own creation time, made to agree with what was told."""
    with edit_record(package) as record:
        for each in record["recordings"][0]["file_says"]:
            if "T14:07:22Z" in str(each["stated"]["value"]):
                each["stated"]["value"] = "2026-03-11T14:05:00Z"
    return found("visit")


@act()
def covert_turned_into_open(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["recordings"][0]["openness"]["verdict"] = "open"
    return found("visit")


@act()
def recording_added_to_the_record(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["recordings"].append({**record["recordings"][1], "id": "call", "number": 3})
    return found("call")


@act()
def two_recordings_swapped_in_the_record(package: Path) -> Expectation:
    with edit_record(package) as record:
        one, other = record["recordings"]
        one["input"], other["input"] = other["input"], one["input"]
    return found("visit", "voicemail")


# --- clips


@act()
def clip_dropped_from_the_record(package: Path) -> Expectation:
    with edit_record(package) as record:
        del record["clips"][2]
    return found(CLIP_3)


@act()
def clip_dropped_from_record_and_package(package: Path) -> Expectation:
    """Its sheet, its row of the index and its recording still name it."""
    (package / clip_path(package, 3)).unlink()
    with edit_record(package) as record:
        del record["clips"][2]
    return found(CLIP_3)


@act()
def clip_of_another_recording(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["clips"][0]["recording"] = "voicemail"
    return found(clip_name(package, 1))


@act()
def clip_of_no_recording(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["clips"][0]["recording"] = "call"
    return found(clip_name(package, 1))


@act()
def clip_file_digest_changed(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["clips"][0]["file_sha256"] = sha256(b"another")
    return found(clip_name(package, 1))


@act()
def clip_samples_digest_changed(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["clips"][0]["samples_sha256"] = sha256(b"another")
    return found(clip_name(package, 1))


@act()
def clip_source_digest_changed(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["clips"][0]["source_sha256"] = sha256(b"another")
    return found(clip_name(package, 1))


@act()
def two_clips_of_one_file(package: Path) -> Expectation:
    """Clip 2 is said to be the file of clip 1, whose own file nobody names any more."""
    with edit_record(package) as record:
        first, second = record["clips"][:2]
        second.update(
            {key: first[key] for key in ("file", "file_sha256", "samples_sha256", "samples")}
        )
    return found(clip_name(package, 2))


@act()
def clip_file_outside_the_package(package: Path) -> Expectation:
    path = package / clip_path(package, 1)
    path.rename(package.parent / "clip.wav")
    with edit_record(package) as record:
        record["clips"][0]["file"] = "../clip.wav"
    return found(("../clip.wav", *clip_name(package, 1)))


@act()
def clip_file_with_a_null_byte_in_its_name(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["clips"][0]["file"] = "data/clips/a\0b.wav"
    return found(clip_name(package, 1))


@act()
def clip_file_that_is_a_folder(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["clips"][0]["file"] = "data/clips"
    return found(("data/clips", *clip_name(package, 1)))


@act()
def clip_range_shifted_in_the_record(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["clips"][0]["samples"]["first"] += 1
        record["clips"][0]["samples"]["end"] += 1
    return found(clip_name(package, 1))


@act()
def clip_range_beyond_the_recording(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["clips"][0]["samples"].update(first=10**12, end=10**12 + 429_975)
    return found(clip_name(package, 1))


@act()
def clip_range_that_ends_before_it_starts(package: Path) -> Expectation:
    with edit_record(package) as record:
        samples = record["clips"][0]["samples"]
        samples["first"], samples["end"] = samples["end"], samples["first"]
    return found(clip_name(package, 1))


@act()
def clip_range_of_a_billion_hours(package: Path) -> Expectation:
    """A reader that makes room for it first has none left."""
    with edit_record(package) as record:
        record["clips"][0]["samples"].update(first=0, end=2**52, channels=2**31, bits=2**31)
    return found(clip_name(package, 1))


@act()
def clip_of_negative_samples(package: Path) -> Expectation:
    """A slice from -429975 is the end of the recording, to a careless reader."""
    with edit_record(package) as record:
        record["clips"][0]["samples"].update(first=-429_975, end=0)
    return found(clip_name(package, 1))


@act()
def clip_times_requested_changed(package: Path) -> Expectation:
    """What was asked for is printed on the clip's sheet, and decides which samples are right."""
    with edit_record(package) as record:
        record["clips"][0]["requested"] = {"from_ms": 14_400, "to_ms": 33_900}
    return found(clip_name(package, 1))


@act()
def clip_times_measured_changed(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["clips"][0]["start_ms"] += 1000
        record["clips"][0]["length_ms"] += 1000
    return found(clip_name(package, 1))


@act()
def clip_media_fragment_changed(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["clips"][0]["media_fragment"] = "visit.m4a#t=47.25,62"
    return found(clip_name(package, 1))


@act()
def clip_excerpt_word_changed(package: Path) -> Expectation:
    """ "does not agree" becomes "does agree", in the record alone."""
    with edit_record(package) as record:
        line = record["clips"][0]["excerpt"]["lines"][2]
        assert "does not agree" in line["text"]
        line["text"] = line["text"].replace("does not agree", "does agree")
    return found(clip_name(package, 1))


@act()
def clip_excerpt_line_dropped(package: Path) -> Expectation:
    with edit_record(package) as record:
        del record["clips"][0]["excerpt"]["lines"][2]
    return found(clip_name(package, 1))


@act()
def clip_excerpt_speaker_changed(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["clips"][0]["excerpt"]["lines"][2]["speaker"] = "Owen Price"
    return found(clip_name(package, 1))


@act()
def clip_title_changed(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["clips"][0]["title"] = "The refusal is not explained"
    return found(clip_name(package, 1))


@act()
def clip_decoder_changed(package: Path) -> Expectation:
    """Another decoder is allowed a tolerance; the pages say which one it was."""
    with edit_record(package) as record:
        record["clips"][0]["decoder"].update(ffmpeg_version="4.0", library_version="8.0")
    return found(clip_name(package, 1))


# --- coverage, consent, statement, case


@act()
def coverage_share_changed(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["coverage"][0]["share_per_mille"] = 990
    return found("visit")


@act()
def coverage_gap_dropped(package: Path) -> Expectation:
    with edit_record(package) as record:
        del record["coverage"][0]["gaps"][1]
    return found("visit")


@act()
def coverage_of_a_recording_dropped(package: Path) -> Expectation:
    with edit_record(package) as record:
        del record["coverage"][1]
    return found("voicemail")


@act()
def change_consent_sentence_in_record_and_rehash(package: Path) -> Expectation:
    """The schedule in the bundle says otherwise."""
    with edit_record(package) as record:
        event = next(each for each in record["consent"] if each["person"] == "price")["events"][0]
        event["printed"] = "Amara Dean says: Owen Price agreed to be recorded."
    return found("price")


@act()
def change_consent_status_in_record_and_rehash(package: Path) -> Expectation:
    """The sentence is left; what programs read is changed."""
    with edit_record(package) as record:
        event = next(each for each in record["consent"] if each["person"] == "hale")["events"][0]
        event["status"] = "agreed"
    return found("hale")


@act()
def drop_a_consent_entry_and_rehash(package: Path) -> Expectation:
    """A sentence of the schedule that no entry of the record has."""
    with edit_record(package) as record:
        record["consent"] = [each for each in record["consent"] if each["person"] != "hale"]
    return found("hale")


@act()
def change_use_in_evidence_and_rehash(package: Path) -> Expectation:
    with edit_record(package) as record:
        entry = next(each for each in record["consent"] if each["person"] == "hale")
        entry["use_in_evidence"]["printed"] = (
            "Amara Dean says: Joanna Hale agreed to use in evidence."
        )
    return found("hale")


@act()
def statement_paragraph_changed_in_the_record(package: Path) -> Expectation:
    with edit_record(package) as record:
        paragraph = record["statement"]["paragraphs"][0]
        assert "did not tell" in paragraph["text"]
        paragraph["text"] = paragraph["text"].replace("did not tell", "told")
    return found("statement")


@act()
def statement_paragraph_dropped_from_the_record(package: Path) -> Expectation:
    with edit_record(package) as record:
        del record["statement"]["paragraphs"][0]
    return found("statement")


@act()
def statement_said_to_be_signed(package: Path) -> Expectation:
    """The draft's pages and its row of the index say "draft, unsigned"."""
    with edit_record(package) as record:
        record["statement"]["state"] = "signed"
    return found("statement")


@act()
def case_title_changed_in_the_record(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["case"]["title"] = "Re F (A Child)"
    return found("case")


@act()
def case_number_changed_in_the_record(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["case"]["number"] = "NB26C00124"
    return found("case")


@act()
def permission_said_to_be_granted(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["case"]["permission"]["result"] = "granted"
    return found("case")


@act()
def person_renamed_in_the_record(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["people"][1]["name"] = "Joanne Hall"
    return found("hale")


@act()
def other_recordings_denied(package: Path) -> Expectation:
    """The schedule says that there are others, held and not used."""
    with edit_record(package) as record:
        record["other_recordings"] = {"are_there_any": "no", "list": []}
    return found("other_recordings")


@act()
def findings_dropped_from_the_record(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["findings"] = []
    return Expectation(
        found=False,
        reason="the findings of the build stand in the record alone; they are for the firm, and "
        "never leave it",
    )


# --- the bundle's pages, sections and index in the record


@act()
def change_a_label_in_the_index_and_rehash(package: Path) -> Expectation:
    with edit_record(package) as record:
        entry = next(each for each in record["bundle"]["index"] if each["item"] == "clip:1")
        entry["first_label"] = entry["last_label"] = "D5"
    return found("clip:1")


@act()
def change_a_page_in_the_index_and_rehash(package: Path) -> Expectation:
    with edit_record(package) as record:
        entry = next(each for each in record["bundle"]["index"] if each["item"] == "clip:1")
        entry["pdf_page"] += 1
    return found("clip:1")


@act()
def change_a_title_in_the_index_and_rehash(package: Path) -> Expectation:
    with edit_record(package) as record:
        entry = next(
            each for each in record["bundle"]["index"] if each["item"] == "document:refusal"
        )
        entry["title"] = "Reply agreeing"
    return found("document:refusal")


@act()
def change_a_date_in_the_index_and_rehash(package: Path) -> Expectation:
    with edit_record(package) as record:
        entry = next(
            each for each in record["bundle"]["index"] if each["item"] == "document:refusal"
        )
        entry["dated"] = "2026-02-03"
    return found("document:refusal")


@act()
def drop_an_index_entry_and_rehash(package: Path) -> Expectation:
    """Its pages then belong to no item."""
    expectation = found(("document:refusal", *page_name(package, "document:refusal")))
    with edit_record(package) as record:
        index = record["bundle"]["index"]
        record["bundle"]["index"] = [each for each in index if each["item"] != "document:refusal"]
    return expectation


@act()
def unlist_an_index_entry_and_rehash(package: Path) -> Expectation:
    """Without a number the index need not list it, and it does."""
    with edit_record(package) as record:
        entry = next(
            each for each in record["bundle"]["index"] if each["item"] == "document:refusal"
        )
        entry["number"] = None
    return found("document:refusal")


@act()
def swap_two_labels_in_the_record(package: Path) -> Expectation:
    with edit_record(package) as record:
        labels = record["bundle"]["labels"]
        one, other = page_of(package, "document:request"), page_of(package, "document:refusal")
        labels[one], labels[other] = labels[other], labels[one]
    return found(page_name(package, "document:request"), page_name(package, "document:refusal"))


@act()
def drop_a_label_from_the_record(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["bundle"]["labels"].pop()
    return found("labels")


@act()
def page_count_changed_in_the_record(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["bundle"]["pages"] += 1
    return found("pages")


@act()
def section_range_changed_in_the_record(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["bundle"]["sections"][4]["last_label"] = "E9"
    return found(("E9", "section E", "sections"))


@act()
def section_dropped_from_the_record(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["bundle"]["sections"].pop()
    return found((*page_name(package, "document:request"), "sections"))


@act()
def exhibit_number_altered_in_the_record(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["bundle"]["exhibit_labels"][page_of(package, "clip:1")] = "AD1/99"
    return found(page_name(package, "clip:1"))


@act()
def exhibit_mark_changed_in_the_record(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["bundle"]["exhibit"]["mark"] = "AD2"
    return found(("AD2", "exhibit"))


@act()
def numbering_changed_in_the_record(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["bundle"]["numbering"] = "arabic"
    return found("numbering")


@act()
def bundle_digest_changed_in_the_record(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["bundle"]["sha256"] = sha256(b"another")
    return found(record_of(package)["bundle"]["path"])


@act()
def bundle_path_to_a_document(package: Path) -> Expectation:
    """The record names another PDF of the package as the bundle, with its right digest."""
    with edit_record(package) as record:
        record["bundle"].update(
            path="data/documents/minutes.pdf", sha256=digest(package / "data/documents/minutes.pdf")
        )
    return found("data/documents/minutes.pdf")


@act()
def bundle_path_outside_the_package(package: Path) -> Expectation:
    record = record_of(package)
    (package / record["bundle"]["path"]).rename(package.parent / "bundle.pdf")
    record["bundle"]["path"] = "../bundle.pdf"
    write_record(package, record)
    seal(package)
    return found("../bundle.pdf")


# --- a record that readers read differently, or cannot read


@act()
def record_of_another_schema(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["schema"] = "evidencekit/bundle/2"
    return found(RECORD)


@act()
def record_with_duplicate_keys(package: Path) -> Expectation:
    """One reader takes the first edition, another the last."""
    replace(package / RECORD, b'"edition":"file"', b'"edition":"served","edition":"file"')
    seal(package)
    return found(RECORD)


@act()
def record_with_duplicate_keys_deep_inside(package: Path) -> Expectation:
    replace(package / RECORD, b'"from_ms":12400', b'"from_ms":1,"from_ms":12400')
    seal(package)
    return found(RECORD)


@act()
def record_that_is_not_canonical(package: Path) -> Expectation:
    return store(package, json.dumps(record_of(package), indent=1).encode() + b"\n")


@act()
def record_without_its_line_feed(package: Path) -> Expectation:
    return store(package, rfc8785.dumps(record_of(package)))


@act()
def record_with_bytes_after_it(package: Path) -> Expectation:
    return store(package, (package / RECORD).read_bytes() + b"{}\n")


@act()
def record_with_a_byte_order_mark(package: Path) -> Expectation:
    return store(package, b"\xef\xbb\xbf" + (package / RECORD).read_bytes())


@act()
def record_in_utf_16(package: Path) -> Expectation:
    return store(package, (package / RECORD).read_bytes().decode().encode("utf-16"))


@act()
def record_with_floats(package: Path) -> Expectation:
    replace(package / RECORD, rb'"pages":\d+,"path"', b'"pages":26.0,"path"')
    seal(package)
    return found(RECORD)


@act()
def record_with_nan(package: Path) -> Expectation:
    replace(package / RECORD, rb'"pages":\d+,"path"', b'"pages":NaN,"path"')
    seal(package)
    return found(RECORD)


@act()
def record_with_infinity(package: Path) -> Expectation:
    replace(package / RECORD, b'"from_ms":12400', b'"from_ms":-Infinity')
    seal(package)
    return found(RECORD)


@act()
def record_with_a_number_of_ten_thousand_digits(package: Path) -> Expectation:
    replace(package / RECORD, rb'"pages":\d+,"path"', b'"pages":' + b"9" * 10_000 + b',"path"')
    seal(package)
    return found(RECORD)


@act()
def record_with_an_exponent_beyond_floats(package: Path) -> Expectation:
    replace(package / RECORD, rb'"pages":\d+,"path"', b'"pages":1e400,"path"')
    seal(package)
    return found(RECORD)


@act()
def record_with_a_lone_surrogate(package: Path) -> Expectation:
    replace(package / RECORD, b'"title":"Home visit"', rb'"title":"\ud800"')
    seal(package)
    return found(RECORD)


@act()
def record_of_a_million_brackets(package: Path) -> Expectation:
    return store(package, b"[" * 1_000_000 + b"]" * 1_000_000)


@act()
def record_of_a_million_brackets_in_an_unknown_key(package: Path) -> Expectation:
    """Readers keep keys that they do not know, so the nesting is in a record that is otherwise
    right."""
    depth = 1_000_000
    data = (package / RECORD).read_bytes()
    return store(package, b'{"a":' + b"[" * depth + b"]" * depth + b"," + data[1:])


@act()
def record_that_is_empty(package: Path) -> Expectation:
    return store(package, b"")


@act()
def record_that_is_a_list(package: Path) -> Expectation:
    return store(package, b"[]\n")


@act()
def record_that_is_null(package: Path) -> Expectation:
    return store(package, b"null\n")


@act()
def record_that_is_only_its_schema(package: Path) -> Expectation:
    return store(package, b'{"schema":"evidencekit/bundle/1"}\n')


@act()
def record_that_is_no_text(package: Path) -> Expectation:
    return store(package, bytes(range(256)))


@act()
def wrong_types_everywhere(package: Path) -> Expectation:
    """Every value of the record is of another type."""
    record = {key: _wrong(each) for key, each in record_of(package).items()}
    write_record(package, {**record, "schema": "evidencekit/bundle/1"})
    seal(package)
    return found(RECORD)


def _wrong(value: Any) -> Any:
    match value:
        case dict():
            return [[key, _wrong(each)] for key, each in value.items()]
        case list():
            return {str(key): _wrong(each) for key, each in enumerate(value)}
        case str():
            return len(value)
        case bool():
            return "true"
        case int():
            return str(value)
        case _:
            return False


@act()
def true_for_every_number(package: Path) -> Expectation:
    """In Python, True is an int and equals 1."""
    with edit_record(package) as record:
        _truthful(record)
    return found(RECORD)


def _truthful(value: Any) -> None:
    items = list(value.items() if isinstance(value, dict) else enumerate(value))
    for key, each in items:
        if isinstance(each, (dict, list)):
            _truthful(each)
        elif each == 1:
            value[key] = True


@act()
def unknown_key_in_the_record(package: Path) -> Expectation:
    with edit_record(package) as record:
        record["annotations"] = {"note": "kept by readers"}
    return Expectation(found=False, reason="readers keep keys that they do not know")


@act(example="smallest")
def record_from_another_matter(package: Path) -> Expectation:
    """The digests are of the files that lie here; the case is another."""
    with edit_record(package) as record:
        record["case"]["title"] = "Re Q (A Child)"
        record["people"][0]["name"] = "Anna Quill"
    return found("case")


@act(example="smallest")
def clip_moved_by_a_sample_in_file_and_record(package: Path) -> Expectation:
    """File, digests and range agree with the recording; the times asked for give another sample."""
    from tamper.insider import rebuild, set_samples

    path = clip_path(package, 1)
    samples = record_of(package)["clips"][0]["samples"]
    whole = decode(package / recording_path(package))
    first, end = samples["first"] + 1, samples["end"] + 1
    set_samples(package / path, whole[first:end].tobytes())
    rebuild(package)
    with edit_record(package) as record:
        record["clips"][0]["samples"].update(first=first, end=end)
    return found(clip_name(package, 1))
