# SPDX-License-Identifier: AGPL-3.0-or-later
"""A signed statement is bound in untouched; originals may be left with their holder; placeholders."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import docx
import pikepdf
import pymupdf
import pypdf
import pytest
from attrs import evolve
from pikepdf import Array, Dictionary, Name, String
from support_cli import Desk
from support_examples import NOW
from support_pdf import difference, numbered_pdf, picture

import evidencekit as ek
from evidencekit.errors import DigestMismatch, DocumentUnusable, NotTakenIn
from evidencekit.model.findings import Severity
from evidencekit.pipeline.signed import compare_signed
from evidencekit.pipeline.statement import write_statement

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WORDS = (
    "I pressed record before I opened the door, and I did not tell anybody that I had done so.",
    "I listened to the recording on 20 May 2026 - all of it.",
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A small matter with a statement, taken in."""
    desk = Desk(tmp_path)
    words = "\n".join(f'"{each}",' for each in WORDS)
    desk.change(
        "[documents]", f'[statement]\nby = "amara"\nexhibit = "AD1"\nwords = [{words}]\n[documents]'
    )
    matter = ek.load_matter(desk.matter)
    ek.intake(matter, folder=desk.folder, by="Ruth Kemp", now=NOW)
    return desk


def build(desk: Desk, **options: object) -> ek.Package:
    matter = ek.load_matter(desk.matter)
    return ek.build(matter, folder=desk.folder, into=desk.out, now=NOW, **options)  # type: ignore[arg-type]


def sign(desk: Desk, paragraphs: list[str]) -> Path:
    """Write a PDF that says *paragraphs*, with a mark for a signature, and name it as signed."""
    path = desk.folder / "documents/signed.pdf"
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=595, height=842)
        page.draw_rect((60, 700, 220, 760), color=(0, 0, 1))
        text = "\n\n".join(paragraphs)
        assert page.insert_textbox((60, 60, 535, 690), text, fontsize=9) >= 0
        pdf.save(path)
    desk.change('by = "amara"\nexhibit', 'by = "amara"\nsigned = "documents/signed.pdf"\nexhibit')
    return path


def drafted(desk: Desk) -> list[str]:
    return [each["text"] for each in build(desk).record["statement"]["paragraphs"]]


def codes(package: ek.Package, start: str = "EK-S") -> list[str]:
    return [each.code for each in package.findings if each.code.startswith(start)]


def test_a_signed_statement_is_bound_in_untouched_in_the_drafts_place(desk: Desk) -> None:
    signed = sign(desk, drafted(desk))
    package = build(desk)
    statement = package.record["statement"]
    assert (statement["state"], statement["signed_input"]) == ("signed", "signed-statement")
    entry = next(each for each in package.index if each.item == "part:statement")
    assert (entry.kind.value, entry.pages) == ("document", 1)
    account = next(each for each in package.record["inputs"] if each["id"] == "signed-statement")
    assert (package.path / account["stored"]).read_bytes() == signed.read_bytes()
    page = pypdf.PdfReader(package.pdf_path).pages[entry.pdf_page - 1]
    assert "I pressed record before I opened the door" in page.extract_text()
    assert "DRAFT" not in page.extract_text()
    seen = picture(package.pdf_path, entry.pdf_page - 1)
    assert difference(seen[:380, :], picture(signed)[:380, :]) < 0.002
    assert codes(package) == []
    assert ek.verify(package.path).ok


def change_pdf(path: Path, change: Callable[[pikepdf.Pdf], None], **options: Any) -> None:
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        change(pdf)
        pdf.save(path, **options)


