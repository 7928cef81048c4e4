# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from evidencekit.compose import plan
from evidencekit.compose.statement import statement_paragraphs, statement_part
from evidencekit.court.profiles import load_profile
from evidencekit.model.moment import Moment
from evidencekit.package.docx import write_docx

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.model.material import Material

CHILDREN = load_profile("ew-family-children")


def _written(material: Material, path: Path) -> tuple[plan.Part, Any]:
    from docx import Document

    part = statement_part(material, CHILDREN, None)
    assert part is not None
    write_docx(part, path, title=part.title, prepared_on=material.matter.case.prepared_on)
    return part, Document(str(path))


def _of(*blocks: plan.Block) -> plan.Part:
    return plan.Part(item="part:x", title="X", blocks=blocks)


def test_its_numbered_paragraphs_are_those_of_the_plan(material: Material, tmp_path: Path) -> None:
    part, document = _written(material, tmp_path / "s.docx")
    texts = [paragraph.text for paragraph in document.paragraphs]
    expected = [f"{number}.\t{text}" for number, text in statement_paragraphs(part)]
    assert [text for text in texts if text in set(expected)] == expected


def test_two_runs_give_the_same_bytes(material: Material, tmp_path: Path) -> None:
    first, second = tmp_path / "1.docx", tmp_path / "2.docx"
    _written(material, first)
    _written(material, second)
    assert first.read_bytes() == second.read_bytes()


def test_its_dates_are_the_matter_s_and_it_names_no_user(
    material: Material, tmp_path: Path
) -> None:
    _, document = _written(material, tmp_path / "s.docx")
    properties = document.core_properties
    assert properties.created.date().isoformat() == "2026-05-29"
    assert properties.modified == properties.created
    assert (properties.author, properties.last_modified_by, properties.comments) == ("", "", "")


@pytest.mark.parametrize("prepared_on", [None, Moment.of("in the spring")])
def test_without_a_date_it_is_dated_to_the_first_day_a_zip_knows(
    tmp_path: Path, prepared_on: Moment | None
) -> None:
    from docx import Document

    path = tmp_path / "s.docx"
    write_docx(_of(), path, title="X", prepared_on=prepared_on)
    assert Document(str(path)).core_properties.created.isoformat()[:10] == "1980-01-01"


def test_no_member_of_the_archive_holds_the_time_of_the_run(
    material: Material, tmp_path: Path
) -> None:
    _written(material, tmp_path / "s.docx")
    with zipfile.ZipFile(tmp_path / "s.docx") as archive:
        assert archive.testzip() is None
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [name for name in archive.namelist() if "thumbnail" in name]


def test_it_is_a4_with_the_margins_of_a_witness_statement(
    material: Material, tmp_path: Path
) -> None:
    _, document = _written(material, tmp_path / "s.docx")
    section = document.sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    assert round(section.left_margin.cm, 2) == round(section.right_margin.cm, 2) == 3.5
    assert document.styles["Normal"].font.name == "Arial"
    assert document.styles["Normal"].font.size.pt == 12


def test_places_to_fill_are_highlighted(material: Material, tmp_path: Path) -> None:
    _, document = _written(material, tmp_path / "s.docx")
    marked = [
        run.text
        for paragraph in document.paragraphs
        for run in paragraph.runs
        if run.font.highlight_color is not None
    ]
    assert "[date of signing: to be completed]" in marked
    assert all(text.startswith("[") and text.endswith("]") for text in marked)


def test_the_foot_of_each_page_has_a_field_for_its_number(
    material: Material, tmp_path: Path
) -> None:
    _, document = _written(material, tmp_path / "s.docx")
    assert 'w:instr="PAGE"' in document.sections[0].footer.paragraphs[0]._p.xml


def test_text_of_any_script_and_of_markup_is_data(tmp_path: Path) -> None:
    from docx import Document

    words = "Łucja, 王小明, محمد, 👩‍👧 #panic <script>alert(1)</script> =HYPERLINK()"
    path = tmp_path / "s.docx"
    write_docx(
        _of(plan.Numbered(number=1, text=plan.plain(words))), path, title=words, prepared_on=None
    )
    document = Document(str(path))
    assert document.paragraphs[-1].text == f"1.\t{words}"
    assert document.core_properties.title == words


def test_what_xml_cannot_hold_leaves_a_mark_and_not_a_crash(tmp_path: Path) -> None:
    from docx import Document

    path = tmp_path / "s.docx"
    write_docx(
        _of(plan.Paragraph(text=plan.plain("a\x00b\x1bc\ud800d"))),
        path,
        title="\x07" * 2000,
        prepared_on=None,
    )
    assert Document(str(path)).paragraphs[-1].text == "a\ufffdb\ufffdc\ufffdd"


def test_every_block_of_the_vocabulary_is_written(tmp_path: Path) -> None:
    from docx import Document

    line = plan.SpokenLine(number=1, time="0:01", speaker="JH", text=plan.plain("Hello"))
    detail = plan.Detail(label="Length", text=plan.plain("1 s"), standing="M")
    table = plan.Table(
        columns=(plan.Column(title="One"), plan.Column(title="Two")),
        rows=(
            plan.Row(cells=(plan.plain("a"), plan.plain("b"))),
            plan.Row(cells=(plan.plain("whole"),), kind=plan.RowKind.SECTION),
        ),
    )
    path = tmp_path / "s.docx"
    part = _of(
        table,
        plan.Details(rows=(detail,)),
        plan.Figure(svg="<svg/>", alt="A waveform", caption="Figure 1"),
        plan.Spoken(lines=(line,)),
        plan.Space(),
    )
    write_docx(part, path, title="X", prepared_on=None)
    document = Document(str(path))
    cells = [cell.text for each in document.tables for row in each.rows for cell in row.cells]
    assert cells == ["One", "Two", "a", "b", "whole", "whole", "Length", "1 s", "M"]
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert texts[:4] == ["X", "[A waveform]", "Figure 1", "1.\t0:01\tJH\tHello"]
