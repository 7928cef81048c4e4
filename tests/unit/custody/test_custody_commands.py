# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands transfer, receive and log, as a person and as a program meet them."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from evidencekit.cli import commands
from evidencekit.cli.custody_commands import receive, transfer
from evidencekit.cli.log_command import log
from evidencekit.custody.log import read_log

if TYPE_CHECKING:
    import click
    from click.testing import Result

EXAMPLE = Path(__file__).parents[3] / "examples" / "home-visit"
TOLD = ["--from", "amara", "--to", "Ruth Kemp, Kemp Law", "--how", "USB stick", "--by", "R. Kemp"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "giver"))


def run(command: click.Command, *arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(each) for each in arguments])


def hand_over(folder: Path, *more: str | Path) -> Result:
    return run(transfer, folder / "matter.toml", "--what", "visit", *TOLD, *more)


def test_a_transfer_is_recorded_and_said(folder: Path) -> None:
    done = hand_over(folder, "--on", "2026-05-20", "--note", "kept in the safe")
    assert done.exit_code == 0, done.output
    assert "1 handed over, 0 recorded already" in done.output
    assert "not checked at the receiver  EK-D014" in done.output
    entry = read_log(folder / "custody.jsonl").entries[-1]
    assert (entry.giver, entry.entered_by, entry.on) == ("amara", "R. Kemp", "2026-05-20")


def test_a_transfer_checked_on_both_sides(folder: Path) -> None:
    copy = folder.parent / "copy"
    shutil.copytree(folder / "recordings", copy)
    for option in (("--receiver-folder", copy), ("--receiver-file", copy / "visit.m4a")):
        done = hand_over(folder, *option, "--json")
        assert done.exit_code == 0, done.output
        report = json.loads(done.output)
        assert (report["ok"], report["kind"]) == (True, "transfer")
        assert report["summary"][1]["message"] == "checked on both sides"


def test_a_file_that_differs_is_an_error_and_nothing_is_recorded(folder: Path) -> None:
    before = (folder / "custody.jsonl").read_bytes()
    (folder / "recordings" / "visit.m4a").write_bytes(b"other")
    done = hand_over(folder)
    assert done.exit_code == 4
    assert "recordings/visit.m4a" in done.stderr
    assert (folder / "custody.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("--what", "visit", "--from", "a", "--to", "b", "--how", "c"),
        ("--what", "visit", "--from", "a", "--to", " ", "--how", "c", "--by", "d"),
        ("--from", "a", "--to", "b", "--how", "c", "--by", "d"),
        ("--what", "visit", "--what", "voicemail", *TOLD, "--receiver-file", "x"),
        ("--what", "visit", *TOLD, "--receiver-file", "x", "--receiver-folder", "y"),
    ],
)
def test_a_transfer_called_wrongly_is_a_usage_error(
    folder: Path, arguments: tuple[str, ...]
) -> None:
    assert run(transfer, folder / "matter.toml", *arguments).exit_code == 2


def test_a_receiver_starts_a_log_that_cites_the_givers(folder: Path) -> None:
    there = Path(shutil.copytree(folder, folder.parent / "receiver"))
    (there / "custody.jsonl").unlink()
    hand_over(folder)
    done = run(receive, there / "matter.toml", "--giver-log", folder / "custody.jsonl", *TOLD)
    assert done.exit_code == 0, done.output
    assert "cited at 3 entries" in done.output
    shown = run(log, there, "--with", folder)
    assert shown.exit_code == 0
    assert "One takes over from the other, which stood at 3 entries" in shown.output


def test_a_receiver_who_has_only_count_and_head_cites_them(folder: Path) -> None:
    (folder / "custody.jsonl").unlink()
    pin = f"4:{'AB' * 32}"
    done = run(receive, folder / "matter.toml", "--pin", pin, "--what", "visit", *TOLD)
    assert done.exit_code == 0, done.output
    assert "not read, so not checked" in done.output
    assert [each.item for each in read_log(folder / "custody.jsonl").entries] == [None, "visit"]


@pytest.mark.parametrize(
    "arguments", [(), ("--pin", "4"), ("--pin", "4:ab"), ("--pin", f"4:{'ab' * 32}",
    "--giver-log", "x")],
)  # fmt: skip
def test_a_receipt_called_wrongly_is_a_usage_error(
    folder: Path, arguments: tuple[str, ...]
) -> None:
    assert run(receive, folder / "matter.toml", *TOLD, *arguments).exit_code == 2


def test_the_log_is_shown_as_a_person_reads_it(folder: Path) -> None:
    hand_over(folder)
    for place in (folder, folder / "matter.toml"):
        done = run(log, place)
        assert done.exit_code == 0, done.output
        lines = done.output.splitlines()
        assert lines[0] == f"{folder / 'custody.jsonl'}: 3 entries, unbroken"
        assert lines[1] == "   1  20 May 2026, 16:02:11 BST  taken in  visit"
        assert "      measured  visit.m4a, 740,056 bytes" in lines
        assert "      told      from Amara Dean to Ruth Kemp, Kemp Law" in lines
        assert f"head  {read_log(folder / 'custody.jsonl').head}" in lines
        assert "It does not show that the last entries are still there" in " ".join(
            done.output.split()
        )


def test_a_log_by_itself_is_shown_in_utc_or_the_zone_asked_for(folder: Path) -> None:
    assert "15:02:11 UTC" in run(log, folder / "custody.jsonl").output
    zone = run(log, folder / "custody.jsonl", "--timezone", "Asia/Tokyo")
    assert "21 May 2026, 00:02:11 JST" in zone.output
    assert run(log, folder / "custody.jsonl", "--timezone", "Nowhere").exit_code == 2


