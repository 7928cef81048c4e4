# SPDX-License-Identifier: AGPL-3.0-or-later
"""A matter written as a document, in JSON or TOML, reads back as the same matter."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from strategies import matters

from evidencekit.matterfile.document import to_document
from evidencekit.matterfile.load import load_document
from evidencekit.matterfile.schema import validate

SLOW = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@SLOW
@given(matters())
def test_a_matter_survives_its_document(matter):
    document = to_document(matter)
    assert validate(document) == ()
    assert matter == load_document(json.loads(json.dumps(document)))
