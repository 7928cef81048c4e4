# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import csv
import io
import re

import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidencekit.errors import DocumentUnusable
from evidencekit.pdf import text as text_module
from evidencekit.pdf.table import separator_of
from evidencekit.pdf.takein import TakenIn, take_in
from evidencekit.pdf.takein_result import Notes
from evidencekit.pdf.text import Drawable, decoded, lines_of


def take(path, data: bytes) -> TakenIn:
    path.write_bytes(data)
    return take_in(path, path.with_name("clean.pdf"), name=path.name, item="document:x")


def codes(taken: TakenIn) -> list[str]:
    return [each.code for each in taken.findings]


def words(taken: TakenIn) -> str:
    with pymupdf.open(taken.path) as document:
        return "\n".join(page.get_text() for page in document)


def refusal(path, data: bytes) -> str:
    with pytest.raises(DocumentUnusable) as caught:
        take(path, data)
    return caught.value.reason


@pytest.mark.parametrize("name", ["x.txt", "x.md", "x.log", "x"])
def test_text_is_set_line_for_line(tmp_path, name):
    taken = take(tmp_path / name, b"# A heading\r\nOne *line*\nAnother\n\nA paragraph\n")
    assert (taken.kind, taken.pages, codes(taken)) == ("text", 1, [])
    assert words(taken).split("\n")[:4] == ["# A heading", "One *line*", "Another", "A paragraph"]


def test_text_in_any_script_can_be_read_again(tmp_path):
    said = "Zażółć gęślą jaźń, Ŵyn, 关于会议, Привет, שלום, नमस्ते"
    taken = take(tmp_path / "x.txt", said.encode())
    assert codes(taken) == []
    found = words(taken)
    assert all(each in found for each in ("Zażółć gęślą jaźń", "Ŵyn", "关于会议", "Привет"))


SPACES = "".join(each for each in map(chr, range(0x110000)) if each.isspace())
PRIVATE = "".join(map(chr, range(0xF000, 0xF100)))


@pytest.mark.parametrize("around", [("a", "b"), ("\u169b", "\u169c"), ("\u0627", "\u0628")])
def test_every_space_and_sign_of_the_private_areas_is_set_or_shown_by_its_code(tmp_path, around):
    for signs in (SPACES, PRIVATE):
        said = "\n".join(f"{around[0]}{each}{around[1]}" for each in signs)
        taken = take(tmp_path / "x.txt", said.encode())
        assert taken.pages >= 1
    assert codes(taken) == ["EK-P037"]
    found = words(taken)
    assert "U+F00A" in found
    assert "U+F0B7" in found


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8-sig", []),
        ("utf-16", []),
        ("utf-32", []),
        ("utf-16-le", ["EK-P036"]),
        ("utf-16-be", ["EK-P036"]),
        ("cp1252", ["EK-P036"]),
    ],
)
def test_text_is_read_as_it_was_written_and_says_where_that_was_guessed(tmp_path, encoding, found):
    taken = take(tmp_path / "x.txt", "Café, £20 – “quoted”".encode(encoding))
    assert codes(taken) == found
    assert "Café, £20 – “quoted”" in words(taken)


def test_what_no_font_has_and_what_turns_letters_around_is_shown_by_its_code(tmp_path):
    taken = take(tmp_path / "x.txt", "a\x07b \ue000 fdp\u202egnp.exe plain words".encode())
    assert codes(taken) == ["EK-P037"]
    assert "a[U+0007]b [U+E000] fdp[U+202E]gnp.exe" in words(taken)


def test_markup_in_a_text_stays_text(tmp_path):
    said = '#read("/etc/passwd") $x$ *b* <script>alert(1)</script> @ref \\u{41}'
    assert said in words(take(tmp_path / "x.txt", said.encode()))