def test_a_package_shows_the_log_that_it_holds(folder: Path) -> None:
    inside = folder.parent / "package" / "data" / "custody"
    inside.mkdir(parents=True)
    shutil.copy(folder / "custody.jsonl", inside)
    assert "2 entries, unbroken" in run(log, folder.parent / "package").output


def test_the_log_for_programs(folder: Path) -> None:
    document = json.loads(run(log, folder, "--json").output)
    read = read_log(folder / "custody.jsonl")
    assert (document["ok"], document["count"], document["head"]) == (True, 2, read.head)
    assert document["torn"] is None
    lines = [json.loads(each) for each in (folder / "custody.jsonl").read_bytes().splitlines()]
    for entry, line in zip(document["entries"], lines, strict=True):
        assert entry.items() >= {k: v for k, v in line.items() if k != "schema"}.items()


def test_a_pin_that_fits_and_one_that_does_not(folder: Path) -> None:
    read = read_log(folder / "custody.jsonl")
    fits = run(log, folder, "--pin", f"2:{read.head}")
    assert (fits.exit_code, "The log is the one written down" in fits.output) == (0, True)
    goes_on = run(log, folder, "--pin", f"1:{read.entries[0].line_sha256}", "--json")
    assert json.loads(goes_on.output)["pin"]["relation"] == "continued"
    short = run(log, folder, "--pin", f"3:{read.head}")
    assert (short.exit_code, "The log is shorter than" in short.output) == (1, True)
    another = run(log, folder, "--pin", f"2:{'ab' * 32}", "--json")
    assert (another.exit_code, json.loads(another.output)["ok"]) == (1, False)


def test_a_fork_is_shown_and_ends_with_findings(folder: Path) -> None:
    there = Path(shutil.copytree(folder, folder.parent / "other"))
    hand_over(folder)
    hand_over(there, "--note", "another")
    done = run(log, folder, "--with", there)
    assert done.exit_code == 1
    assert "part after entry 2: 1 more in one, 1 more in the other" in " ".join(done.output.split())
    document = json.loads(run(log, folder, "--with", there, "--json").output)
    assert document["with"] == {
        "relation": "fork", "common": 2, "only_here": 1, "only_there": 1, "cited": None
    }  # fmt: skip


def test_a_torn_log_is_shown_as_far_as_it_goes_and_left_alone(folder: Path) -> None:
    with (folder / "custody.jsonl").open("ab") as file:
        file.write(b'{"half')
    before = (folder / "custody.jsonl").read_bytes()
    done = run(log, folder)
    assert (done.exit_code, "EK-L018" in done.output) == (1, True)
    document = json.loads(run(log, folder, "--json").output)
    assert document["torn"] == {"offset": len(before) - 6, "size": 6}
    assert (folder / "custody.jsonl").read_bytes() == before


def test_a_broken_log_is_an_error_that_names_the_entry(folder: Path) -> None:
    data = (folder / "custody.jsonl").read_bytes()
    (folder / "custody.jsonl").write_bytes(data.replace(b"visit.m4a", b"other.m4a"))
    done = run(log, folder)
    assert (done.exit_code, "broken at entry 2" in done.stderr) == (4, True)
    fine = folder.parent / "fine.jsonl"
    fine.write_bytes(data)
    other = run(log, fine, "--with", folder)
    assert other.exit_code == 4
    assert f"{folder / 'custody.jsonl'} cannot be compared with" in other.stderr


def test_where_there_is_no_log_that_is_said(tmp_path: Path) -> None:
    done = run(log, tmp_path)
    assert (done.exit_code, "nothing was taken in there yet" in done.stderr) == (4, True)


@pytest.mark.parametrize("command", [transfer, receive], ids=["transfer", "receive"])
@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("yesterday", "Write the date: {yesterday}"),
        ("Last Monday", "Write the date, such as 2026-05-20, or what is known of it"),
        ("two weeks ago", "Write the date, such as 2026-05-20, or what is known of it"),
    ],
)
def test_a_day_counted_from_today_is_refused_with_how_to_write_it(
    folder: Path, command: click.Command, said: str, told: str
) -> None:
    """It would be another day whenever the log is read."""
    before = (folder / "custody.jsonl").read_bytes()
    more = ("--what", "visit") if command is transfer else ("--pin", f"1:{'0' * 64}")
    done = run(command, folder / "matter.toml", *more, *TOLD, "--on", said)
    assert done.exit_code == 2, done.output
    yesterday = dt.datetime.now().astimezone().date() - dt.timedelta(days=1)
    output = " ".join(done.output.replace("│", " ").split())
    assert told.format(yesterday=yesterday) in output
    assert (folder / "custody.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    "said", ["20 May 2026", "in May 2026", "before the first hearing", "the day after, 20 May 2026"]
)
def test_a_day_that_is_half_known_is_kept_as_it_was_said(folder: Path, said: str) -> None:
    done = hand_over(folder, "--on", said)
    assert done.exit_code == 0, done.output
    assert read_log(folder / "custody.jsonl").entries[-1].on == said


def test_who_holds_the_files_is_apart_from_who_takes_them_in(folder: Path) -> None:
    (folder / "custody.jsonl").unlink()
    done = run(commands.intake, folder / "matter.toml", "--by", "Ruth Kemp", "--holder", "amara")
    assert done.exit_code == 0, done.output
    entry = read_log(folder / "custody.jsonl").entries[0]
    assert (entry.entered_by, entry.holder) == ("Ruth Kemp", "amara")
    assert not (folder / ".custody.jsonl.lock").exists()


def test_an_empty_holder_is_refused(folder: Path) -> None:
    done = run(commands.intake, folder / "matter.toml", "--by", "Ruth Kemp", "--holder", " ")
    assert done.exit_code == 2
    assert "say who, or leave the option out" in done.output
