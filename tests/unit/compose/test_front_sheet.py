# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first page."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import evolve
from support_parts import lines_of, text_of

from evidencekit.compose.front import front_part, permission_line
from evidencekit.compose.plan import flat
from evidencekit.model.matter import Permission


def with_case(material, **changes):
    matter = evolve(material.matter, case=evolve(material.matter.case, **changes))
    return evolve(material, matter=matter)


def permission(material, told):
    return flat(permission_line(with_case(material, permission=told).matter, None))


def test_the_heading_names_court_number_title_and_hearing(material):
    lines = lines_of(front_part(material, None, None))
    assert lines[1:6] == [
        "Family Court at Norbury",
        "NB26C00123",
        "Re E (A Child)",
        "Bundle",
        "Hearing: 15 June 2026",
    ]


def test_the_permission_line_reads_as_the_product_says(material):
    assert flat(permission_line(material.matter, None)) == (
        "Permission to rely on the recordings: applied for on 28 May 2026 by application on form C2; "
        "not yet decided."
    )


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (None, "not stated."),
        (Permission(), "not stated."),
        (Permission(result="not asked for"), "not asked for."),
        (Permission(by="letter"), "applied for by letter."),
        (
            Permission(result="granted", decided_on=dt.date(2026, 6, 3), order="order of DJ Roe"),
            "granted on 3 June 2026; order: order of DJ Roe.",
        ),
        (
            Permission(applied_on="in May", decided_on=dt.date(2026, 6, 3)),
            "applied for in May; decided on 3 June 2026; the result is not stated.",
        ),
        (Permission(result="Refused."), "Refused."),
    ],
)
def test_permission_says_what_was_told_and_no_more(material, told, said):
    assert permission(material, told) == f"Permission to rely on the recordings: {said}"


def test_an_order_that_is_a_document_is_named_and_linked(material):
    told = Permission(result="granted", order="application")
    line = permission_line(with_case(material, permission=told).matter, None)
    assert flat(line).endswith("granted; order: Application for permission (C2). See ?.")
    assert line[-2].target == "document:application"


@pytest.mark.parametrize(
    ("agreed", "printed"),
    [
        (None, "Status | not agreed | "),
        (False, "Status | not agreed | T"),
        (True, "Status | agreed | T"),
    ],
)
def test_a_bundle_is_not_agreed_unless_somebody_said_so(material, agreed, printed):
    assert printed in lines_of(front_part(with_case(material, agreed=agreed), None, None))


def test_what_nobody_said_prints_as_not_stated(bare_material):
    lines = lines_of(front_part(bare_material, None, None))
    assert lines[1:3] == ["Court: not stated", "not stated"]
    assert "Hearing: not stated" in lines
    assert "Prepared on | not stated | " in lines
    assert "Whose bundle | not stated | " in lines


def test_the_contents_are_counted_and_an_absent_document_is_said(material):
    lines = lines_of(front_part(material, None, None))
    assert "Recordings | 2 recordings, 166.750 s in all (from ?) | " in lines
    assert "Clips | 3 clips (from ?) | " in lines
    assert "Documents | 4 documents, of which 1 not included | " in lines
    assert "Statement | draft, unsigned (from ?) | " in lines


def test_a_matter_without_documents_or_statement_says_none(bare_material):
    lines = lines_of(front_part(bare_material, None, None))
    assert "Documents | none | " in lines
    assert "Statement | none | " in lines


def test_the_letters_t_f_and_m_are_explained(material):
    text = text_of(front_part(material, None, None))
    assert "T, told by a person; F, read from the file" in text
    assert "M, measured by the software (evidencekit 0.1.0)" in text
