# SPDX-License-Identifier: AGPL-3.0-or-later
"""init writes a matter file that loads, and leaves nothing of the folder out."""

from __future__ import annotations

import os
import re
import tomllib

import pytest

from evidencekit.errors import AlreadyExists, IntakeError
from evidencekit.matterfile.init import init
from evidencekit.matterfile.load import load_matter


@pytest.fixture
def folder(tmp_path):
    """Return a function that makes files in a folder and returns the folder."""

    def make(*names):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        return tmp_path

    return make


def without_signs(text):
    """Take the sign away from every line that waits to be filled in."""
    return re.sub(r"^#(?=[\w\[])", "", text, flags=re.MULTILINE)


HOME_VISIT = (
    "recordings/visit.m4a",
    "recordings/voicemail.MP3",
    "transcripts/visit.corrected.vtt",
    "transcripts/visit.raw.vtt",
    "transcripts/voice-mail.srt",
    "documents/2026-03-02 reply_refusing.pdf",
    "documents/statement.pdf",
    "figures.xlsx",
    "export.zip",
)


def test_a_folder_becomes_a_matter_that_loads(folder):
    path = init(folder(*HOME_VISIT))
    matter = load_matter(path)
    assert [(each.id, each.file) for each in matter.recordings] == [
        ("visit", "recordings/visit.m4a"),
        ("voicemail", "recordings/voicemail.MP3"),
    ]
    assert [each.transcript.file for each in matter.recordings] == [
        "transcripts/visit.corrected.vtt",
        "transcripts/voice-mail.srt",
    ]
    assert [(each.id, each.title) for each in matter.documents] == [
        ("document-2026-03-02-reply-refusing", "2026-03-02 reply refusing"),
        ("statement-2", "Statement"),
    ]
    assert (matter.case.title, matter.people, matter.statement) == ("Untitled matter", (), None)


def test_every_file_is_named_if_only_to_say_that_it_is_not_used(folder):
    text = init(folder(*HOME_VISIT)).read_text(encoding="utf-8")
    for name in HOME_VISIT:
        assert name in text
    assert "# Another transcript of it? transcripts/visit.raw.vtt\n" in text
    assert "# figures.xlsx: this kind cannot be bound in. Save it as a PDF.\n" in text
    assert "# export.zip: no recording, transcript or document, going by its ending.\n" in text
    assert "# found by a similar name: does it belong here?" in text
    assert "# is that its date? Then add: dated = 2026-03-02" in text


@pytest.mark.parametrize("names", [HOME_VISIT, (), ("a.mp3",), ("m.pdf",)])
def test_the_lines_that_wait_are_a_matter_too(folder, names):
    path = init(folder(*names))
    filled = without_signs(path.read_text(encoding="utf-8"))
    path.write_text(filled, encoding="utf-8")
    matter = load_matter(path)
    assert matter.statement.by == "person1"
    assert matter.case.permission.result == "[to fill in]"
    assert all(each.consent and each.clips for each in matter.recordings if each.file in names)


def test_an_empty_folder_becomes_a_matter_that_loads(folder):
    matter = load_matter(init(folder()))
    assert (matter.recordings, matter.documents) == ((), ())


def test_a_matter_file_is_never_overwritten(folder):
    path = folder("matter.toml") / "matter.toml"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(AlreadyExists, match=r"exists already\. It was left as it is"):
        init(path.parent)
    assert path.read_text(encoding="utf-8") == "mine"


def test_a_link_that_leads_nowhere_counts_as_a_matter_file(folder):
    (folder() / "matter.toml").symlink_to("elsewhere.toml")
    with pytest.raises(AlreadyExists):
        init(folder())
    assert not (folder() / "elsewhere.toml").exists()


def test_what_is_no_folder_is_refused(folder):
    with pytest.raises(IntakeError, match="is not a folder"):
        init(folder("a.mp3") / "a.mp3")


def test_links_hidden_files_and_packages_are_named_and_not_followed(folder):
    root = folder("a.mp3", ".secret/b.mp3", "out/bagit.txt", "out/data/c.pdf", "custody.jsonl")
    (root / "link.mp3").symlink_to("a.mp3")
    os.mkfifo(root / "pipe.mp3")
    text = init(root).read_text(encoding="utf-8")
    assert len(load_matter(root / "matter.toml").recordings) == 1
    for line in (
        "# .secret: hidden.",
        "# link.mp3: a link; links are not followed.",
        "# out: a package (a BagIt bag).",
        "# pipe.mp3: not a file.",
    ):
        assert f"{line}\n" in text
    assert "c.pdf" not in text
    assert "custody.jsonl" not in text


def test_the_one_transcript_left_stands_ready_beside_the_one_recording_without_any(folder):
    path = init(folder("core group.mp3", "meeting notes.vtt", "visit.mp3", "visit.vtt"))
    text = path.read_text(encoding="utf-8")
    line = '#transcript = { file = "meeting notes.vtt", made_by = "person1" }'
    assert f"{line}  # does it belong here?" in text
    assert "no recording has a name like it" not in text
    assert text.count('speakers = { "Speaker 1" = "person1" }') == 2
    assert [each.transcript is None for each in load_matter(path).recordings] == [True, False]
    path.write_text(without_signs(text), encoding="utf-8")
    matter = load_matter(path)
    assert [each.transcript.file for each in matter.recordings] == [
        "meeting notes.vtt",
        "visit.vtt",
    ]


def test_a_transcript_that_fits_two_recordings_is_given_to_neither(folder):
    root = folder("a/call.mp3", "b/call.mp3", "call.vtt", "other.srt")
    text = init(root).read_text(encoding="utf-8")
    assert all(each.transcript is None for each in load_matter(root / "matter.toml").recordings)
    assert "# call.vtt: a transcript, and no recording has a name like it.\n" in text
    assert "# other.srt: a transcript, and no recording has a name like it.\n" in text


@pytest.mark.parametrize(
    ("transcript", "recording"),
    [
        ("visit.vtt", "visit.m4a"),
        ("VISIT.VTT", "visit.m4a"),
        ("visit.m4a.vtt", "visit.m4a"),
        ("visit (1).srt", "visit.m4a"),
        ("visit2.vtt", "visit2.m4a"),
        ("visit2 raw.vtt", "visit2.m4a"),
    ],
)
def test_a_transcript_goes_to_the_recording_it_is_named_like(folder, transcript, recording):
    matter = load_matter(init(folder("visit.m4a", "visit2.m4a", transcript)))
    given = {each.file: each.transcript and each.transcript.file for each in matter.recordings}
    assert given.pop(recording) == transcript
    assert set(given.values()) == {None}


def test_names_that_differ_in_capitals_alone_are_not_both_used(folder):
    root = folder("a.mp3", "A.mp3")
    if len(list(root.iterdir())) < 2:
        pytest.skip("this disk does not tell capitals apart")
    text = init(root).read_text(encoding="utf-8")
    assert len(load_matter(root / "matter.toml").recordings) == 1
    assert "# a.mp3: another file has the same name but for capitals. Rename one.\n" in text


def test_a_name_that_is_not_utf_8_is_told_and_not_used(tmp_path):
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.mp3")).touch()
    except OSError:
        pytest.skip("this disk takes no such name")
    text = init(tmp_path).read_text(encoding="utf-8")
    assert "its name cannot stand in a matter file. Rename it." in text
    assert tomllib.loads(text)["case"]
