# SPDX-License-Identifier: AGPL-3.0-or-later
"""Plans become pages: every word, on the right page, the same bytes each time."""

from __future__ import annotations

import io
import itertools
import subprocess
import sys

import pikepdf
import pymupdf
import pypdf
import pytest

from evidencekit.compose.plan import (
    Band,
    Blank,
    CaseHeading,
    Column,
    Corner,
    Detail,
    Details,
    Figure,
    Heading,
    Manner,
    Numbered,
    Paragraph,
    Part,
    Row,
    RowKind,
    Run,
    Signature,
    Space,
    Spoken,
    SpokenLine,
    Style,
    Table,
    plain,
)
from evidencekit.errors import TypesettingFailed
from evidencekit.pdf.typeset import Typeset, typeset

MM = 72 / 25.4
DIGEST = "9f2c41d07a3be5518c02a77fe3b7e91c" * 2
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 25">'
    '<rect width="160" height="25" fill="#ccc"/>'
    '<text x="4" y="20" font-size="8">0:12</text></svg>'
)
MARKUP = '#panic("x") $ * _a_ @ref #read("/etc/passwd") <b> =HYPERLINK() \\u{41} // `c` [d]'


def _part(*blocks: object, item: str = "part:a", title: str = "Schedule", **more: object) -> Part:
    return Part(item=item, title=title, blocks=blocks, **more)  # type: ignore[arg-type]


def _set(*parts: Part) -> Typeset:
    return typeset(parts, title="Re E (A Child)", language="en-GB", created=1_780_000_000)


def _texts(pages: Typeset) -> list[str]:
    with pymupdf.open(stream=pages.pdf) as document:
        return [page.get_text() for page in document]


def _words(pages: Typeset) -> list[tuple[int, tuple[float, ...], str]]:
    with pymupdf.open(stream=pages.pdf) as document:
        return [
            (page.number, word[:4], word[4]) for page in document for word in page.get_text("words")
        ]


def _every_block(words: str) -> tuple[object, ...]:
    """Return a block of each kind that says *words* in each of its places."""
    return (
        Band(text=words),
        Corner(lines=(words, words)),
        CaseHeading(court=words, number=words, lines=(words,), title=words, subtitle=words),
        Heading(text=words),
        Heading(text=words, level=2),
        *(Paragraph(text=plain(words), manner=manner) for manner in Manner),
        Paragraph(text=tuple(Run(text=words, style=style) for style in Style)),
        Numbered(number=1, text=plain(words)),
        Table(
            columns=(Column(title=words[:50], share=0), Column(title=words[:50]), Column(title="")),
            rows=(
                Row(kind=RowKind.SECTION, cells=(plain(words),)),
                Row(cells=(plain(words), plain(words), plain(words)), target=words),
                Row(kind=RowKind.MUTED, cells=(plain(words),)),
            ),
        ),
        Table(columns=(Column(title=words[:50]),), rows=(), small=True),
        Details(rows=(Detail(label=words, text=plain(words), standing="T"),)),
        Figure(svg=SVG, alt=words, caption=words),
        Spoken(
            lines=(
                SpokenLine(number=1, time=words, speaker=words, text=plain(words), mark=words),
                SpokenLine(number=None, time="", speaker="", text=plain("")),
            )
        ),
        Blank(label=words),
        Signature(name=words, lines=(words,)),
        Space(),
    )


def test_each_part_starts_on_a_new_page_and_its_pages_are_counted() -> None:
    long = tuple(Paragraph(text=plain(f"Line {number}")) for number in range(100))
    parts = [
        _part(item="part:a", title="Alpha"),
        _part(*long, item="part:b", title="Beta"),
        _part(item="part:c", title="1"),
        _part(item="part:d", title="Delta", show_title=False),
        _part(Paragraph(text=plain("Last")), item="part:e", title="#counter(page).update(9)"),
        _part(item="part:f", title="Zeta", wide_margins=True),
    ]
    result = _set(*parts)
    texts = _texts(result)
    assert sum(result.pages) == len(texts)
    firsts = [sum(result.pages[:index]) for index in range(len(parts))]
    assert [texts[first].split("\n")[0] for first in firsts] == [
        "Alpha",
        "Beta",
        "1",
        "",
        "#counter(page).update(9)",
        "Zeta",
    ]
    assert result.pages[1] > 2
    assert [result.pages[n] for n in (0, 2, 3, 4, 5)] == [1] * 5