def test_what_was_in_the_signed_statements_file_is_in_the_record_as_a_documents_is(
    desk: Desk,
) -> None:
    def add(pdf: pikepdf.Pdf) -> None:
        pdf.Root["/OpenAction"] = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
        pdf.attachments["a note.txt"] = b"for nobody else"
        pdf.pages[0].contents_add(b"BT /helv 9 Tf 520 22 Td (page 1 of 1) Tj ET\n")
        pdf.Root["/PageLabels"] = Dictionary(Nums=Array([0, Dictionary(P=String("s1"))]))

    change_pdf(sign(desk, drafted(desk)), add)
    package = build(desk, attachments=True)
    seen = package.record["statement"]["signed_file"]
    (entry,) = (each for each in package.index if each.item == "part:statement")
    assert (seen["pages"], seen["kind"], seen["repaired"]) == (1, "PDF", False)
    assert seen["source_pages"] == [{"page": 1, "own": "s1", "label": entry.first_label}]
    assert {"EK-P010", "EK-P035"} <= set(seen["findings"])
    assert seen["findings"] == sorted(
        {each.code for each in package.findings if each.subject == "part:statement"}
        & set(seen["findings"])
    )
    (shrunk,) = seen["shrunk_pages"]
    assert shrunk["page"] == 1
    (inside,) = seen["attachments"]
    assert (inside["name"], inside["size"]) == ("a note.txt", 15)
    (written,) = (each for each in package.record["inputs"] if each["id"] == inside["input"])
    assert (package.path / written["stored"]).read_bytes() == b"for nobody else"
    assert written["sha256"] == inside["sha256"]
    report = ek.verify(package.path)
    assert report.ok, report.findings
    assert ek.validate(package.record, kind="bundle") == ()


def test_a_draft_has_no_file_that_was_looked_into(desk: Desk) -> None:
    assert build(desk).record["statement"]["signed_file"] is None


def test_a_locked_signed_statement_asks_for_its_password_and_is_opened_by_it(desk: Desk) -> None:
    path = sign(desk, drafted(desk))
    change_pdf(path, lambda _: None, encryption=pikepdf.Encryption(user="open", owner="own"))
    with pytest.raises(DocumentUnusable, match=r"--password statement=FILE"):
        build(desk)
    package = build(desk, passwords={"statement": "open"})
    assert "EK-P030" in package.record["statement"]["signed_file"]["findings"]
    assert ek.verify(package.path).ok


def test_the_draft_is_still_there_to_compare(desk: Desk) -> None:
    paragraphs = drafted(desk)
    sign(desk, paragraphs)
    package = build(desk)
    assert [each["text"] for each in package.record["statement"]["paragraphs"]] == paragraphs
    assert (package.path / package.record["statement"]["docx"]).is_file()


def test_a_paragraph_that_differs_is_a_finding_by_its_number_and_changes_nothing(
    desk: Desk,
) -> None:
    paragraphs = drafted(desk)
    changed = [each.replace("did not tell anybody", "told everybody") for each in paragraphs]
    number = next(n for n, (a, b) in enumerate(zip(paragraphs, changed, strict=True)) if a != b)
    sign(desk, changed)
    package = build(desk)
    [found] = [each for each in package.findings if each.code == "EK-S001"]
    assert found.severity is Severity.WARNING
    told = package.record["statement"]["paragraphs"][number]["number"]
    assert found.subject == f"part:statement paragraph {told}"
    assert ek.verify(package.path).ok


def test_what_runs_along_the_pages_of_a_signed_statement_is_no_difference(tmp_path: Path) -> None:
    """A Word file that is printed has page numbers, and the mark of a draft until it is taken out."""
    path = tmp_path / "signed.pdf"
    pages = ("1. I pressed record before", "I opened the door, and then", "I sat down.")
    with pymupdf.open() as pdf:
        for number, text in enumerate(pages, start=1):
            page = pdf.new_page()
            if number > 1:
                page.insert_text((200, 40), "DRAFT - not signed")
            page.insert_text((60, 90), text)
            page.insert_text((280, 800), f"Page {number} of {len(pages)}")
        pdf.save(path)
    same = "I pressed record before I opened the door, and then I sat down."
    assert compare_signed([(1, same)], path) == ()
    other = same.replace("sat", "stood")
    assert [each.code for each in compare_signed([(1, other)], path)] == ["EK-S001"]


