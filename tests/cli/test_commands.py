# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands as they are typed: help, results for people and for programs, exit codes."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import click
import pytest
from support_cli import MATTER, command, run_apart
from support_sound import sound, write_wav

import evidencekit as ek
from evidencekit.cli.commands import evidencekit
from evidencekit.cli.exits import Exit
from evidencekit.errors import Cancelled
from evidencekit.pdfread import page_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support_cli import Desk

    from evidencekit.model.progress import Progress


def leaves(
    group: click.Group, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command that does something, with the words it is called by."""
    for name, each in sorted(group.commands.items()):
        if isinstance(each, click.Group):
            yield from leaves(each, (*words, name))
        else:
            yield (*words, name), each


COMMANDS = [pytest.param(words, each, id=" ".join(words)) for words, each in leaves(evidencekit)]


def document(result: Any) -> dict[str, Any]:
    """Return the one JSON document that a command printed, and check it printed nothing else."""
    assert result.stderr == ""
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_alone_it_prints_its_help(desk: Desk) -> None:
    result = desk.run()
    assert result.exit_code == 2
    assert "evidencekit init" in result.output
    assert "Prepare court bundles from recordings." in result.output


def test_the_commands_are_listed_in_the_order_of_the_work(desk: Desk) -> None:
    result = desk.run("--help")
    assert result.exit_code == 0
    listed = result.output.partition("Commands")[2]
    order = ["init", "validate", "intake", "build", "verify", "schema"]
    places = [listed.index(f" {name} ") for name in order]
    assert places == sorted(places)


@pytest.mark.parametrize(("words", "each"), COMMANDS)
def test_each_command_explains_itself(
    desk: Desk, words: tuple[str, ...], each: click.Command
) -> None:
    result = desk.run(*words, "--help")
    assert result.exit_code == 0
    assert f"Usage: evidencekit {' '.join(words)}" in result.output
    assert "\\b" not in result.output
    for option in (option for option in each.params if isinstance(option, click.Option)):
        assert option.help, option.name
        assert option.help.endswith("."), option.help


@pytest.mark.parametrize(("words", "each"), COMMANDS)
def test_each_command_can_answer_in_json(words: tuple[str, ...], each: click.Command) -> None:
    assert words == ("schema",) or "--json" in {
        name for option in each.params for name in option.opts
    }


def test_the_version_is_told(desk: Desk) -> None:
    result = desk.run("--version")
    assert result.exit_code == 0
    assert result.output.startswith("evidencekit, version ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("buidl",), "Did you mean 'build'?"),
        (("build", "matter.toml", "--edition", "secret"), "'secret' is not"),
        (("build", "matter.toml", "--by", " "), "Invalid value for --by"),
        (("intake", "matter.toml"), "Missing option '--by'"),
        (("clip", "a.wav", "--from", "10", "--to", "0:20", "-o", "b.wav"), '"10" is not a time'),
        (("clip", "a.wav", "--from", "0:10", "--to", "0:99", "-o", "b.wav"), "more than 59 sec"),
        (("schema", "bundel"), "'bundel' is not"),
    ],
)
def test_how_it_was_called_is_a_usage_error(desk: Desk, words: tuple[str, ...], said: str) -> None:
    desk.note()
    result = desk.run(*words)
    assert result.exit_code == Exit.USAGE
    assert said in " ".join(result.stderr.replace("│", " ").split())
    desk.nothing_happened()
    if words[0] in {"build", "clip"} and len(words) > 1:
        result = desk.run(*words, "--json")
        assert result.exit_code == Exit.USAGE
        error = document(result)["error"]
        assert (error["type"], error["exit"]) == ("UsageError", 2)
        assert said in error["message"]


def test_the_whole_way_from_a_folder_to_a_checked_package(desk: Desk) -> None:
    desk.matter.unlink()
    result = desk.run("init")
    assert result.exit_code == 0
    assert "Wrote matter.toml." in result.stdout
    assert desk.run("validate", "matter.toml").exit_code == 0
    result = desk.run("intake", "matter.toml", "--by", "Ruth Kemp")
    assert result.exit_code == 0
    assert "1 taken in, 0 in the log already" in result.stdout
    result = desk.build()
    assert result.exit_code == 0, result.stderr
    assert "Taken in now" not in result.stdout
    result = desk.run("verify", desk.out)
    assert result.exit_code == 0
    assert "CONSISTENT with its own lists." in result.stdout
    result = desk.run("show", desk.out)
    assert result.exit_code == 0
    assert "Schedule of all recordings held" in result.stdout


def test_init_never_writes_over_a_matter_file(desk: Desk) -> None:
    desk.note()
    result = desk.run("init")
    assert result.exit_code == Exit.OUTPUT
    assert result.stderr.startswith("matter.toml exists already. It was left as it is.")
    desk.nothing_happened()
    assert document(desk.run("init", "--json"))["error"]["type"] == "AlreadyExists"


def test_build_says_what_it_took_in_and_who_entered_it(desk: Desk) -> None:
    result = desk.build("--by", "Ruth Kemp")
    assert result.stdout.splitlines()[0] == "Taken in now: visit (entered by: Ruth Kemp)."
    assert desk.build().stdout.splitlines()[0].startswith("Re E (A Child)")


def test_without_a_name_the_package_lies_in_the_folder_out(desk: Desk) -> None:
    result = desk.run("build", "matter.toml")
    assert result.exit_code == 0
    [made] = (desk.folder / "out").iterdir()
    assert f'Next: evidencekit verify "out/{made.name}"' in result.stdout
    assert ek.verify(made).ok


def test_build_in_json_tells_the_package_the_findings_and_the_time_of_each_stage(
    desk: Desk,
) -> None:
    found = document(desk.build("--json"))
    assert found["ok"] is True
    assert found["taken_in"] == ["visit"]
    assert found["pages"] == len(ek.open_package(desk.out).record["bundle"]["labels"])
    assert {each["code"] for each in found["findings"]} >= {"EK-M004", "EK-C001"}
    stages = [each["stage"] for each in found["stages"]]
    assert stages == ["hash", "intake", "documents", "read", "pages", "package"]
    assert all(isinstance(each["ms"], int) and each["ms"] >= 0 for each in found["stages"])


def test_strict_ends_with_findings_and_builds_all_the_same(desk: Desk) -> None:
    assert desk.build("--strict").exit_code == Exit.FINDINGS
    assert ek.verify(desk.out).ok
    found = desk.build("--strict", "--json")
    assert found.exit_code == Exit.FINDINGS
    assert document(found)["ok"] is True


def test_verify_ends_with_findings_where_a_file_was_changed(built: Desk) -> None:
    clip = next((built.out / "data/clips").iterdir())
    clip.write_bytes(clip.read_bytes()[:-2] + b"\x01\x02")
    result = built.run("verify", built.out)
    assert result.exit_code == Exit.FINDINGS
    assert clip.name in result.stdout
    found = document(built.run("verify", built.out, "--json"))
    assert found["ok"] is False
    assert ek.validate(found, "report") == ()


def test_what_is_no_package_is_named(desk: Desk) -> None:
    for name in ("verify", "show"):
        result = desk.run(name, "nowhere")
        assert result.exit_code == Exit.INPUT
        assert result.stderr.startswith("nowhere is not an evidencekit package:")
        result = desk.run(name, "recordings", "--json")
        assert result.exit_code == Exit.INPUT
        assert document(result)["error"]["type"] == "NotAPackage"


def test_errors_in_json_keep_their_exit_codes_and_places(desk: Desk) -> None:
    desk.change("made_by", "maid_by")
    result = desk.build("--json")
    assert result.exit_code == Exit.MATTER_FILE
    error = document(result)["error"]
    assert error["exit"] == 3
    [problem] = error["problems"]
    assert (problem["pointer"], problem["line"]) == ("/recordings/visit/maid_by", 9)
    assert desk.run("validate", "matter.toml", "--json").exit_code == Exit.MATTER_FILE


def test_an_error_in_json_tells_what_was_taken_in_before_it(desk: Desk) -> None:
    desk.letter.write_bytes(b"no PDF")
    result = desk.build("--json")
    assert result.exit_code == Exit.INPUT
    found = document(result)
    assert found["taken_in"] == ["visit"]
    assert found["error"]["type"] == "DocumentUnusable"
    assert found["error"]["path"] == "documents/letter.pdf"
    assert "Nothing was built." in found["error"]["message"]


def test_several_errors_in_json_are_several(desk: Desk) -> None:
    desk.recording.unlink()
    desk.letter.unlink()
    error = document(desk.build("--json"))["error"]
    assert error["type"] == "SeveralErrors"
    assert [each["path"] for each in error["errors"]] == [
        "recordings/visit.wav",
        "documents/letter.pdf",
    ]


def test_a_clip_says_what_it_is_a_part_of(desk: Desk) -> None:
    times = ("--from", "0:00.25", "--to", "0:00.75")
    result = desk.run("clip", "recordings/visit.wav", *times, "-o", "a.wav")
    assert result.exit_code == 0
    assert "samples 2,000 to 5,999 of visit.wav, both included, counted from 0" in result.stdout
    assert "8,000 a second, 1 channel, 16 bits" in result.stdout
    found = document(desk.run("clip", "recordings/visit.wav", *times, "-o", "a.flac", "--json"))
    assert found["clip"]["samples"] == {"first": 2000, "end": 6000}
    result = desk.run("clip", "recordings/visit.wav", *times[:3], "9:00", "-o", "b.wav")
    assert result.exit_code == Exit.INPUT
    assert "visit.wav: the span 0:00.250 to 9:00.000 reaches beyond" in result.stderr
    assert not (desk.folder / "b.wav").exists()


def test_a_statement_is_written_beside_the_matter_file(desk: Desk) -> None:
    result = desk.run("statement", "matter.toml")
    assert result.exit_code == Exit.MATTER_FILE
    assert "[statement]: there is none. Add it" in result.stderr
    desk.change("[documents]", '[statement]\nby = "amara"\n[documents]')
    assert desk.run("statement", "matter.toml").exit_code == Exit.INPUT, "not taken in yet"
    assert desk.build().exit_code == 0
    found = document(desk.run("statement", "matter.toml", "-o", "drafts/mine.docx", "--json"))
    assert found == {"ok": True, "path": "drafts/mine.docx"}
    assert (desk.folder / "drafts/mine.docx").is_file()


@pytest.mark.parametrize("name", ["matter", "bundle", "custody", "report"])
def test_schemas_are_printed(desk: Desk, name: str) -> None:
    result = desk.run("schema", name)
    assert json.loads(result.stdout) == ek.schema(name)


def test_a_fault_of_our_own_is_said_to_be_one_and_quotes_nothing(desk: Desk, monkeypatch) -> None:
    def broken(*_: object, **__: object) -> None:
        msg = "Zuleika Dean"
        raise KeyError(msg)

    monkeypatch.setattr("evidencekit.pipeline.build.write_contents", broken)
    desk.note()
    result = desk.build()
    assert result.exit_code == Exit.FAULT
    assert "This is a fault of evidencekit, not of your files: KeyError at " in result.stderr
    assert "Nothing was built. Your files were only read." in result.stderr
    assert "Zuleika" not in result.output
    assert "Traceback" not in result.output
    desk.nothing_happened()
    result = desk.build("--json")
    assert result.exit_code == Exit.FAULT
    assert document(result)["error"]["type"] == "KeyError"
    monkeypatch.setenv("EVIDENCEKIT_TRACEBACK", "1")
    assert "Traceback" in desk.build().stderr


def test_a_file_that_may_not_be_read_is_named(desk: Desk, monkeypatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "recordings/visit.wav")

    monkeypatch.setattr("evidencekit.pipeline.build.check_recordings", refuse)
    result = desk.build()
    assert result.exit_code == Exit.INPUT
    assert result.stderr == "recordings/visit.wav: Permission denied. Nothing was built.\n"


def test_stopping_is_neither_a_fault_nor_a_finding(desk: Desk, monkeypatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise Cancelled

    monkeypatch.setattr("evidencekit.pipeline.build.check_recordings", stop)
    result = desk.build()
    assert result.exit_code == Exit.INTERRUPTED
    assert result.stderr == "Stopped. Nothing was built.\n"
    monkeypatch.setattr("evidencekit.pipeline.build.check_recordings", _interrupt)
    assert desk.build().exit_code == Exit.INTERRUPTED


def _interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_progress_names_ids_and_never_people(desk: Desk) -> None:
    matter = ek.load_matter(desk.matter)
    assert desk.run("intake", "matter.toml", "--by", "a clerk").exit_code == 0
    steps: list[Progress] = []
    ek.build(matter, folder=desk.folder, into=desk.out, progress=steps.append)
    assert {each.subject for each in steps} <= {"", "visit", "document:letter"}
    for stage in {each.stage for each in steps}:
        done = [each.done for each in steps if each.stage == stage]
        assert done == sorted(done)
        assert all(each.done <= each.total for each in steps if each.total)


def test_output_that_is_not_a_terminal_gets_no_progress(desk: Desk) -> None:
    result = run_apart("build", "matter.toml", "-o", desk.out, cwd=desk.folder)
    assert result.returncode == 0
    assert result.stderr == b""
    assert b"\x1b" not in result.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
def test_on_a_terminal_a_line_of_progress_appears_and_vanishes(desk: Desk) -> None:
    status, seen = in_terminal(command("build", "matter.toml", "-o", desk.out), desk.folder)
    assert status == 0
    assert "Setting pages" in seen
    screen = shown_at_the_end(seen)
    assert "Setting pages" not in screen
    assert "Writing the package" not in screen
    assert "Wrote " in screen
    assert "Zuleika" not in seen


def in_terminal(words: list[str], cwd: Path) -> tuple[int, str]:
    """Run a command on a terminal of its own, and return its exit code and all that it wrote."""
    import os
    import pty

    parent, child = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "120", "LINES": "50"}
    process = subprocess.Popen(
        words, cwd=cwd, env=environment, stdin=child, stdout=child, stderr=child
    )
    os.close(child)
    written = b""
    while True:
        try:
            data = os.read(parent, 65536)
        except OSError:
            break
        if not data:
            break
        written += data
    os.close(parent)
    return process.wait(timeout=60), written.decode("utf-8")


def shown_at_the_end(written: str) -> str:
    """Return what stands on a terminal in the end: only what Rich uses is understood."""
    import re

    lines, row = [""], 0
    for part in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", written):
        if part == "\n":
            row += 1
            if row == len(lines):
                lines.append("")
        elif part == "\r":
            continue
        elif part.startswith("\x1b["):
            if part.endswith("K"):
                lines[row] = ""
            elif part.endswith("A"):
                row = max(0, row - int(part[2:-1] or 1))
        else:
            lines[row] += part
    return "\n".join(lines)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_a_console_that_cannot_show_a_title_still_gets_an_answer(desk: Desk, encoding: str) -> None:
    desk.change('title = "Letter"', 'title = "Żółć 家庭 \\U0001F3E0"')
    desk.change("Re E (A Child)", "Re Żaneta \\u202Bשלום\\u202C")
    there = {"PYTHONIOENCODING": encoding, "LC_ALL": "C"}
    for words in (
        ("--help",),
        ("build", "--help"),
        ("validate", "matter.toml"),
        ("build", "matter.toml", "-o", desk.out),
        ("show", desk.out),
        ("verify", desk.out),
    ):
        result = run_apart(*words, cwd=desk.folder, **there)
        assert result.returncode == 0, (words, result.stderr)
        # Where the console says it knows ASCII only, UTF-8 is the better guess.
        assert result.stdout.decode("utf-8" if encoding == "ascii" else encoding)
        assert result.stderr == b""
    result = run_apart("show", desk.out, "--json", cwd=desk.folder, **there)
    record = json.loads(result.stdout.decode(encoding))
    assert record["documents"][0]["title"] == "Żółć 家庭 \N{HOUSE BUILDING}"
    result = run_apart("build", "żółć.toml", "--json", cwd=desk.folder, **there)
    assert result.returncode == Exit.MATTER_FILE, result.stderr
    assert json.loads(result.stdout)["error"]["message"].startswith("żółć.toml does not exist")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file names are always UTF-8")
def test_file_names_that_cannot_be_written_here_are_no_fault(desk: Desk) -> None:
    desk.change("Re E (A Child)", "Re Żaneta")
    desk.note()
    there = {"PYTHONUTF8": "0", "LC_ALL": "C"}
    result = run_apart("build", "matter.toml", "-o", desk.out, cwd=desk.folder, **there)
    assert result.returncode == Exit.OUTPUT
    assert b"Set PYTHONUTF8=1 and run again. Nothing was built." in result.stderr
    desk.nothing_happened()


@pytest.mark.skipif(sys.platform == "win32", reason="head and pipes are POSIX here")
def test_a_reader_who_has_seen_enough_is_no_error(desk: Desk) -> None:
    line = f'"{sys.executable}" -m evidencekit schema matter | head -c 10'
    result = subprocess.run(line, shell=True, capture_output=True, check=False)
    assert result.stdout == b'{\n  "$sche'
    assert b"Traceback" not in result.stderr


def test_a_reader_of_a_packages_contents_who_has_seen_enough_gets_no_complaint(built: Desk) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "evidencekit", "show", built.out],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 1


HEAVY = {"av", "numpy", "pymupdf", "pikepdf", "typst", "jsonschema", "docx", "mutagen", "pydub"}


@pytest.mark.parametrize(
    "statement",
    [
        "import evidencekit",
        "import evidencekit; dir(evidencekit)",
        "import evidencekit; evidencekit.EvidenceError, evidencekit.Matter, evidencekit.Span",
        "import evidencekit.cli",
        "import evidencekit.cli.commands",
    ],
)
def test_importing_loads_nothing_heavy(statement: str) -> None:
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = {each.partition(".")[0] for each in result.stdout.split()}
    assert not loaded & HEAVY
    if statement == "import evidencekit":
        assert not loaded & {"attrs", "cattrs", "click", "rich", "json", "asyncio"}


def test_the_command_to_type_next_is_one_that_works(desk: Desk) -> None:
    import shlex

    result = desk.run("build", "matter.toml", "-o", desk.outs / "Bundle for 15 June")
    line = result.stdout.splitlines()[-1]
    assert line.startswith("Next: evidencekit ")
    assert desk.run(*shlex.split(line.removeprefix("Next: evidencekit "))).exit_code == 0


def test_validate_lists_problems_a_line_each_and_says_what_to_do_next(desk: Desk) -> None:
    result = desk.run("validate", "matter.toml")
    assert result.exit_code == 0
    intake = 'Next: evidencekit intake "matter.toml" --by "who does this"\n'
    assert f"matter.toml is valid.\n{intake}" in result.stdout
    assert desk.run("intake", "--by", "a clerk").exit_code == 0
    assert "matter.toml is valid.\nNext: evidencekit build " in desk.run("validate").stdout
    desk.letter.unlink()
    assert (
        "files  documents/letter.pdf: was not found." in desk.run("validate", "matter.toml").stdout
    )
    desk.change("made_by", "maid_by")
    desk.change('title = "Letter"', "title = 7")
    result = desk.run("validate", "matter.toml")
    assert result.exit_code == Exit.MATTER_FILE
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines[:2]] == ["matter.toml:9", "matter.toml:16"]
    assert lines[-1] == "matter.toml is not valid: 2 problems."


@pytest.mark.parametrize("command", ["validate", "intake", "build", "statement", "transfer"])
def test_the_matter_file_of_this_folder_is_meant_where_none_is_named(
    desk: Desk, command: str
) -> None:
    assert "matter.toml in this folder" in " ".join(
        desk.run(command, "--help").output.replace("│", " ").split()
    )
    desk.matter.unlink()
    result = desk.run(command, "--by", "x") if command == "intake" else desk.run(command)
    assert result.exit_code == Exit.USAGE
    assert "There is no matter.toml in this folder" in " ".join(
        result.stderr.replace("│", " ").split()
    )


def test_init_leads_to_intake_and_says_where_it_found_nothing(desk: Desk) -> None:
    desk.matter.unlink()
    said = desk.run("init").stdout
    assert 'evidencekit intake "matter.toml" --by "who does this"' in said
    assert "was found in" not in said
    (desk.outs / "empty").mkdir()
    said = desk.run("init", desk.outs / "empty").stdout
    assert "No recording and no document was found in empty.\n" in said
    assert "evidencekit intake" not in said


def test_speakers_who_are_nobody_are_a_finding_once_a_recording(desk: Desk) -> None:
    said = " ".join(desk.run("validate").stdout.split())
    assert said.count("speakers are not matched to people: write speakers = {") == 1
    assert said.count("EK-T036") == 1
    assert desk.build("--by", "a clerk").stdout.count("EK-T036") == 1
    desk.change('visit.vtt" }', 'visit.vtt", speakers = { "Amara Dean" = "amara" } }')
    assert "EK-T036" not in desk.run("validate").stdout


def test_what_show_prints_can_be_given_to_core(built: Desk) -> None:
    said = built.run("show", built.out).stdout
    (line,) = [each for each in said.splitlines() if each.endswith("Letter  [letter]")]
    first, _, last = line.split()[0].partition("-")
    sizes = set()
    for name in (first, last, "letter", "document:letter"):
        into = built.outs / f"core {name}.pdf"
        result = built.run("core", built.out, name, "-o", into)
        assert result.exit_code == 0, result.stderr
        sizes.add(into.read_bytes())
    assert len(sizes) == 1
    result = built.run("core", built.out, "Z9", "-o", built.outs / "none.pdf")
    assert "the bundle has no item Z9." in result.stderr


def test_a_bundle_that_fits_in_one_volume_is_not_split(built: Desk) -> None:
    built.note()
    result = built.run("volumes", built.out)
    assert result.exit_code == 0
    assert "fits in one volume of 350: nothing was written." in result.stdout
    built.nothing_happened()


def test_what_is_not_there_is_said_once(desk: Desk) -> None:
    result = desk.run("validate", "nothere.toml")
    assert result.exit_code == Exit.MATTER_FILE
    assert result.output.strip() == "nothere.toml does not exist."


def test_a_log_that_is_not_there_yet_says_how_it_begins(desk: Desk) -> None:
    result = desk.run("log")
    assert result.exit_code == Exit.INPUT
    assert 'Next: evidencekit intake "matter.toml" --by "who does this"' in result.stderr


def test_a_childs_name_as_its_id_says_what_to_do(desk: Desk) -> None:
    desk.change("child = {", "zuleika = {")
    result = desk.run("validate")
    assert "this id is a name of the child" in result.output
    assert "Choose another id, such as child" in result.output
    assert "uleika" not in result.output


def test_the_smallest_matter_needs_three_lines(desk: Desk) -> None:
    desk.matter.write_text('schema = "evidencekit/matter/1"\ncase = "Re E"\n', encoding="utf-8")
    assert "recordings" in MATTER
    assert desk.build().exit_code == 0
    assert ek.verify(desk.out).ok


def test_a_muted_clip_is_recorded_and_verify_says_what_is_the_same(desk: Desk) -> None:
    times = ("--from", "0:00.25", "--to", "0:00.75", "--mute", "0:00.4-0:00.5")
    result = desk.run("clip", "recordings/visit.wav", *times, "-o", "a.wav")
    assert result.exit_code == 0
    assert "muted       0:00.400 to 0:00.500, samples 3,200 to 3,999" in result.stdout
    written = json.loads((desk.folder / "a.wav.json").read_text("utf-8"))
    assert written["clip"]["muted"] == [{"first": 3200, "end": 4000}]
    assert written["clip"]["path"] == "a.wav"
    checking = ("verify", "--clip", "a.wav", "--recording", "recordings/visit.wav")
    result = desk.run(*checking)
    assert result.exit_code == 0
    flat = " ".join(result.stdout.split())
    assert "every one the same except 1 muted span" in flat
    assert "the record beside the clip, a.wav.json, says that these spans were muted" in flat
    assert "samples are those of the recording, except in the muted spans" in flat
    written["clip"]["muted"] = [{"first": 3200, "end": 3300}]
    (desk.folder / "a.wav.json").write_text(json.dumps(written), "utf-8")
    assert "does not say that samples" in " ".join(desk.run(*checking).stdout.split())
    (desk.folder / "a.wav.json").write_text("{", "utf-8")
    assert "no record beside the clip" in " ".join(desk.run(*checking).stdout.split())


def test_a_muted_clip_of_one_channel_is_found_by_its_record(desk: Desk) -> None:
    write_wav(desk.folder / "recordings/call.wav", sound(3, channels=2))
    times = ("--from", "0:00.25", "--to", "0:01.75", "--mute", "0:00.4-0:00.5")
    result = desk.run("clip", "recordings/call.wav", *times, "--channel", "right", "-o", "a.wav")
    assert result.exit_code == 0
    result = desk.run("verify", "--clip", "a.wav", "--recording", "recordings/call.wav")
    assert result.exit_code == 0
    assert "except 1 muted span: 0:00.400 to 0:00.500" in " ".join(result.stdout.split())


@pytest.mark.parametrize("text", ["0:00.4", "0:00.4-0:00.9", "0:00.5-0:00.4", "a-b"])
def test_what_cannot_be_muted_is_refused_and_nothing_is_written(desk: Desk, text: str) -> None:
    times = ("--from", "0:00.25", "--to", "0:00.75", "--mute", text)
    result = desk.run("clip", "recordings/visit.wav", *times, "-o", "a.wav")
    assert result.exit_code in (Exit.USAGE, Exit.INPUT, Exit.OUTPUT)
    assert not (desk.folder / "a.wav").exists()
    assert not (desk.folder / "a.wav.json").exists()


def test_a_record_that_is_there_already_is_kept(desk: Desk) -> None:
    (desk.folder / "a.wav.json").write_text("mine", "utf-8")
    times = ("--from", "0:00.25", "--to", "0:00.75", "--mute", "0:00.4-0:00.5")
    result = desk.run("clip", "recordings/visit.wav", *times, "-o", "a.wav")
    assert result.exit_code == Exit.OUTPUT
    assert not (desk.folder / "a.wav").exists()
    assert (desk.folder / "a.wav.json").read_text("utf-8") == "mine"


DRAFT = """WEBVTT

NOTE
Machine draft, not checked
program: faster-whisper 1.2.1
model: whisper-small

00:00.000 --> 00:01.000
I had rung to move it.
"""


def test_a_machine_draft_is_marked_until_somebody_is_named_who_corrected_it(desk: Desk) -> None:
    desk.transcript.write_text(DRAFT, encoding="utf-8")
    result = desk.build()
    assert result.exit_code == 0
    assert "EK-T035" in result.stdout
    package = ek.open_package(desk.out)
    mark = (
        "Machine draft, not checked: made by faster-whisper 1.2.1, whisper-small. Nobody is named "
        "who corrected it."
    )
    for item in ("clip:1", "part:recordings"):
        entry = next(each for each in package.index if each.item == item)
        pages = range(entry.pdf_page, entry.pdf_page + entry.pages)
        shown = " ".join(page_text(package.pdf_path, page) for page in pages)
        assert mark in " ".join(shown.split())
    said = package.record["recordings"][0]["transcript"]
    assert said["draft"] == "faster-whisper 1.2.1, whisper-small"
    assert ek.verify(desk.out).failures == ()
    desk.change(
        'file = "transcripts/visit.vtt" }',
        'file = "transcripts/visit.vtt", corrected_by = "amara" }',
    )
    result = desk.build()
    assert "EK-T035" not in result.stdout
    package = ek.open_package(desk.out)
    pages = range(package.record["bundle"]["pages"])
    texts = [page_text(package.pdf_path, page + 1) for page in pages]
    assert not any("Machine draft" in text for text in texts)


def test_transcribe_names_what_is_missing(desk: Desk) -> None:
    words = ("transcribe", "recordings/visit.wav", "-o", "a.vtt", "--model")
    result = desk.run(*words, "small")
    assert result.exit_code == Exit.INPUT
    assert "small is no folder here. Name the folder that holds the model" in result.stderr
    assert not (desk.folder / "a.vtt").exists()


def test_transcribe_without_the_extra_ends_with_its_own_code(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = desk.folder / "model"
    folder.mkdir()
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (folder / name).write_bytes(b"{}")
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    words = ("transcribe", "recordings/visit.wav", "-o", "a.vtt", "--model", "model")
    result = desk.run(*words)
    assert result.exit_code == Exit.MISSING_EXTRA
    assert "pip install 'evidencekit[whisper]'" in result.stderr
