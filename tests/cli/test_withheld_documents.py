# SPDX-License-Identifier: AGPL-3.0-or-later
"""A document that must not leave the firm."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from support_pdf import numbered_pdf

if TYPE_CHECKING:
    from pathlib import Path

    from support_cli import Desk

LETTER = 'letter = { file = "documents/letter.pdf", title = "Letter" }\n'
ADVICE = (
    'advice = { file = "documents/counsel-advice.pdf", title = "Advice of Quillon Sharp", '
    'withheld = "privileged" }\n'
)


@pytest.fixture
def advised(desk: Desk) -> Desk:
    """A small matter with a document that is withheld."""
    numbered_pdf(desk.folder / "documents/counsel-advice.pdf", 3, word="Prospects")
    desk.change(LETTER, LETTER + ADVICE)
    result = desk.build("--by", "a clerk")
    assert result.exit_code == 0, result.stderr
    return desk


def everything(folder: Path) -> bytes:
    return b"\n".join(
        each.name.encode() + b"\n" + each.read_bytes()
        for each in sorted(folder.rglob("*"))
        if each.is_file()
    )


def test_it_is_not_bound_in_and_the_record_accounts_for_it(advised: Desk) -> None:
    record = json.loads((advised.out / "data/bundle.json").read_text("utf-8"))
    (account,) = [each for each in record["inputs"] if each["id"] == "document:advice"]
    source = advised.folder / "documents/counsel-advice.pdf"
    assert (account["outcome"], account["reason"]) == ("withheld", "privileged")
    assert account["stored"] is None
    assert account["sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()
    assert not list(advised.out.rglob("*counsel*"))
    assert "document:advice" not in [each["item"] for each in record["bundle"]["index"]]
    assert advised.run("validate", advised.out / "data/bundle.json").exit_code == 0


def test_verify_counts_it(advised: Desk) -> None:
    result = advised.run("verify", advised.out)
    assert result.exit_code == 0, result.output
    assert "accounted for, 1 withheld" in result.stdout


def test_nothing_of_it_leaves_but_how_many_there_are(advised: Desk) -> None:
    copy = advised.outs / "copy"
    result = advised.run("serve", advised.out, "--to", "the court", "-o", copy)
    assert result.exit_code == 0, result.output
    held = everything(copy)
    for word in (b"Quillon", b"counsel-advice", b"advice", b"privileged", b"Prospects"):
        assert word not in held
    record = json.loads((copy / "bundle.json").read_text("utf-8"))
    assert record["documents_withheld"] == 1
    assert [each["id"] for each in record["documents"]] == ["letter"]
    assert advised.run("verify", copy).exit_code == 0, advised.run("verify", copy).output
    assert advised.run("validate", copy / "bundle.json").exit_code == 0


def test_serve_names_the_documents_that_leave_and_what_was_looked_for(advised: Desk) -> None:
    copy = advised.outs / "copy"
    said = advised.run("serve", advised.out, "--to", "the court", "-o", copy).stdout
    assert "  documents in it (1)\n    Letter\n" in said
    assert "  withheld  1 document" in said
    assert "Quillon" not in said
    words = " ".join(said.split())
    assert "for paths, matter files, names of withheld items" in words
    assert "It does not read documents for privilege" in words


def test_a_copy_that_tells_its_title_is_refused(desk: Desk) -> None:
    numbered_pdf(desk.folder / "documents/counsel-advice.pdf", 3)
    desk.change(LETTER, LETTER + ADVICE)
    desk.change('title = "The refusal"', 'title = "As the Advice of Quillon Sharp says"')
    assert desk.build("--by", "a clerk").exit_code == 0
    copy = desk.outs / "copy"
    result = desk.run("serve", desk.out, "--to", "the court", "-o", copy)
    assert result.exit_code == 6
    assert "the title of input document:advice" in result.stderr
    assert "Quillon" not in result.output
    assert not copy.exists()


@pytest.mark.parametrize(
    "reference",
    [
        '[[disputed]]\ndocument = "advice"\nminuted = "x"\n',
        '[recordings.visit.consent]\namara = { status = "agreed", evidence = "advice" }\n',
    ],
)
def test_what_refers_to_it_is_an_error(advised: Desk, reference: str) -> None:
    text = advised.matter.read_text("utf-8")
    advised.matter.write_text(text + reference, encoding="utf-8")
    result = advised.run("validate", "matter.toml")
    assert result.exit_code == 3
    assert 'the document "advice" is withheld, so nothing that is printed can refer to it' in (
        result.output
    )


def test_a_section_that_names_it_prints_nothing_of_it(desk: Desk) -> None:
    numbered_pdf(desk.folder / "documents/counsel-advice.pdf", 3)
    desk.change(LETTER, LETTER + ADVICE + SECTIONS)
    assert desk.build("--by", "a clerk").exit_code == 0
    record = json.loads((desk.out / "data/bundle.json").read_text("utf-8"))
    assert [each["letter"] for each in record["bundle"]["sections"]] == ["A", "C"]


SECTIONS = """\
[sections]
A = { title = "Recordings", contents = ["recordings", "clips", "consent", "custody", "coverage"] }
B = { title = "Advice", contents = ["advice"] }
C = { title = "Documents", contents = ["documents"] }
"""
