# SPDX-License-Identifier: AGPL-3.0-or-later
"""A child's name stays in the matter and on paper: no message, progress line or JSON holds it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pikepdf
import pytest
from support_cli import TRANSCRIPT, Desk, noise
from support_pdf import add_page
from support_sound import write_wav

import evidencekit as ek

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES = 'from = "0:00.500"\nto = "0:01.500"'
NAME = "Zuleika"


@pytest.fixture
def desk(tmp_path) -> Desk:
    """A matter in which a child's name stands wherever it may: words, quotes, pages, statement."""
    desk = Desk(tmp_path)
    text = f"{TRANSCRIPT}\n00:02.000 --> 00:02.500\n<v {NAME} Dean>{NAME} again.\n"
    desk.transcript.write_text(text, encoding="utf-8")
    with pikepdf.new() as pdf:
        add_page(pdf, f"BT /F1 24 Tf 60 500 Td (About {NAME} Dean) Tj ET\n".encode())
        pdf.docinfo["/Title"] = f"{NAME} Dean"
        pdf.save(desk.letter)
    desk.change(
        "[documents]",
        f"""[recordings.visit.consent]
child = {{ status = "mentioned only", basis = "{NAME} was asleep" }}
[statement]
by = "amara"
words = ["{NAME} Dean is my daughter."]
[other_recordings]
are_there_any = "yes"
list = [{{ what = "{NAME}'s birthday", reason = "private" }}]
[anonymise]
child = "E"
also = {{ "{NAME}" = "E" }}
[documents]""",
    )
    return desk


def beyond(desk: Desk) -> None:
    desk.change('to = "0:01.500"', 'to = "0:09.500"')


def no_quote(desk: Desk) -> None:
    desk.change(TIMES, f'quote = "{NAME} cancelled"')


def two_quotes(desk: Desk) -> None:
    desk.change(TIMES, f'quote = "{NAME}"')


def no_words(desk: Desk) -> None:
    desk.change(TIMES, f'{TIMES}\nfirst_words = "{NAME} cancelled"')


def not_utf_8(desk: Desk) -> None:
    desk.transcript.write_bytes(TRANSCRIPT.replace("rung", f"r\xfcng {NAME}").encode("latin-1"))


def bad_cue(desk: Desk) -> None:
    text = f"{TRANSCRIPT}\n{NAME} --> 00:02.500\n{NAME}\n\n00:00.200 --> 9:99 {NAME}\n{NAME}\n"
    desk.transcript.write_text(text, encoding="utf-8")


def no_pdf(desk: Desk) -> None:
    desk.letter.write_bytes(f"<html><title>{NAME} Dean</title>".encode())


def damaged(desk: Desk) -> None:
    desk.letter.write_bytes(f"%PDF-1.4\n({NAME} Dean)".encode() * 30)


def no_sound(desk: Desk) -> None:
    desk.recording.write_bytes(f"{NAME} Dean. ".encode() * 400)


def silence(desk: Desk) -> None:
    write_wav(desk.recording, np.zeros((0, 1), dtype=np.int16))


def name_as_title(desk: Desk) -> None:
    desk.change('title = "Letter"', f'title = "Letter about {NAME}"')


def name_as_case(desk: Desk) -> None:
    desk.change('title = "Re E (A Child)"', f'title = "Re {NAME} Dean"')


def name_as_id(desk: Desk) -> None:
    desk.change("letter = {", f"{NAME.lower()} = {{")


def name_as_file(desk: Desk) -> None:
    desk.change("documents/letter.pdf", f"documents/{NAME}.pdf")


def name_as_key(desk: Desk) -> None:
    desk.change("[statement]\n", f"[statement]\n{NAME} = 1\n")


def name_as_status(desk: Desk) -> None:
    desk.change('"mentioned only"', f'"{NAME} agreed"')


def name_as_person(desk: Desk) -> None:
    desk.change('made_by = "amara"', f'made_by = "amara"\nwhole = 7\nrecorded_at = "{NAME}"')


def name_in_no_toml(desk: Desk) -> None:
    desk.change("[case]", f'[case]\ncourt = "{NAME} Dean')


def name_as_quote_and_key(desk: Desk) -> None:
    desk.change(TIMES, f'{TIMES}\nquote = "{NAME}"')


def as_it_is(desk: Desk) -> None:
    assert desk.matter.exists()


CASES: list[Callable[[Desk], None]] = [
    *(as_it_is, beyond, no_quote, two_quotes, no_words, not_utf_8, bad_cue, no_pdf, damaged),
    *(no_sound, silence, name_as_title, name_as_case, name_as_id, name_as_file, name_as_key),
    *(name_as_status, name_as_person, name_in_no_toml, name_as_quote_and_key),
]


@pytest.mark.parametrize("case", CASES, ids=[each.__name__ for each in CASES])
def test_nothing_that_is_said_names_the_child(desk: Desk, case: Callable[[Desk], None]) -> None:
    case(desk)
    for words in (
        ("validate", "matter.toml"),
        ("validate", "matter.toml", "--json"),
        ("build", "matter.toml", "-o", desk.out, "--json"),
        ("build", "matter.toml", "-o", desk.out),
        ("statement", "matter.toml", "-o", "draft.docx"),
    ):
        result = desk.run(*words)
        assert result.exit_code != 70, result.output
        for each in (result.stdout, result.stderr):
            assert NAME.lower() not in each.lower(), words
    names = [each.name for each in desk.folder.parent.rglob("*")]
    assert not [each for each in names if NAME.lower() in each.lower()]


def test_a_changed_recording_is_refused_without_names(desk: Desk) -> None:
    assert desk.build().exit_code == 0
    write_wav(desk.recording, noise(3))
    for words in (("build", "matter.toml", "-o", desk.out), ("verify", desk.out)):
        result = desk.run(*words)
        assert NAME not in result.output


def test_no_progress_line_and_no_finding_names_anybody(desk: Desk) -> None:
    assert desk.run("intake", "matter.toml", "--by", "a clerk").exit_code == 0
    steps: list[ek.Progress] = []
    matter = ek.load_matter(desk.matter)
    package = ek.build(matter, folder=desk.folder, into=desk.out, progress=steps.append)
    ek.verify(package.path, progress=steps.append)
    said = [each.subject for each in steps]
    said += [f"{each.subject} {each.message}" for each in package.findings]
    for name in ("Zuleika", "Dean", "Amara"):
        assert not [each for each in said if name in each]
    printed = json.dumps(package.record["findings"], ensure_ascii=False)
    assert NAME not in printed
