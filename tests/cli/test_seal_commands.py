# SPDX-License-Identifier: AGPL-3.0-or-later

"""The commands that make keys and sign, run as a user would."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest
from click.testing import CliRunner
from support_seal import make_package, self_signed, state
from support_tsa import Authority, Behaviour, Server, needs_openssl, pem, plain_pem, serve

from evidencekit.cli import commands, seal_commands
from evidencekit.custody.seal_check import check_seal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import click
    from click.testing import Result

WORD = "correct horse"


@pytest.fixture(autouse=True)
def no_password_around(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVIDENCEKIT_KEY_PASSWORD", raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return make_package(tmp_path / "package")


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "tsa")


@pytest.fixture
def server(authority: Authority) -> Iterator[Server]:
    with serve(authority) as running:
        yield running


def run(command: click.Command, *arguments: object, **options: Any) -> Result:
    return CliRunner().invoke(command, [str(each) for each in arguments], **options)


def new_key(folder: Path, *more: object) -> Path:
    path = folder / "amara.pem"
    (folder / "word.txt").write_text(f"{WORD}\r\nnot this line\n")
    made = run(
        seal_commands.key, "new", "--name", "Amara Dean", "-o", path, "--password-file",
        folder / "word.txt", *more,
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    return path


def test_a_key_made_here_seals_a_package(tmp_path: Path, package: Path) -> None:
    key = new_key(tmp_path)
    done = run(seal_commands.seal, package, "--key", key, env={"EVIDENCEKIT_KEY_PASSWORD": WORD})
    assert done.exit_code == 0, done.output
    shown = next(each.split()[1] for each in done.stdout.splitlines() if "  key " in each)
    status = check_seal(package, trusted_fingerprint=shown)
    assert (status.intact, status.trusted) == (True, "pinned")
    assert "timestamp  none: nobody else says when" in done.stdout
    assert 'signatures/HOW TO CHECK.txt"' in done.stdout


def test_the_fingerprint_is_printed_when_the_key_is_made(tmp_path: Path) -> None:
    path = tmp_path / "k.pem"
    done = run(
        seal_commands.key, "new", "--name", "A", "-o", path, "--json", "--years", 1,
        "--email", "a@example.org", env={"EVIDENCEKIT_KEY_PASSWORD": WORD},
    )  # fmt: skip
    said = json.loads(done.stdout)
    assert said["ok"] is True
    assert said["path"] == str(path)
    assert len(said["fingerprint"]) == 64
    assert done.stderr == ""


@needs_openssl
def test_a_timestamp_is_asked_for_where_a_server_is_named(
    tmp_path: Path, package: Path, server: Server, authority: Authority
) -> None:
    done = run(
        seal_commands.seal, package, "--key", new_key(tmp_path), "--password-file",
        tmp_path / "word.txt", "--timestamp", server.url, "--timestamp-roots",
        authority.root_path, "--json",
    )  # fmt: skip
    said = json.loads(done.stdout)
    status = check_seal(package, trusted_fingerprint=said["fingerprint"])
    assert status.timestamp.at is not None
    assert said["stamped_at"] == status.timestamp.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert said["files"][0] == "signatures/tagmanifest-sha256.txt.p7s"


@needs_openssl
def test_a_server_that_fails_ends_with_a_plain_line(
    tmp_path: Path, package: Path, server: Server
) -> None:
    server.behaviour = Behaviour.WEB_PAGE
    before = state(package)
    done = run(
        seal_commands.seal, package, "--key", new_key(tmp_path), "--password-file",
        tmp_path / "word.txt", "--timestamp", server.url,
    )  # fmt: skip
    assert done.exit_code == 4
    assert "sent text/html and not application/timestamp-reply" in done.stderr
    assert "Traceback" not in done.output
    assert state(package) == before


def test_a_wrong_password_ends_with_a_plain_line(tmp_path: Path, package: Path) -> None:
    key = new_key(tmp_path)
    done = run(
        seal_commands.seal, package, "--key", key, env={"EVIDENCEKIT_KEY_PASSWORD": "wrong one"}
    )
    assert done.exit_code == 4
    assert done.stderr == (
        "amara.pem could not be opened: the password is wrong, or the file is damaged. "
        "Nothing was signed.\n"
    )


def test_without_a_terminal_nobody_is_asked(tmp_path: Path, package: Path) -> None:
    done = run(seal_commands.seal, package, "--key", new_key(tmp_path))
    assert done.exit_code == 2
    assert "no terminal" in done.stderr


def test_on_a_terminal_the_password_is_asked_for_twice_and_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seal_commands, "_on_terminal", lambda: True)
    path = tmp_path / "k.pem"
    done = run(seal_commands.key, "new", "--name", "A", "-o", path, input=f"{WORD}\n{WORD}\n")
    assert done.exit_code == 0, done.output
    assert WORD not in done.output
    assert path.exists()


def test_a_key_without_a_password_asks_for_none(tmp_path: Path, package: Path) -> None:
    key = self_signed()
    (tmp_path / "k.pem").write_bytes(plain_pem(key.private_key))
    (tmp_path / "k.crt").write_bytes(pem(key.certificate))
    done = run(
        seal_commands.seal, package, "--key", tmp_path / "k.pem", "--certificate",
        tmp_path / "k.crt",
    )  # fmt: skip
    assert done.exit_code == 0, done.output


def test_no_option_takes_a_password() -> None:
    for command in (seal_commands.seal, seal_commands.sign_pdf, seal_commands.new):
        names = {name for each in command.params for name in each.opts}
        assert "--password" not in names
        assert "--password-file" in names


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--name", " "], "printable characters"),
        (["--name", "A", "--email", "nobody"], "e-mail address"),
    ],
)
def test_a_name_that_no_certificate_should_have_is_a_usage_error(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    done = run(seal_commands.key, "new", *arguments, "-o", tmp_path / "k.pem")
    assert done.exit_code == 2
    assert said in done.stderr
    assert not any(tmp_path.iterdir())


def test_roots_without_a_server_are_a_usage_error(tmp_path: Path, package: Path) -> None:
    done = run(
        seal_commands.seal, package, "--key", tmp_path / "k", "--timestamp-roots", tmp_path / "r"
    )
    assert done.exit_code == 2
    assert "name the server too" in done.stderr


def test_a_signed_copy_of_a_pdf_is_written_beside_it(tmp_path: Path) -> None:
    with pikepdf.new() as new:
        new.add_blank_page()
        new.save(tmp_path / "a.pdf")
    done = run(
        seal_commands.sign_pdf, tmp_path / "a.pdf", "-o", tmp_path / "b.pdf", "--key",
        new_key(tmp_path), "--password-file", tmp_path / "word.txt", "--json",
    )  # fmt: skip
    said = json.loads(done.stdout)
    assert said["ok"] is True
    assert said["stamped_at"] is None
    assert (tmp_path / "b.pdf").read_bytes().startswith((tmp_path / "a.pdf").read_bytes())


@pytest.mark.parametrize("command", [seal_commands.seal, seal_commands.sign_pdf, seal_commands.key])
def test_every_command_has_help(command: click.Command) -> None:
    done = run(command, "--help")
    assert done.exit_code == 0
    assert "Usage" in done.output


def test_a_sealed_package_is_kept_by_a_build_that_is_told_to_replace_it(tmp_path: Path) -> None:
    """Without being told, the build stops before anything, and says how to go on."""
    from support_verify import build as make_matter

    package = make_matter(tmp_path).path
    (package / "signatures").mkdir()
    (package / "signatures" / "signer.crt").write_text("seal")
    before = state(tmp_path)
    build = ("build", tmp_path / "matter.json", "-o", package)
    refused = run(commands.evidencekit, *build)
    assert refused.exit_code == 6, refused.output
    told = " ".join(refused.output.split())
    assert 'add --replace-sealed, which keeps the sealed one as "package (sealed 1)".' in told
    assert state(tmp_path) == before
    built = run(commands.evidencekit, *build, "--replace-sealed")
    assert built.exit_code == 0, built.output
    assert 'is kept as "package (sealed 1)"' in built.output
    assert (tmp_path / "package (sealed 1)/signatures/signer.crt").read_text() == "seal"
    assert not (package / "signatures").exists()
