# SPDX-License-Identifier: AGPL-3.0-or-later
"""A passage that a document is said to have, held against the document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pikepdf
import pytest

if TYPE_CHECKING:
    from support_cli import Desk

DISPUTED = """\
[[disputed]]
document = "letter"
page = {page}
minuted = "{words}"
compare = "no recording relied on"
"""


def dispute(desk: Desk, words: str, *, page: int) -> None:
    text = desk.matter.read_text("utf-8")
    desk.matter.write_text(text + DISPUTED.format(words=words, page=page), encoding="utf-8")


def recorded(desk: Desk) -> tuple[str, list[str]]:
    record = json.loads((desk.out / "data/bundle.json").read_text("utf-8"))
    assert desk.run("validate", desk.out / "data/bundle.json").exit_code == 0
    codes = [each["code"] for each in record["findings"]]
    return record["disputed"][0]["in_document"], codes


@pytest.mark.parametrize("command", ["validate", "build"])
def test_a_page_that_the_document_does_not_have_is_an_error_with_its_line(
    desk: Desk, command: str
) -> None:
    dispute(desk, "Sheet 9", page=9)
    line = 1 + desk.matter.read_text("utf-8").splitlines().index("page = 9")
    result = desk.build() if command == "build" else desk.run("validate", "matter.toml")
    assert result.exit_code == 3
    assert (
        f"matter.toml:{line} [[disputed]] 1 page: is 9, and the document letter has 2 pages."
        in (result.output)
    )
    assert not desk.out.exists()


def test_words_that_are_there_are_no_finding(desk: Desk) -> None:
    dispute(desk, "SHEET: 2", page=2)
    assert "EK-M017" not in desk.run("validate", "matter.toml").output
    assert desk.build("--by", "a clerk").exit_code == 0
    state, codes = recorded(desk)
    assert state == "found"
    assert "EK-M017" not in codes


def test_words_that_are_not_on_the_page_are_a_finding_before_and_after(desk: Desk) -> None:
    dispute(desk, "Sheet 1", page=2)
    said = "disputed passage 1: not found in the text of page 2 of letter: compare it."
    assert said in desk.run("validate", "matter.toml").output
    built = desk.build("--by", "a clerk")
    assert said in built.output
    state, codes = recorded(desk)
    assert (state, codes.count("EK-M017")) == ("not found", 1)
    assert desk.run("verify", desk.out).exit_code == 0


def test_a_scan_is_not_compared(desk: Desk) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(desk.letter)
    dispute(desk, "Sheet 1", page=1)
    assert "not compared with page 1 of letter: the page has no text" in desk.build().output
    assert recorded(desk)[0] == "the page has no text"
