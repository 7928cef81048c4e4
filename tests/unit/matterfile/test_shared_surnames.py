# SPDX-License-Identifier: AGPL-3.0-or-later
"""A surname that a child shares with an adult names the adult too."""

import pytest

from evidencekit.errors import MatterError
from evidencekit.matterfile.load import load_document

PEOPLE = {
    "amara": "Amara Dean",
    "child": {"name": "Ella Dean", "child": True},
}


def matter(title):
    return {
        "schema": "evidencekit/matter/1",
        "case": {"title": "Re E (A Child)"},
        "people": PEOPLE,
        "documents": {"letter": {"file": "documents/letter.pdf", "title": title}},
    }


def test_a_title_may_hold_a_surname_that_the_child_shares_with_an_adult():
    loaded = load_document(matter("Letter from Ms Dean"))
    assert loaded.documents[0].title == "Letter from Ms Dean"


@pytest.mark.parametrize("title", ["Letter about Ella", "Ella Dean's school report", "Re ELLA"])
def test_a_title_may_not_hold_the_childs_own_name(title):
    with pytest.raises(MatterError) as refused:
        load_document(matter(title))
    assert "Ella" not in str(refused.value)
    assert refused.value.problems[0].pointer == "/documents/letter/title"
