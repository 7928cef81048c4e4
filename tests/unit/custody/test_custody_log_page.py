# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page on the custody log: its commands work as printed, and find what they say they find."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from evidencekit.custody.intake import intake
from evidencekit.custody.log import read_log
from evidencekit.custody.receive import receive
from evidencekit.custody.transfer import transfer
from evidencekit.model.custody import EntryKind, KeptIndex
from evidencekit.model.matter import Case, Matter
from evidencekit.model.recording import Recording

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "custody-log.md").read_text("utf-8")
TOOLS = ("bash", "sha256sum", "od", "sed", "grep", "diff")
NOW = dt.datetime(2026, 5, 20, 15, 2, 11, tzinfo=dt.UTC)
MATTER = Matter(
    case=Case(title="Re E (A Child)"),
    recordings=(
        Recording(id="visit", file="recordings/visit.m4a"),
        Recording(id="voicemail", file="recordings/voicemail.mp3"),
    ),
)

needs_tools = pytest.mark.skipif(
    not all(shutil.which(tool) for tool in TOOLS),
    reason=f"one of {', '.join(TOOLS)} is not on this machine",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A receiver's folder, with a log of every kind of entry but served, and the giver's log."""
    giver, here = tmp_path / "giver", tmp_path / "receiver"
    for each in (giver, here):
        (each / "recordings").mkdir(parents=True)
        (each / "recordings" / "visit.m4a").write_bytes(b"visit" * 1000)
        (each / "recordings" / "voicemail.mp3").write_bytes(b"voicemail" * 1000)
    hands = {"giver": "amara", "receiver": "Kemp Law", "how": "USB stick", "by": "R", "now": NOW}
    intake(MATTER, folder=giver, by="R", now=NOW)
    transfer(MATTER, folder=giver, what=("visit", "voicemail"), **hands)
    receive(MATTER, folder=here, giver_log=giver / "custody.jsonl", **hands)
    with (here / "custody.jsonl").open("ab") as log:
        log.write(b'{"entered_by":"zo\xc5')
    transfer(MATTER, folder=here, what=("visit",), **(hands | {"note": 'a "quoted" \\ zażółć'}))
    intake(MATTER, folder=here, by="R", now=NOW, make_indexes=lambda *_: {"visit": kept(here)})
    shutil.copy(giver / "custody.jsonl", here / "giver.jsonl")
    return here


def kept(folder: Path) -> KeptIndex:
    """Keep what stands for the index of a recording."""
    (folder / "index").mkdir()
    (folder / "index" / "a.ekindex").write_bytes(b"an index")
    return KeptIndex(
        sha256=hashlib.sha256(b"an index").hexdigest(),
        samples_sha256=hashlib.sha256(b"samples").hexdigest(),
    )


def follow_the_page(folder: Path, scratch: Path) -> subprocess.CompletedProcess[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    script = "set -euo pipefail\n" + "\n".join(blocks).replace("/tmp/", f"{scratch}/")
    return subprocess.run(
        ["bash", "-c", script], cwd=folder, check=False, capture_output=True, text=True
    )


@needs_tools
def test_a_good_log_passes_every_step(folder: Path, tmp_path: Path) -> None:
    log = read_log(folder / "custody.jsonl")
    assert {each.kind for each in log.entries} == set(EntryKind) - {EntryKind.SERVED}
    done = follow_the_page(folder, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines() == [
        f"{log.count} entries, head {log.head}",
        log.entries[0].line_sha256,
        "1",
        "1",
        "the giver's log stood at entry 4",
    ]


def lines(folder: Path) -> list[bytes]:
    return (folder / "custody.jsonl").read_bytes().splitlines(keepends=True)


def rewrite(folder: Path, changed: list[bytes]) -> None:
    (folder / "custody.jsonl").write_bytes(b"".join(changed))


def swap(folder: Path) -> None:
    first, second, *rest = lines(folder)
    rewrite(folder, [second, first, *rest])


def take_out(folder: Path) -> None:
    rewrite(folder, lines(folder)[:2] + lines(folder)[3:])


def edit(folder: Path) -> None:
    rewrite(folder, [each.replace(b"voicemail", b"voicemale") for each in lines(folder)])


def carriage_returns(folder: Path) -> None:
    rewrite(folder, [each.replace(b"\n", b"\r\n") for each in lines(folder)])


def cut(folder: Path) -> None:
    rewrite(folder, [*lines(folder)[:-1], lines(folder)[-1][:-1]])


def renumber(folder: Path) -> None:
    prev, changed = "0" * 64, []
    for line in lines(folder):
        value = json.loads(line) | {"prev": prev}
        value["seq"] += 1
        changed.append(
            json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            + b"\n"
        )
        prev = hashlib.sha256(changed[-1]).hexdigest()
    rewrite(folder, changed)


def change_recording(folder: Path) -> None:
    (folder / "recordings" / "visit.m4a").write_bytes(b"visit" * 999 + b"visir")


def change_index(folder: Path) -> None:
    (folder / "index" / "a.ekindex").write_bytes(b"an inder")


def change_aside(folder: Path) -> None:
    (aside,) = folder.glob("custody.jsonl.torn-*")
    aside.write_bytes(b"{}")


def change_givers(folder: Path) -> None:
    path = folder / "giver.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"R"', b'"S"'))


@needs_tools
@pytest.mark.parametrize(
    "act",
    [
        swap,
        take_out,
        edit,
        carriage_returns,
        cut,
        renumber,
        change_recording,
        change_index,
        change_aside,
        change_givers,
    ],
)
def test_the_page_finds_what_was_done(
    folder: Path, tmp_path: Path, act: Callable[[Path], None]
) -> None:
    act(folder)
    assert follow_the_page(folder, tmp_path).returncode != 0


def test_the_page_names_every_field_kind_and_remark() -> None:
    schema = json.loads((ROOT / "schemas" / "custody.schema.json").read_bytes())
    fields = set(schema["properties"])
    assert {each for each in fields if f"`{each}`" not in PAGE} == set()
    assert {each.value for each in EntryKind if f"`{each.value}`" not in PAGE} == set()
    assert set(re.findall(r"EK-L0(1[0-4])", PAGE)) == {"10", "11", "12", "13", "14"}