def test_the_same_parts_give_the_same_bytes_in_this_process_and_in_another() -> None:
    script = (
        "import sys,hashlib\n"
        "from evidencekit.compose.plan import Paragraph, Part, plain\n"
        "from evidencekit.pdf.typeset import typeset\n"
        "part = Part(item='a', title='Ọlọ́run', blocks=(Paragraph(text=plain('Zażółć 家 😀 سجل')),))\n"
        "pdf = lambda: typeset([part], title='t', created=5).pdf\n"
        "assert pdf() == pdf()\n"
        "sys.stdout.write(hashlib.sha256(pdf()).hexdigest())\n"
    )
    outs = {
        subprocess.run(
            [sys.executable, "-X", "utf8", "-c", script],
            check=True,
            capture_output=True,
            env={"TZ": zone, "PATH": "", "PYTHONHASHSEED": seed},
        ).stdout
        for zone, seed in (("UTC", "1"), ("Asia/Tokyo", "2"))
    }
    assert len(outs) == 1
    assert len(outs.pop()) == 64


@pytest.mark.parametrize("words", [MARKUP, "<script>alert(1)</script>", "{{x}} %s ${y} \\", "''"])
def test_markup_in_any_place_comes_out_as_the_words_it_is(words: str) -> None:
    result = _set(_part(*_every_block(words), title=words))
    together = "".join("".join(_texts(result)).split())
    assert together.count("".join(words.split())) >= 30


@pytest.mark.parametrize(
    "words",
    [
        "W" * 300,
        DIGEST * 5,
        "https://example.org/" + "a-very/long_path?x=" * 30,
        "word " * 400,
        "家" * 300,
        "ไทย" * 150,
        "سجل" * 100,
        "👩‍👧" * 100,
    ],
)
def test_no_word_however_long_runs_off_the_page_or_into_the_footer(words: str) -> None:
    for wide, margin in ((False, 25), (True, 35)):
        result = _set(_part(*_every_block(words), title=words, wide_margins=wide))
        for _, (x0, _y0, x1, y1), word in _words(result):
            assert x0 >= margin * MM - 3, word
            assert x1 <= (210 - margin) * MM + 3, word
            assert y1 <= (297 - 18) * MM, word


def test_nothing_is_drawn_in_the_band_that_is_kept_for_labels() -> None:
    result = _set(_part(*_every_block("a plain sentence of some length ") * 4))
    with pymupdf.open(stream=result.pdf) as document:
        for page in document:
            lowest = max((each["rect"].y1 for each in page.get_drawings()), default=0)
            assert lowest <= (297 - 18) * MM


@pytest.mark.parametrize(
    "words",
    [
        "Zażółć gęślą jaźń",
        "Tŷ Gŵyr, Llŷn",
        "Nguyễn Thị Hồng Nhung",
        "Ọlọ́run ẹ̀kọ́",
        "การเยี่ยมบ้าน",
        "家庭訪問,关于",
        "記録の家庭、カタカナ",
        "관계 기록",
        "😀 👍🏽 🇬🇧 🥺 🤷🏻‍♀️ 1️⃣ 👩‍👧 ❤️ ☺",
        "Ἀθῆναι Журнал",
        "√ ∑ ≤ → ✓ ☎ № ♪ █",
    ],
)
def test_text_of_any_script_is_extracted_as_it_was_written(words: str) -> None:
    result = _set(_part(Paragraph(text=plain(words)), show_title=False))
    assert _texts(result)[0].strip() == words
    with io.BytesIO(result.pdf) as file:
        assert pypdf.PdfReader(file).pages[0].extract_text().strip() == words


@pytest.mark.parametrize(
    "words",
    [
        "سجل زيارة منزلية، بتاريخ مارس",
        "دورے کی ریکارڈنگ گھر پر ٹھیک ہے۔",
        "مُحَمَّد",
        "הקלטת הביקור",
    ],
)
def test_text_written_from_the_right_stands_at_the_right_with_every_character(words: str) -> None:
    result = _set(_part(Paragraph(text=plain(words)), show_title=False))
    assert sorted(_texts(result)[0].replace("\n", "").replace(" ", "")) == sorted(
        words.replace(" ", "")
    )
    assert max(box[2] for _, box, _ in _words(result)) == pytest.approx(185 * MM, abs=3)


def test_hindi_is_extracted_whole_by_readers_that_know_actual_text() -> None:
    words = "मुझे नहीं पता। क्षत्रिय"
    assert _texts(_set(_part(Paragraph(text=plain(words)), show_title=False)))[0].strip() == words


