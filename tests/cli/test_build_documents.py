# SPDX-License-Identifier: AGPL-3.0-or-later
"""What build says of documents, of files inside them, of pages too many, and of what is new."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING, Any

import pikepdf
from PIL import Image
from support_cli import MATTER
from support_pdf import numbered_pdf

from evidencekit.cli.exits import Exit

if TYPE_CHECKING:
    from pathlib import Path

    from support_cli import Desk

INSIDE = b"What Zuleika wrote."


def record_of(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((path / "data/bundle.json").read_bytes())
    return found


def write_odd_documents(desk: Desk) -> None:
    """Write a letter with a file inside, one that is damaged, and a photograph on its side."""
    letter = desk.folder / "documents/letter.pdf"
    with pikepdf.open(letter, allow_overwriting_input=True) as pdf:
        name = "Note of Zuleika.txt"
        pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, INSIDE, filename=name)
        pdf.save()
    half = numbered_pdf(desk.folder / "documents/half.pdf", 3)
    half.write_bytes(half.read_bytes()[:-200])
    tags = Image.Exif()
    tags[0x0112] = 6
    Image.new("RGB", (300, 200), "teal").save(desk.folder / "documents/side.jpg", exif=tags)
    desk.matter.write_text(
        MATTER
        + 'half = { file = "documents/half.pdf", title = "Half" }\n'
        + 'side = { file = "documents/side.jpg", title = "Photograph" }\n',
        "utf-8",
    )


def test_what_was_found_in_documents_is_summed_up_and_recorded(desk: Desk) -> None:
    write_odd_documents(desk)
    result = desk.build()
    assert result.exit_code == 0, result.output
    assert (
        "  documents  1 document repaired on reading · 1 page turned upright · 1 file inside, listed"
        in result.output.splitlines()
    )
    documents = {each["id"]: each for each in record_of(desk.out)["documents"]}
    assert {name: each["kind"] for name, each in documents.items()} == {
        "letter": "PDF",
        "half": "PDF",
        "side": "JPEG",
    }
    assert [each["repaired"] for each in documents.values()].count(True) == 1
    assert documents["half"]["repaired"]
    assert documents["side"]["turned_pages"] == [{"page": 1, "degrees": 90}]
    assert documents["letter"]["attachments"] == [
        {
            "name": "Note of Zuleika.txt",
            "size": len(INSIDE),
            "sha256": hashlib.sha256(INSIDE).hexdigest(),
            "input": None,
        }
    ]
    said = {each["code"] for each in record_of(desk.out)["findings"]}
    for each in documents.values():
        assert set(each["findings"]) <= said
        assert each["signatures"] == []
        assert [page["page"] for page in each["source_pages"]] == list(range(1, each["pages"] + 1))
    assert not (desk.out / "data/attachments").exists()


def test_files_inside_documents_are_written_out_on_request_under_numbers(desk: Desk) -> None:
    write_odd_documents(desk)
    assert desk.build("--attachments").exit_code == 0
    assert (desk.out / "data/attachments/letter/001.txt").read_bytes() == INSIDE
    record = record_of(desk.out)
    (inner,) = (each for each in record["inputs"] if each["kind"] == "attachment")
    letter = next(each for each in record["documents"] if each["id"] == "letter")
    assert letter["attachments"][0]["input"] == inner["id"] == "attachment:letter:1"
    assert not [each for each in desk.out.rglob("*") if "Zuleika" in each.name]
    assert desk.run("verify", str(desk.out)).exit_code == 0


def test_a_bundle_over_the_page_limit_is_built_and_strict_ends_with_findings(desk: Desk) -> None:
    numbered_pdf(desk.folder / "documents/letter.pdf", 350)
    desk.matter.write_text(
        MATTER.replace("[case]\n", '[case]\nproceedings = "children"\n'), "utf-8"
    )
    result = desk.build("--strict", "--json")
    assert result.exit_code == Exit.FINDINGS
    found = json.loads(result.stdout)
    (said,) = (each for each in found["findings"] if each["code"] == "EW-FAM-08")
    assert said["expected"] == "at most 350"
    assert int(said["found"]) == found["pages"] > 350


def test_a_bundle_that_is_appended_to_says_what_it_follows_and_what_is_new(desk: Desk) -> None:
    assert desk.build().exit_code == 0
    shutil.copy(desk.folder / "documents/letter.pdf", desk.folder / "documents/late.pdf")
    desk.matter.write_text(
        MATTER + 'late = { file = "documents/late.pdf", title = "Late letter" }\n', "utf-8"
    )
    pages = record_of(desk.out)["bundle"]["pages"]
    second = desk.out.with_name("second")
    result = desk.run("build", str(desk.matter), "--append", str(desk.out), "-o", str(second))
    assert result.exit_code == 0, result.output
    assert f"follows  the earlier bundle: all its {pages} pages keep their numbers" in result.output
    assert "Late letter" in result.output
    assert desk.run("verify", str(second)).exit_code == 0


def test_what_is_appended_to_is_not_replaced(desk: Desk) -> None:
    assert desk.build().exit_code == 0
    result = desk.build("--append", str(desk.out))
    assert result.exit_code == Exit.USAGE
    assert "would be replaced" in " ".join(result.output.split())


def test_an_insert_that_names_no_document_is_refused(desk: Desk) -> None:
    result = desk.build("--insert", "nothing=letter")
    assert result.exit_code == Exit.USAGE
    assert "ID=AFTER" in result.output


def test_a_rebuilt_bundle_says_which_page_numbers_are_others(desk: Desk) -> None:
    assert json.loads(desk.build("--json").stdout)["renumbered"] == []
    shutil.copy(desk.folder / "documents/letter.pdf", desk.folder / "documents/early.pdf")
    desk.change(
        "[documents]\n",
        '[documents]\nearly = { file = "documents/early.pdf", title = "Early", dated = 2026-01-01 }\n',
    )
    result = desk.build()
    assert "other page numbers than in the package that this replaces:" in result.output
    assert "build with --append" in result.output
    letter = next(line.split() for line in result.output.splitlines() if "document:letter" in line)
    now = next(
        each for each in record_of(desk.out)["bundle"]["index"] if each["item"] == "document:letter"
    )
    assert letter[3] == f"{now['first_label']}-{now['last_label']}"
    assert letter[1] != letter[3]
