# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fixtures that several rooms' tests share."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings
from support_examples import build_example

# No test is timed: the first call of many loads fonts or libraries. EVIDENCEKIT_LONG=1 looks for
# counter-examples much longer than every run of the tests can.
settings.register_profile("untimed", deadline=None, max_examples=60)
settings.register_profile("long", deadline=None, max_examples=2000)
settings.load_profile("long" if os.environ.get("EVIDENCEKIT_LONG") else "untimed")


@pytest.fixture(scope="session")
def home_visit_package(tmp_path_factory):
    """The full example, built once. Tests read it and never write to it."""
    return build_example("home-visit", tmp_path_factory.mktemp("home-visit"))


@pytest.fixture(scope="session")
def smallest_package(tmp_path_factory):
    """The smallest example, built once. Tests read it and never write to it."""
    return build_example("smallest", tmp_path_factory.mktemp("smallest"))