def test_a_sign_of_several_characters_is_drawn_by_one_font_that_has_all_of_it() -> None:
    shrug, woman = "🤷🏻‍♀️", "♀"
    pictures = []
    for words in (shrug, woman):
        with pymupdf.open(
            stream=_set(_part(Paragraph(text=plain(words)), show_title=False)).pdf
        ) as document:
            assert any("NotoEmoji" in font[3] for font in document[0].get_fonts()) is (
                words == shrug
            )
            pictures.append(document[0].get_pixmap().samples)
    assert pictures[0] != pictures[1]


def test_a_row_links_to_its_item_by_its_title_and_by_its_page() -> None:
    table = Table(
        columns=(
            Column(title="No.", share=0),
            Column(title="Document"),
            Column(title="Page", share=0),
        ),
        rows=(Row(cells=(plain("1"), plain("Minutes"), plain("E1")), target="document:a b/ü"),),
    )
    with pikepdf.open(io.BytesIO(_set(_part(table)).pdf)) as document:
        links = [str(each.A.URI) for each in document.pages[0].Annots]
    assert links == ["https://bundle.invalid/document%3Aa%20b%2F%C3%BC"] * 2


def test_a_run_links_to_its_item() -> None:
    text = (Run(text="see "), Run(text="AD1/4", target="clip:1"))
    with pikepdf.open(io.BytesIO(_set(_part(Paragraph(text=text))).pdf)) as document:
        assert [str(each.A.URI) for each in document.pages[0].Annots] == [
            "https://bundle.invalid/clip%3A1"
        ]


def test_the_pdf_is_tagged_and_states_title_language_and_time() -> None:
    figure = Figure(svg=SVG, alt="The clip is shaded.")
    result = _set(_part(figure, Heading(text="Deep", level=3)))
    with pikepdf.open(io.BytesIO(result.pdf)) as document:
        assert bool(document.Root.MarkInfo.Marked)
        assert str(document.Root.Lang) == "en-GB"
        with document.open_metadata() as metadata:
            assert metadata["dc:title"] == "Re E (A Child)"
            assert metadata["pdfuaid:part"] == "1"
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")
            assert metadata["xmp:CreateDate"].startswith("2026-05-28")
        kinds = [
            (str(each.S), str(each.get("/Alt", "")))
            for each in document.objects
            if isinstance(each, pikepdf.Dictionary) and "/S" in each and "/P" in each
        ]
    assert ("/Figure", "The clip is shaded.") in kinds
    assert {kind for kind, _ in kinds} >= {"/H1", "/H2"}
    assert "/H4" not in {kind for kind, _ in kinds}


def test_a_tables_head_and_its_section_come_again_on_each_page() -> None:
    rows = tuple(Row(cells=(plain(f"row {number}"),)) for number in range(120))
    section = Row(kind=RowKind.SECTION, cells=(plain("E  Minutes"),))
    texts = _texts(_set(_part(Table(columns=(Column(title="Document"),), rows=(section, *rows)))))
    assert len(texts) > 2
    assert all("Document" in text and "E  Minutes" in text for text in texts)
    assert [text.count("row 7\n") for text in texts] == [1] + [0] * (len(texts) - 1)


@pytest.mark.parametrize("before", range(18, 30))
def test_a_section_is_never_the_last_row_of_a_page(before: int) -> None:
    rows = tuple(Row(cells=(plain("row"),)) for _ in range(before))
    section = Row(kind=RowKind.SECTION, cells=(plain("SECTION"),))
    table = Table(columns=(Column(title="Document"),), rows=(*rows, section, *rows[:3]))
    for text in _texts(_set(_part(table))):
        assert not text.rstrip().endswith("SECTION")


def test_a_statement_has_margins_of_35_mm_and_lines_one_and_a_half_apart() -> None:
    result = _set(_part(Numbered(number=1, text=plain("several words " * 60)), wide_margins=True))
    boxes = [box for _, box, word in _words(result) if word in ("several", "words")]
    assert min(box[0] for _, box, _ in _words(result)) == pytest.approx(35 * MM, abs=1)
    lines = sorted({round(box[3], 2) for box in boxes})
    gaps = {round(after - before, 1) for before, after in itertools.pairwise(lines)}
    assert gaps == {20.7}


