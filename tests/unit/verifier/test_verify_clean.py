# SPDX-License-Identifier: AGPL-3.0-or-later
"""Packages that nobody touched, of matters of every kind: the verifier has nothing to say of them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from support_examples import EXAMPLES, NOW, build_example, copy_example
from support_sound import sound, write_raw_wav, write_wav
from support_verify import assert_quiet, build, clip_of, loud, matter_of

import evidencekit as ek
from evidencekit.errors import WorkerFailed
from evidencekit.isolate import Isolate
from evidencekit.verifier.decoding import compare_here

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HOME = EXAMPLES / "home-visit"
PARTS = ["recordings", "clips", "consent", "custody", "coverage"]

SCRIPTS = {
    "polish": ("Żaneta Brzęczyszczykiewicz-Łęcka", "Zażółć gęślą jaźń – pismo"),
    "arabic": ("محمد الأحمد", "رسالة من المدرسة"),
    "hindi": ("प्रिया शर्मा", "स्कूल का पत्र"),
    "hebrew": ("דנה לוי", "מכתב מבית הספר"),
    "bengali": ("সুমিতা দেবী", "বিদ্যালয়ের চিঠি"),
    "tamil": ("மீனா குமார்", "பள்ளியின் கடிதம்"),
    "thai": ("สมชาย ใจดี", "จดหมายจากโรงเรียน"),
    "korean": ("김민준", "학교에서 온 편지"),
    "vietnamese": ("Nguye\u0302\u0303n Thi\u0323 Lan", "Thư của trường"),
    "russian": ("Ирина Ёлкина", "Письмо из школы №5"),
    "chinese": ("欧阳 小明", "家庭访问记录"),
    "emoji": ("Sam \N{PARTY POPPER} Green", "Party \N{BIRTHDAY CAKE} at home, 50% & <b>"),
}


@pytest.mark.parametrize("example", ["smallest", "home-visit"])
def test_an_example_as_it_was_built(example: str, tmp_path: Path) -> None:
    report = assert_quiet(build_example(example, tmp_path).path)
    assert {each.check for each in report.summary} == {
        *("files", "record", "custody", "clips", "pages", "inputs", "signature"),
    }


def test_originals_left_with_their_holder_are_said_to_be_unchecked_and_found_in_a_folder(
    tmp_path: Path,
) -> None:
    package = build_example("home-visit", tmp_path, originals="leave").path
    report = ek.verify(package)
    assert report.ok
    said = [(code, subject) for code, subject, _ in loud(report)]
    assert said == [("EK-V002", "visit"), ("EK-V002", "voicemail")]
    assert str(tmp_path) not in " ".join(map(str, report.findings))
    assert_quiet(package, recordings=tmp_path / "home-visit")


def test_a_placeholder_stands_for_a_document(tmp_path: Path) -> None:
    folder = copy_example("home-visit", tmp_path)
    (folder / "documents/minutes.pdf").write_bytes(b"no PDF")
    matter = ek.load_matter(folder / "matter.toml")
    package = ek.build(
        matter, folder=folder, into=tmp_path / "package", now=NOW, placeholders=["minutes"]
    )
    assert_quiet(package.path)


def test_a_signed_statement_is_bound_in(tmp_path: Path) -> None:
    folder = copy_example("home-visit", tmp_path)
    shutil.copyfile(folder / "documents/refusal.pdf", folder / "documents/signed.pdf")
    written = (folder / "matter.toml").read_text(encoding="utf-8")
    signed = '# signed = "documents/statement-signed.pdf"'
    assert signed in written
    (folder / "matter.toml").write_text(
        written.replace(signed, 'signed = "documents/signed.pdf" #'), encoding="utf-8"
    )
    matter = ek.load_matter(folder / "matter.toml")
    package = ek.build(
        matter,
        folder=folder,
        into=tmp_path / "package",
        now=NOW,
        matter_file=folder / "matter.toml",
    )
    assert package.record["statement"]["state"] == "signed"
    assert_quiet(package.path)


def test_names_and_titles_of_every_script(tmp_path: Path) -> None:
    for key in SCRIPTS:
        shutil.copyfile(HOME / "documents/refusal.pdf", tmp_path / f"{key}.pdf")
    document = matter_of(
        case={"title": "Re Ż, 明 and محمد (Children)", "proceedings": "children"},
        people={key: {"name": name, "role": "neighbour"} for key, (name, _) in SCRIPTS.items()},
        recordings={
            "visit": {
                "file": "visit.wav",
                "title": SCRIPTS["emoji"][1],
                "made_by": "polish",
                "place": SCRIPTS["arabic"][1],
                "consent": dict.fromkeys(SCRIPTS, "agreed"),
                "clip": [
                    clip_of(f"0:00.{at}", f"0:01.{at}", title)
                    for at, (_, title) in enumerate(SCRIPTS.values(), start=100)
                ],
            }
        },
        documents={
            key: {"file": f"{key}.pdf", "title": title} for key, (_, title) in SCRIPTS.items()
        },
        statement={
            "by": "polish",
            "exhibit": "ŻB1",
            "words": [f"{name}: {title}." for name, title in SCRIPTS.values()],
        },
    )
    assert_quiet(build(tmp_path, document).path)


@pytest.mark.parametrize(
    "sections",
    [
        {"A": {"title": "All of it", "contents": PARTS}},
        {"A": "Index", "C": {"title": "Later", "contents": PARTS[:2]}, "E": {"title": "Last",
         "contents": PARTS[2:]}},
        {"A": {"title": "Index", "contents": ["coverage", "custody"]}, "Z": {"title": "Rest",
         "contents": ["clips", "consent", "recordings"]}},
    ],
)  # fmt: skip
def test_sections_of_ones_own(sections: Any, tmp_path: Path) -> None:
    assert_quiet(build(tmp_path, matter_of(sections=sections)).path)


def test_a_matter_without_recordings_or_documents(tmp_path: Path) -> None:
    assert_quiet(build(tmp_path, matter_of(recordings={})).path)


def test_a_matter_without_clips(tmp_path: Path) -> None:
    recordings = {"visit": {"file": "visit.wav", "title": "A visit"}}
    assert_quiet(build(tmp_path, matter_of(recordings=recordings)).path)


@pytest.mark.parametrize("proceedings", ["children", "financial remedy", "civil", None])
def test_the_numbering_of_every_court(proceedings: str | None, tmp_path: Path) -> None:
    case = {"title": "Re E (A Child)"} | ({"proceedings": proceedings} if proceedings else {})
    document = matter_of(case=case, statement={"by": "amara", "exhibit": "AD1"})
    package = build(tmp_path, document)
    assert_quiet(package.path)


def test_both_numberings_are_among_them(tmp_path: Path) -> None:
    numberings = set()
    for place, proceedings in enumerate(("children", "civil")):
        folder = tmp_path / str(place)
        folder.mkdir()
        case = {"title": "Re E (A Child)", "proceedings": proceedings}
        numberings.add(build(folder, matter_of(case=case)).record["bundle"]["numbering"])
    assert numberings == {"bates", "arabic"}


class Broken(Isolate):
    """A worker that breaks when it is to decode."""

    def call(self, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        if function is compare_here:
            msg = "took longer than 1 seconds"
            raise WorkerFailed(msg)
        return super().call(function, *args, **kwargs)


def test_a_decoder_that_breaks_off_leaves_clips_unchecked_and_nothing_failed(
    tmp_path: Path,
) -> None:
    package = build(tmp_path, matter_of()).path
    with Broken(seconds=60, memory_mb=4096) as worker:
        report = ek.verify(package, worker=worker)
    assert report.ok
    assert [(code, subject) for code, subject, _ in loud(report)] == [("EK-V010", "visit")]
    assert report.conclusion.endswith("1 check could not run; that is not a pass.")


def wav_of(bits: int, tag: int = 1, channels: int = 1) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        data = sound(3, channels=channels).astype("<i2").tobytes() * (bits // 8)
        write_raw_wav(path, data[: len(data) // 24 * 24], tag=tag, bits=bits, channels=channels)

    return write


@pytest.mark.parametrize(
    "write", [wav_of(8), wav_of(16, channels=2), wav_of(24), wav_of(32), wav_of(32, tag=3)]
)
def test_samples_of_every_depth(write: Callable[[Path], None], tmp_path: Path) -> None:
    write(tmp_path / "visit.wav")
    assert_quiet(build(tmp_path, matter_of()).path)


def test_clips_that_touch_overlap_and_end_with_the_recording(tmp_path: Path) -> None:
    write_wav(tmp_path / "visit.wav", sound(2.9999, rate=11025), rate=11025)
    clips = [
        clip_of("0:00.001", "0:01.003"),
        clip_of("0:01.003", "0:02.000"),
        clip_of("0:00.500", "0:01.500"),
        clip_of("0:02.000", "0:02.999"),
    ]
    recordings = {"visit": {"file": "visit.wav", "clip": clips}}
    assert_quiet(build(tmp_path, matter_of(recordings=recordings)).path)


def test_what_was_told_in_every_way_it_can_be_written(tmp_path: Path) -> None:
    write_wav(tmp_path / "again.wav", sound(2, seed=8))
    document = matter_of(
        timezone="America/New_York",
        case={
            "title": "Re E",
            "hearing_on": "in the spring",
            "prepared_on": "2026-05-29",
            "agreed": True,
            "permission": "granted",
        },
        people={"amara": {"name": "Amara Dean", "party": "mother"}, "price": "Owen Price"},
        recordings={
            "visit": {
                "file": "visit.wav",
                "recorded_at": "2026-07-01T18:30:00Z",
                "consent": {
                    "price": [{"status": "refused", "on": "2026-03-02"}, "not asked"],
                    "amara": {"status": "agreed", "on": "some time in May", "also_recorded": "no"},
                },
                "use_in_evidence": {"price": {"status": "refused", "on": "2026-03-03"}},
                "clip": clip_of(),
            },
            "again": {"file": "again.wav", "recorded_at": "2026-02-01", "made_by": "price"},
        },
        other_recordings="not stated",
        statement={"by": "amara", "words": "One\nparagraph,\tand  no more."},
    )
    assert_quiet(build(tmp_path, document).path)
