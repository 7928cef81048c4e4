# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is displayed of a page, however its boxes are written down."""

from __future__ import annotations

import pikepdf
import pytest
from pikepdf import Array, Dictionary

from evidencekit.pdf.boxes import Box, view_of


def _page(**entries):
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(400, 300))
    for key, value in entries.items():
        page.obj[f"/{key}"] = value
    return pdf, page


def test_a_box_whose_corners_stand_elsewhere_in_the_file_is_read_as_what_stands_there():
    pdf, page = _page()
    for width in (500, 600):
        page.obj["/MediaBox"] = Array([0, 0, pdf.make_indirect(width), pdf.make_indirect(200)])
        assert view_of(page).box == Box(0, 0, width, 200)


def test_what_a_page_does_not_say_is_what_the_pages_above_it_say():
    pdf, page = _page()
    del page.obj["/MediaBox"]
    page.obj["/Parent"] = pdf.make_indirect(
        Dictionary(Rotate=90, Parent=Dictionary(MediaBox=Array([300, 100, 0, 0])))
    )
    view = view_of(page)
    assert (view.box, view.turn) == (Box(0, 0, 300, 100), 90)


@pytest.mark.parametrize("box", [Array([0, 0, 10]), Array([5, 5, 5, 5]), 7, Dictionary()])
def test_what_is_no_box_leaves_the_usual_paper(box):
    _, page = _page(MediaBox=box)
    assert view_of(page).box == Box(0, 0, 612, 792)


@pytest.mark.parametrize("unit", [0, -2, Array([])])
def test_a_unit_that_is_none_is_a_point(unit):
    _, page = _page(UserUnit=unit)
    assert view_of(page).unit == 1.0


def test_pages_above_that_go_round_in_a_circle_are_left():
    pdf, page = _page()
    round_and_round = pdf.make_indirect(Dictionary())
    round_and_round["/Parent"] = round_and_round
    page.obj["/Parent"] = round_and_round
    assert view_of(page).turn == 0