def test_body_text_is_set_in_twelve_points_of_arimo_and_small_print_in_ten() -> None:
    table = Table(columns=(Column(title="A"),), rows=(Row(cells=(plain("small"),)),), small=True)
    result = _set(
        _part(
            Paragraph(text=plain("body")),
            table,
            Details(rows=(Detail(label="l", text=plain("d")),)),
        )
    )
    with pymupdf.open(stream=result.pdf) as document:
        spans = {
            span["text"].strip(): (round(span["size"], 1), span["font"])
            for block in document[0].get_text("dict")["blocks"]
            for line in block["lines"]
            for span in line["spans"]
        }
    assert spans["body"] == spans["d"] == (12.0, "Arimo-Regular")
    assert spans["small"] == (10.0, "Arimo-Regular")


def test_a_signature_stays_with_what_is_signed() -> None:
    for before in range(20, 34):
        filler = tuple(Paragraph(text=plain("x")) for _ in range(before))
        blocks = (*filler, Paragraph(text=plain("I believe")), Signature(name="Amara Dean"))
        pages = [text for text in _texts(_set(_part(*blocks))) if "Amara Dean" in text]
        assert "I believe" in pages[0]


def test_what_is_only_for_a_witness_who_cannot_sign_stays_with_the_signature() -> None:
    truth = (Heading(text="Statement of truth"), Paragraph(text=plain("I believe " * 40)), Space())
    ending = (*truth, Signature(name="Amara Dean"), Blank(label="Only for a witness"))
    for before in range(14, 36, 3):
        filler = tuple(Paragraph(text=plain("x")) for _ in range(before))
        texts = _texts(_set(_part(*filler, *ending, wide_margins=True, show_title=False)))
        (page,) = (text for text in texts if "Only for a witness" in text)
        assert all(words in page for words in ("Statement of truth", "I believe", "Amara Dean"))


def test_a_few_rows_stay_with_the_note_to_them() -> None:
    table = Table(
        columns=(Column(title="Of"), Column(title="Digest")),
        rows=tuple(Row(cells=(plain(f"Row {number}"), plain(DIGEST))) for number in range(3)),
        small=True,
    )
    note = Paragraph(text=plain("What the digests show. " * 12), manner=Manner.NOTE)
    for before in range(20, 40, 2):
        filler = tuple(Paragraph(text=plain("x")) for _ in range(before))
        (page,) = (text for text in _texts(_set(_part(*filler, table, note))) if "Row 2" in text)
        assert "What the digests show" in page


def test_a_running_head_stands_on_each_page_but_the_first_of_its_part_alone() -> None:
    long = tuple(Paragraph(text=plain("x")) for _ in range(90))
    draft = _part(*long, item="part:b", running_head="DRAFT - not signed")
    made = _set(_part(*long), draft, _part(*long, item="part:c"))
    pages = _texts(made)
    first = made.pages[0]
    assert made.pages[1] > 2
    marked = [number for number, text in enumerate(pages) if "DRAFT - not signed" in text]
    assert marked == list(range(first + 1, first + made.pages[1]))


def test_line_ends_of_every_kind_are_kept_as_line_ends() -> None:
    result = _set(_part(Paragraph(text=plain("one\r\ntwo\u2028three\x0bfour\tfive"))))
    assert _texts(result)[0].split("\n")[1:5] == ["one", "two", "three", "four    five"]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("Hale \ue000", "U+E000"),
        ("Hale \x07", "U+0007"),
        ("Hale \U000e1234", "U+E1234"),
        ("Hale 家\u0e31", "U+5BB6 (CJK UNIFIED IDEOGRAPH-5BB6) with U+0E31 (THAI"),
    ],
)
def test_a_character_that_no_font_has_stops_the_work_and_is_named(words: str, named: str) -> None:
    good = _part(Paragraph(text=plain("Hale")), item="part:good")
    with pytest.raises(TypesettingFailed) as caught:
        _set(good, _part(Paragraph(text=plain(words)), item="part:bad"))
    assert str(caught.value).startswith(f"the pages could not be set: part:bad holds {named}")
    assert "Hale" not in str(caught.value)


def test_a_drawing_that_is_none_is_an_error_that_names_its_part_and_quotes_nothing() -> None:
    bad = _part(Figure(svg="<svg><secret", alt="a"), item="clip:2")
    with pytest.raises(TypesettingFailed, match=r"clip:2: ") as caught:
        _set(_part(item="part:a"), bad)
    assert "secret" not in str(caught.value)
    assert "template" not in str(caught.value)


def test_no_parts_are_refused() -> None:
    with pytest.raises(TypesettingFailed, match="no parts"):
        typeset([], title="t", created=0)