def test_columns_made_of_spaces_stay_columns(tmp_path):
    taken = take(tmp_path / "x.txt", b"rent      1\nwater    20\nphone   300\n")
    with pymupdf.open(taken.path) as document:
        right = [word[2] for word in document[0].get_text("words") if word[4].isdigit()]
    assert max(right) - min(right) < 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b" \n\n", "holds no words"),
        (bytes(range(32)) * 20, "is not text"),
        (b"a" * (text_module.MOST_CHARACTERS + 1), "holds more than 3 million characters"),
    ],
)
def test_what_is_no_text_or_too_much_of_it_is_refused(tmp_path, data, reason):
    assert refusal(tmp_path / "x.txt", data).startswith(reason)


def test_the_same_text_gives_the_same_bytes(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("Some words\n")
    first = take_in(path, tmp_path / "1.pdf", name="x.txt", item="document:x")
    second = take_in(path, tmp_path / "2.pdf", name="x.txt", item="document:x")
    assert first.path.read_bytes() == second.path.read_bytes()


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    try:
        text = decoded(data, Notes(name="x", item="document:x"))
    except DocumentUnusable:
        return
    assert isinstance(text, str)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_letter_is_lost_between_lines(text):
    kept = "".join(run.text for block in lines_of(text) for run in block.text)
    assert re.sub(r"\s", "", kept) == re.sub(r"\s", "", text)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_whatever_is_written_can_be_drawn_after(text):
    from evidencekit.pdf import fonts

    shown = Drawable().text(text)
    for line in shown.split("\n"):
        fonts.segments(line)


# --- tables


def test_a_csv_is_a_table_whose_head_comes_again_on_each_page(tmp_path):
    rows = "".join(f"2024-03-{1 + n % 28:02},Item {n},{n}.50\n" for n in range(120))
    taken = take(tmp_path / "x.csv", f"Date,What,Amount\n{rows}".encode())
    assert (taken.kind, codes(taken)) == ("CSV", [])
    assert taken.pages > 2
    with pymupdf.open(taken.path) as document:
        assert all("Amount" in page.get_text() for page in document)
        found = " ".join(page.get_text() for page in document)
    assert all(f"Item {n}" in found for n in range(120))


def test_a_formula_is_shown_as_it_is_written(tmp_path):
    found = words(take(tmp_path / "x.csv", b'a,b\n=SUM(1+1),"@cmd|x"\n'))
    assert "=SUM(1+1)" in found
    assert "@cmd|x" in found


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_what_sets_cells_apart_is_found(separator):
    rows = [("name", "amount", "note")] + [("Hale", "1.50", "a, b; c | d")] * 4
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    assert separator_of(out.getvalue()) == separator


def test_a_table_too_wide_for_a_page_is_set_row_by_row(tmp_path):
    head = ",".join(f"column {n}" for n in range(20))
    taken = take(tmp_path / "x.csv", f"{head}\n{','.join(f'v{n}' for n in range(20))}\n".encode())
    assert codes(taken) == ["EK-P036"]
    found = words(taken)
    assert all(f"v{n}" in found and f"column {n}" in found for n in range(20))


def test_rows_of_other_lengths_lose_nothing(tmp_path):
    found = words(take(tmp_path / "x.csv", b"a,b\n1\n1,2,3,4\n\n,,,\n"))
    assert {"a", "b", "1", "2", "3", "4"} <= set(found.split())


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.text('ab,;"\n 1', max_size=5), min_size=2, max_size=4), min_size=1, max_size=5
    )
)
def test_no_cell_of_a_table_is_lost(rows):
    from evidencekit.pdf.table import _rows

    out = io.StringIO()
    csv.writer(out).writerows(rows)
    wanted = [row for row in rows if any(each.strip() for each in row)]
    if not wanted or separator_of(out.getvalue()) != ",":
        return
    found = _rows(out.getvalue(), Notes(name="x", item="document:x"))
    assert [row[: len(want)] for row, want in zip(found, wanted, strict=True)] == wanted
