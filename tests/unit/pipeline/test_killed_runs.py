# SPDX-License-Identifier: AGPL-3.0-or-later
"""The short form of bench/kill_build.py: builds, servings and sealings killed at some of their steps.

Every step of the exchange of names is tried in package/test_handover.py, and of the log's in
custody/test_killed.py; here whole runs are killed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")

BENCH = Path(__file__).parents[3] / "bench" / "kill_build.py"


@pytest.mark.parametrize(("kind", "every"), [("build", 37), ("serve", 9), ("zip", 9), ("seal", 5)])
def test_a_killed_run_leaves_all_or_nothing_and_the_next_one_works(
    tmp_path: Path, kind: str, every: int
) -> None:
    done = subprocess.run(
        [sys.executable, BENCH, "--only", kind, "--kills", "1", "--every", str(every),
         "--folder", tmp_path],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.match(rf"{kind}: killed at ([0-9]+) steps", done.stdout)
    assert found, done.stdout
    assert int(found[1]) >= 1
    assert "every next run was complete" in done.stdout
