# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fixtures that several rooms' tests share."""

from __future__ import annotations

import os
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import settings
from support_examples import build_example

from evidencekit.isolate import kept_workers

# No test is timed: the first call of many loads fonts or libraries. EVIDENCEKIT_LONG=1 looks for
# counter-examples much longer than every run of the tests can.
settings.register_profile("untimed", deadline=None, max_examples=60)
settings.register_profile("long", deadline=None, max_examples=2000)
settings.load_profile("long" if os.environ.get("EVIDENCEKIT_LONG") else "untimed")


#: Where tests build and verify in this process, and none is about how its workers start and end.
ONE_RUN = ("cli", "conformance", "examples", "tamper", "unit/pdf", "unit/pipeline", "unit/verifier")
#: On disks of their own, which cannot be taken away while a worker sits there; or about workers.
APART = {"test_folding_disk.py", "test_full_disk.py", "test_work.py", "test_verify_workers.py"}


@pytest.fixture(scope="module", autouse=True)
def one_run(request):
    """One run for all tests of a module: starting workers takes longer than most tests do."""
    where = request.path.relative_to(Path(__file__).parent).as_posix()
    together = where.startswith(ONE_RUN) and request.path.name not in APART
    with kept_workers() if together else nullcontext():
        yield


@pytest.fixture(scope="session")
def home_visit_package(tmp_path_factory):
    """The full example, built once. Tests read it and never write to it."""
    return build_example("home-visit", tmp_path_factory.mktemp("home-visit"))


@pytest.fixture(scope="session")
def smallest_package(tmp_path_factory):
    """The smallest example, built once. Tests read it and never write to it."""
    return build_example("smallest", tmp_path_factory.mktemp("smallest"))