def test_each_page_of_a_draft_says_that_it_is_one(desk: Desk) -> None:
    words = "".join(
        f'"On day {day} I did what I say here, and nobody asked me.",' for day in range(60)
    )
    desk.change("words = [", f"words = [{words}")
    package = build(desk)
    (entry,) = (each for each in package.index if each.item == "part:statement")
    pages = pypdf.PdfReader(package.pdf_path).pages
    own = [pages[entry.pdf_page - 1 + number].extract_text() for number in range(entry.pages)]
    assert entry.pages > 3
    assert all(text.count("DRAFT - not signed") == 1 for text in own)
    word = docx.Document(str(package.path / package.record["statement"]["docx"]))
    (section,) = word.sections
    assert section.header.paragraphs[0].text == word.paragraphs[0].text == "DRAFT - not signed"
    assert section.different_first_page_header_footer
    assert section.first_page_footer.paragraphs[0].text.startswith("Page ")
    assert ek.verify(package.path).ok


def test_line_ends_hyphens_and_dashes_are_no_difference(tmp_path: Path) -> None:
    path = tmp_path / "signed.pdf"
    with pymupdf.open() as pdf:
        text = "I listened to the record-\ning on 20 May 2026 \u2013 all\nof it."
        pdf.new_page().insert_text((60, 60), text)
        pdf.save(path)
    assert (
        compare_signed([(1, "I listened to the recording on 20 May 2026 - all of it.")], path) == ()
    )
    assert len(compare_signed([(1, "I listened to it.")], path)) == 1


def test_a_scanned_signed_statement_is_not_checked_and_that_is_said(desk: Desk) -> None:
    sign(desk, drafted(desk))
    with pymupdf.open() as pdf:
        pdf.new_page().draw_rect((60, 60, 200, 200), fill=(0, 0, 0))
        pdf.save(desk.folder / "documents/signed.pdf")
    package = build(desk)
    [found] = [each for each in package.findings if each.code == "EK-S002"]
    assert found.severity is Severity.NOT_CHECKED


def test_a_signed_statement_that_cannot_be_opened_stops_the_build(desk: Desk) -> None:
    sign(desk, drafted(desk)).write_bytes(b"<html>")
    with pytest.raises(DocumentUnusable, match=r"documents/signed\.pdf is not a PDF"):
        build(desk)


def test_originals_left_with_their_holder_are_named_and_can_be_checked_where_they_are(
    desk: Desk,
) -> None:
    package = build(desk, originals="leave")
    assert not (package.path / "data/recordings").exists()
    account = next(each for each in package.record["inputs"] if each["kind"] == "recording")
    assert (account["outcome"], account["stored"]) == ("left out", None)
    assert account["holder"] == "Ruth Kemp"
    without = ek.verify(package.path)
    assert without.ok
    assert any(each.severity is Severity.NOT_CHECKED for each in without.findings)
    outcomes = {each.check: each.outcome for each in without.summary}
    assert outcomes["clips"] is Severity.NOT_CHECKED
    held = ek.verify(package.path, recordings=desk.folder / "recordings")
    assert held.ok
    assert {each.check: each.outcome for each in held.summary}["clips"] is Severity.OK


def test_originals_left_that_are_others_by_now_are_no_pass(desk: Desk, tmp_path: Path) -> None:
    package = build(desk, originals="leave")
    held = tmp_path / "held"
    shutil.copytree(desk.folder / "recordings", held)
    sound = bytearray((held / "visit.wav").read_bytes())
    sound[9000] ^= 1
    (held / "visit.wav").write_bytes(sound)
    report = ek.verify(package.path, recordings=held)
    [found] = [each for each in report.findings if each.code == "EK-V002"]
    assert found.severity is Severity.NOT_CHECKED
    assert "no file with its digest is in the folder given" in found.message
    clips = next(each for each in report.summary if each.check == "clips")
    assert clips.outcome is not Severity.OK


