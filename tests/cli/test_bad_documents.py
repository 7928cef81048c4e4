# SPDX-License-Identifier: AGPL-3.0-or-later
"""Documents and matter files that cannot be used: what is said, and that nothing is lost."""

from __future__ import annotations

import csv
import json
import shutil
from typing import TYPE_CHECKING

import pikepdf
import pypdf
import pytest
from support_pdf import numbered_pdf

import evidencekit as ek

if TYPE_CHECKING:
    from pathlib import Path

    from support_cli import Desk

WAY_ON = (
    "Name a copy that can be opened as file, or use --placeholder letter to print the reason in "
    "its place."
)
WITH_A_PASSWORD = WAY_ON.replace("or use", "give its password (--password letter=FILE), or use")


def encrypted(path: Path) -> None:
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="one", user="two"))


def without_pages(path: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.save(path)


def beyond_repair(path: Path) -> None:
    path.write_bytes(b"%PDF-1.7\n" + b"\x00\xff lost " * 400)


def web_page(path: Path) -> None:
    path.write_bytes(b"<!DOCTYPE html><html><head></head><body>Your session has expired</body>")


def nothing(path: Path) -> None:
    path.write_bytes(b"")


SPOILT = [
    (encrypted, "needs a password"),
    (without_pages, "has no pages"),
    (beyond_repair, "is damaged beyond repair"),
    (web_page, "is not a PDF"),
    (nothing, "is empty"),
]


@pytest.mark.parametrize(("spoil", "reason"), SPOILT, ids=[each.__name__ for each, _ in SPOILT])
def test_a_document_that_cannot_be_bound_in_stops_the_build(built: Desk, spoil, reason) -> None:
    spoil(built.letter)
    way_on = WITH_A_PASSWORD if "password" in reason else WAY_ON
    built.refused(f"documents/letter.pdf {reason}. {way_on}")
    assert ek.verify(built.out).ok


@pytest.mark.parametrize(("spoil", "reason"), SPOILT, ids=[each.__name__ for each, _ in SPOILT])
def test_a_placeholder_prints_the_reason_in_its_place(desk: Desk, spoil, reason) -> None:
    spoil(desk.letter)
    result = desk.build("--placeholder", "letter")
    assert result.exit_code == 0, result.stderr
    assert f"document:letter: not included: it {reason}." in " ".join(result.stdout.split())
    package = ek.open_package(desk.out)
    entry = next(each for each in package.index if each.item == "document:letter")
    page = pypdf.PdfReader(package.pdf_path).pages[entry.pdf_page - 1].extract_text()
    assert reason.split()[-1] in page
    assert "Not included" in page
    account = next(each for each in package.record["inputs"] if each["id"] == "document:letter")
    assert account["outcome"] == "placeholder"
    assert account["stored"] is None
    assert ek.verify(desk.out).ok


def test_a_missing_document_stops_the_build_and_a_placeholder_can_stand_for_it(desk: Desk) -> None:
    desk.letter.unlink()
    desk.refused(f"documents/letter.pdf was not found. {WAY_ON}")
    assert desk.build("--placeholder", "letter").exit_code == 0
    assert ek.verify(desk.out).ok


def test_a_placeholder_for_a_document_that_opens_is_not_used(desk: Desk) -> None:
    assert desk.build("--placeholder", "letter").exit_code == 0
    [document] = ek.open_package(desk.out).record["documents"]
    assert (document["outcome"], document["pages"]) == ("included", 2)


def test_several_bad_documents_are_named_at_once(desk: Desk) -> None:
    numbered_pdf(desk.folder / "documents/reply.pdf", 1)
    desk.change("[documents]\n", '[documents]\nreply = "documents/reply.pdf"\n')
    web_page(desk.folder / "documents/reply.pdf")
    encrypted(desk.letter)
    result = desk.refused(
        "documents/letter.pdf needs a password", "documents/reply.pdf is not a PDF", taken_in=True
    )
    assert len(result.stderr.splitlines()) == 3


def test_a_placeholder_for_no_document_is_a_usage_error(desk: Desk) -> None:
    desk.note()
    result = desk.build("--placeholder", "lettr")
    assert result.exit_code == 2
    assert '"lettr" is not the id of a document. The' in " ".join(
        result.stderr.replace("│", " ").split()
    )
    desk.nothing_happened()


def test_two_documents_with_one_id_are_refused_with_the_line(desk: Desk) -> None:
    desk.change("[documents]\n", '[documents]\nletter = "documents/other.pdf"\n')
    desk.refused("matter.toml:17 gives a key or a table for the second time.", code=3)


def test_two_recordings_with_one_id_are_refused_in_json_too(desk: Desk) -> None:
    text = '{"schema": "evidencekit/matter/1", "case": "Re E", "recordings": {"a": "x", "a": "y"}}'
    (desk.folder / "matter.json").write_text(text, encoding="utf-8")
    result = desk.run("validate", "matter.json")
    assert result.exit_code == 3
    assert "matter.json:1 gives a key twice: [recordings.a]." in result.stdout


def test_unknown_keys_are_all_named_with_their_lines_and_suggestions(desk: Desk) -> None:
    desk.change('made_by = "amara"', 'mad_by = "amara"\nplaice = "x"')
    desk.change("[case]\n", "[case]\nhering_on = 2026-01-01\n")
    result = desk.refused(
        'matter.toml:3 [case] hering_on: "hering_on" is not a key of [case]. Did you mean '
        '"hearing_on"?',
        'matter.toml:10 [recordings.visit] mad_by: "mad_by" is not a key of [recordings.visit]. '
        'Did you mean "made_by"?',
        '"plaice" is not a key of [recordings.visit]. Did you mean "place"?',
        code=3,
    )
    assert len(result.stderr.splitlines()) == 4


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("../visit.wav", "copy the file into the matter's folder"),
        ("recordings/../../visit.wav", "copy the file into the matter's folder"),
        ("/etc/passwd", "leave out the / at its start"),
        ("C:/visit.wav", "[recordings.visit] file"),
        ("recordings\\\\visit.wav", "[recordings.visit] file"),
    ],
)
def test_a_path_out_of_the_folder_is_refused(desk: Desk, path: str, said: str) -> None:
    desk.change("recordings/visit.wav", path)
    desk.refused("matter.toml:8", said, code=3)


