# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small matter on a desk of its own, and the command line run over it as a user would."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

from click.testing import CliRunner
from support_pdf import numbered_pdf
from support_sound import sound, write_wav

from evidencekit.cli.commands import evidencekit
from evidencekit.pdf import fonts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from click.testing import Result

MATTER = """\
schema = "evidencekit/matter/1"
[case]
title = "Re E (A Child)"
[people]
amara = "Amara Dean"
child = { name = "Zuleika Dean", child = true }
[recordings.visit]
file = "recordings/visit.wav"
made_by = "amara"
transcript = { file = "transcripts/visit.vtt" }
[[recordings.visit.clip]]
title = "The refusal"
from = "0:00.500"
to = "0:01.500"
[documents]
letter = { file = "documents/letter.pdf", title = "Letter" }
"""

TRANSCRIPT = """\
WEBVTT

00:00.000 --> 00:01.000
<v Amara Dean>I had rung to move it.

00:01.000 --> 00:02.000
<v Zuleika Dean>Zuleika heard nobody.
"""


class Desk:
    """A folder with a small matter, a place for packages, and a scratch folder to look into."""

    def __init__(self, at: Path) -> None:
        self.folder = at / "matter"
        self.outs = at / "outs"
        self.temp = at / "temp"
        for each in (self.folder, self.outs, self.temp):
            each.mkdir()
        for each in ("recordings", "transcripts", "documents"):
            (self.folder / each).mkdir()
        self.out = self.outs / "package"
        self.recording = write_wav(self.folder / "recordings/visit.wav", sound(3))
        self.transcript = self.folder / "transcripts/visit.vtt"
        self.transcript.write_text(TRANSCRIPT, encoding="utf-8")
        self.letter = numbered_pdf(self.folder / "documents/letter.pdf", 2)
        self.matter = self.folder / "matter.toml"
        self.matter.write_text(MATTER, encoding="utf-8")
        self._before: dict[str, bytes] = {}

    def change(self, old: str, new: str) -> None:
        """Change the matter file; *old* has to be in it."""
        text = self.matter.read_text(encoding="utf-8")
        assert old in text
        self.matter.write_text(text.replace(old, new, 1), encoding="utf-8")

    def run(self, *arguments: object) -> Result:
        """Run the command line in this process, in the matter's folder, with a scratch folder."""
        with contextlib.chdir(self.folder), scratch_in(self.temp):
            return CliRunner().invoke(evidencekit, [str(each) for each in arguments])

    def build(self, *arguments: object) -> Result:
        """Run build, with the output where this desk wants it."""
        return self.run("build", "matter.toml", "-o", self.out, *arguments)

    def refused(
        self, *words: str, code: int = 4, taken_in: bool = False, options: tuple[str, ...] = ()
    ) -> Result:
        """Build, and check that it is refused in *words*, with nothing built, lost or left."""
        self.note()
        result = self.build(*options)
        assert result.exit_code == code, result.output
        for each in words:
            assert each in result.stderr
        said = ("Nothing was built.", "Nothing was written.", "It was left as it is.")
        assert sum(map(result.stderr.count, said)) == 1
        taken = "Taken in now: visit (entered by: not stated).\n" if taken_in else ""
        assert result.stdout == taken
        self.nothing_happened()
        return result

    def note(self) -> None:
        """Note what lies on the desk, to compare with later."""
        self._before = tree(self.folder) | tree(self.outs)

    def nothing_happened(self) -> None:
        """Check that inputs and outputs are as noted, and that nothing is left behind.

        Only the custody log may have grown, by what was taken in before the build stopped, and
        indexes may have come with it.
        """
        now, before = tree(self.folder) | tree(self.outs), dict(self._before)
        index = str(self.folder / "index")
        for each in [each for each in now if each.startswith(index) and each not in before]:
            now.pop(each)
            assert (self.folder / "custody.jsonl").exists()
        log = str(self.folder / "custody.jsonl")
        assert now.pop(log, b"").startswith(before.pop(log, b""))
        assert sorted(now) == sorted(before)
        assert now == before
        assert list(self.temp.iterdir()) == []


def tree(folder: Path) -> dict[str, bytes]:
    """Return the content of every file below *folder*; folders count with an empty one."""
    return {str(each): each.read_bytes() if each.is_file() else b"" for each in folder.rglob("*")}


@contextlib.contextmanager
def scratch_in(folder: Path) -> Iterator[None]:
    """Have temporary files made in *folder*, so that a test sees what is left of them.

    Fonts that were written once serve the whole process, and are made before.
    """
    fonts._temporary()
    before = tempfile.tempdir
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def command(*arguments: object) -> list[str]:
    """Return the command line's words, to be run in a process of its own."""
    return [sys.executable, "-m", "evidencekit", *(str(each) for each in arguments)]


def run_apart(
    *arguments: object, cwd: Path, temp: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the command line in a process of its own; output comes back as bytes."""
    env = {**os.environ, **environment}
    if temp is not None:
        env["TMPDIR"] = str(temp)
    return subprocess.run(command(*arguments), cwd=cwd, env=env, capture_output=True, check=False)


def noise(seconds: float) -> np.ndarray:
    """Return another sound than the desk's own."""
    return sound(seconds, seed=99)