def test_the_same_clips_and_pages_come_out_whether_originals_are_copied_or_left(
    desk: Desk,
) -> None:
    copied = build(desk)
    clips = {each.path.name: each.path.read_bytes() for each in copied.clips}
    labels = copied.record["bundle"]["labels"]
    left = build(desk, originals="leave")
    assert {each.path.name: each.path.read_bytes() for each in left.clips} == clips
    assert left.record["bundle"]["labels"] == labels


def test_placeholders_stand_for_what_cannot_be_opened_each_with_its_own_reason(desk: Desk) -> None:
    for name in ("b", "c"):
        numbered_pdf(desk.folder / f"documents/{name}.pdf", 1)
        desk.change("[documents]\n", f'[documents]\n{name} = "documents/{name}.pdf"\n')
    desk.letter.unlink()
    (desk.folder / "documents/b.pdf").write_bytes(b"")
    with pytest.raises(DocumentUnusable, match=r"documents/b\.pdf is empty"):
        build(desk, placeholders=["letter", "c"])
    package = build(desk, placeholders=["letter", "b"])
    documents = {each["id"]: each for each in package.record["documents"]}
    assert {key: each["outcome"] for key, each in documents.items()} == {
        "letter": "placeholder",
        "b": "placeholder",
        "c": "included",
    }
    assert documents["b"]["reason"] == "is empty"
    assert documents["letter"]["reason"] == "was not found"
    accounts = {each["id"]: each for each in package.record["inputs"]}
    assert accounts["document:b"]["size"] == 0
    assert accounts["document:letter"]["sha256"] is None
    assert codes(package, "EK-K050") == ["EK-K050", "EK-K050"]
    assert ek.verify(package.path).ok


def test_a_placeholder_for_what_is_no_document_is_a_mistake_of_the_caller(desk: Desk) -> None:
    with pytest.raises(ValueError, match="not the id of a document: lettr, visit"):
        build(desk, placeholders=["letter", "visit", "lettr"])
    assert list(desk.outs.iterdir()) == []


def test_nothing_is_built_of_what_was_not_taken_in(desk: Desk) -> None:
    (desk.folder / "custody.jsonl").unlink()
    with pytest.raises(NotTakenIn, match="visit"):
        build(desk)
    assert list(desk.outs.iterdir()) == []


def test_an_original_that_changes_while_the_build_runs_is_found_out(desk: Desk) -> None:
    def spoil(step: ek.Progress) -> None:
        if step.stage == "pages" and step.done == 0:
            with desk.recording.open("ab") as file:
                file.write(b"\x00\x00")

    with pytest.raises(DigestMismatch):
        build(desk, progress=spoil)
    assert list(desk.outs.iterdir()) == []


def test_a_plan_gives_the_labels_that_a_build_gives_and_writes_nothing(desk: Desk) -> None:
    matter = ek.load_matter(desk.matter)
    desk.note()
    entries = ek.plan(matter, folder=desk.folder)
    desk.nothing_happened()
    assert entries == build(desk).index


def test_every_stage_can_be_cancelled_and_leaves_nothing(desk: Desk) -> None:
    stages = []
    build(desk, progress=lambda step: stages.append(step.stage))
    shutil.rmtree(desk.out)
    desk.note()
    for stage in dict.fromkeys(stages):
        reached: list[str] = []
        with pytest.raises(ek.Cancelled):
            build(
                desk,
                progress=lambda step, into=reached: into.append(step.stage),
                cancelled=lambda stage=stage, seen=reached: stage in seen,
            )
        desk.nothing_happened()


def test_a_draft_statement_alone_is_the_one_in_the_package(desk: Desk, tmp_path: Path) -> None:
    matter = ek.load_matter(desk.matter)
    package = build(desk)
    path = write_statement(matter, folder=desk.folder, to=tmp_path / "draft.docx")
    stored = package.path / package.record["statement"]["docx"]
    assert path.read_bytes() == stored.read_bytes()
    unstated = evolve(matter, statement=None)
    with pytest.raises(ek.EvidenceError, match="there is none"):
        write_statement(unstated, folder=desk.folder, to=tmp_path / "none.docx")