@pytest.mark.parametrize("which", ["recordings/visit.wav", "transcripts", "documents/letter.pdf"])
def test_a_path_through_a_link_is_refused(desk: Desk, which: str) -> None:
    outside = desk.folder.parent / "outside"
    shutil.move(desk.folder / which, outside)
    try:
        (desk.folder / which).symlink_to(outside)
    except OSError:
        pytest.skip("this system lets nobody make links")
    result = desk.refused("goes through a link. Put the file itself in the folder.")
    assert result.stderr.startswith(which)


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Long words " * 182, "is 2,002 characters long; at most 300 fit."),
        ("bell \\u0007", "has a control character (U+0007). Take it out."),
        ("\\u001b[31mred", "has a control character (U+001B). Take it out."),
        ("two\\nlines", "has a line break. Write it on one line."),
    ],
)
def test_a_title_that_no_index_can_show_is_refused(desk: Desk, title: str, said: str) -> None:
    desk.change('title = "Letter"', f'title = "{title}"')
    result = desk.refused(f"matter.toml:16 [documents] letter.title: {said}", code=3)
    assert "\x1b" not in result.stderr
    assert "\x07" not in result.stderr


#: The first of each lot is also the title of the case.
MARKUP = [
    ['#panic("stop")', "#panic", "+1+1"],
    ["<script>alert(1)</script>", "@SUM(1)", "// no comment /* none */"],
    [
        '=HYPERLINK("http://example.org","here")',
        "{{ template }} ${shell} %s %(name)s {0}",
        "- = + /",
    ],
    ["\\ \\# \\u{41}", "$x^2$ *bold* _slanted_ `code` <label> @ref", "[link](http://example.org)"],
]
CLIP = '[[recordings.visit.clip]]\ntitle = {}\nfrom = "0:00.{}00"\nto = "0:01.500"\n'


@pytest.mark.parametrize("titles", MARKUP, ids=[each[0][:9] for each in MARKUP])
def test_markup_in_a_title_is_only_text_wherever_it_lands(desk: Desk, titles: list[str]) -> None:
    desk.change('title = "Re E (A Child)"', f"title = {json.dumps(titles[0])}")
    desk.change('title = "The refusal"', f"title = {json.dumps(titles[0])}")
    desk.change('title = "Letter"', f"title = {json.dumps(titles[0])}")
    for at, title in enumerate(titles[1:], start=1):
        written = json.dumps(title)
        desk.change("[documents]\n", f"{CLIP.format(written, at)}[documents]\n")
        numbered_pdf(desk.folder / f"documents/{at}.pdf", 1)
        more = f'more{at} = {{ file = "documents/{at}.pdf", title = {written} }}\n'
        desk.matter.write_text(desk.matter.read_text("utf-8") + more, "utf-8")
    result = desk.build()
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines()[1].startswith(f"{titles[0]} · ")
    package = ek.open_package(desk.out)
    entries = [each for each in package.index if each.item.startswith("document:")]
    assert sorted(each.title for each in entries) == sorted(titles)
    clips = [
        each.title.split(": ", 1)[1] for each in package.index if each.item.startswith("clip:")
    ]
    assert sorted(clips) == sorted(titles)
    index = next(each for each in package.index if each.item == "part:index")
    reader = pypdf.PdfReader(package.pdf_path)
    page = "".join(reader.pages[index.pdf_page - 1].extract_text().split())
    bookmarks = [each.title for each in _flat(reader.outline)]
    for entry in entries:
        assert "".join(entry.title.split()) in page
        assert f"{entry.first_label}  {entry.title}" in bookmarks
    rows = list(csv.reader((desk.out / "data/index.csv").read_text("utf-8-sig").splitlines()))
    for cell in (cell for row in rows for cell in row if cell):
        assert cell[0] not in "=+-@" or cell.strip("-0123456789.") == ""
    assert ek.verify(desk.out).ok


def _flat(outline):
    for each in outline:
        if isinstance(each, list):
            yield from _flat(each)
        else:
            yield each


def test_a_matter_file_that_is_missing_or_no_toml_is_named(desk: Desk) -> None:
    desk.change("[case]", "[case")
    desk.refused("matter.toml:2 is not TOML here", code=3)
    desk.matter.unlink()
    desk.refused("matter.toml does not exist.", code=3)


def test_an_edited_custody_log_stops_the_build(built: Desk) -> None:
    second = built.folder / "recordings/second.wav"
    second.write_bytes(built.recording.read_bytes() + b"\x00\x00")
    built.change("[documents]", '[recordings.second]\nfile = "recordings/second.wav"\n[documents]')
    assert built.build("--by", "another clerk").exit_code == 0
    log = built.folder / "custody.jsonl"
    log.write_bytes(log.read_bytes().replace(b"a clerk", b"A clerk", 1))
    built.refused("the custody log is broken at entry 2", "Restore the log from a copy.")
    assert ek.verify(built.out).ok
