# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands about signatures: key new, seal, sign-pdf.

A password comes from the terminal, from a file or from the environment, and never from an
argument, which other programs on the computer can read.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from evidencekit.cli.printing import echo_json
from evidencekit.cli.running import Watch, errors_as_exits, stoppable

if TYPE_CHECKING:
    from collections.abc import Callable

    from evidencekit.custody.keys import SigningKey

PASSWORD = "EVIDENCEKIT_KEY_PASSWORD"  # noqa: S105 - the variable's name

_FILE = click.Path(path_type=Path)
_as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON, for programs."
)
_password_file = click.option(
    "--password-file",
    type=_FILE,
    help=f"A file whose first line is the key's password. Without it, {PASSWORD} in the "
    "environment, or the terminal is asked.",
)


def _signing(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a command that signs."""
    for option in (
        click.option(
            "--timestamp-roots",
            type=_FILE,
            help="A PEM file of the timestamp authority's root certificate, from the authority: "
            "an answer from anybody else is refused.",
        ),
        click.option(
            "--timestamp",
            "timestamp_url",
            metavar="URL",
            help="A timestamp server (RFC 3161). It is sent a digest and nothing else. Without "
            "it, no network is used.",
        ),
        _password_file,
        click.option(
            "--certificate",
            type=_FILE,
            help="The key's certificate, where the key's file does not hold it.",
        ),
        click.option(
            "--key",
            "key_path",
            type=_FILE,
            required=True,
            help="The key: a file that `key new` wrote, another PEM file, or a PKCS#12 file.",
        ),
    ):
        command = option(command)
    return command


@click.group()
def key() -> None:
    """Make a key to seal packages with."""


@key.command("new")
@click.option("--name", required=True, help="The name in the certificate: yours, or the firm's.")
@click.option(
    "-o",
    "--output",
    "output",
    type=_FILE,
    required=True,
    help="The key's file, such as amara.pem. Its certificate is written beside it.",
)
@click.option("--email", help="An e-mail address for the certificate.")
@click.option(
    "--years",
    type=click.IntRange(1, 30),
    default=10,
    show_default=True,
    help="How long the certificate is valid.",
)
@_password_file
@_as_json
def new(
    name: str,
    output: Path,
    email: str | None,
    years: int,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """Make a key, and a certificate that it signs itself.

    Keep the key's file and its password to yourself, and a copy of both in a safe place. Nobody
    vouches for the name in the certificate: give its fingerprint to the other side in a letter or
    in person.
    """
    with errors_as_exits(as_json=as_json, outcome="No key was made."):
        from evidencekit.custody.certificates import shown_fingerprint
        from evidencekit.custody.newkey import new_key, write_key

        try:
            made = new_key(name=name, now=dt.datetime.now(dt.UTC), email=email, years=years)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
        password = _password(password_file, confirm=True)
        certificate = write_key(made, output, password=password)
    if as_json:
        echo_json(
            {
                "ok": True,
                "path": str(output),
                "certificate": str(certificate),
                "fingerprint": made.fingerprint,
            }
        )
        return
    click.echo(f"Wrote {output}, which holds the key: keep it and its password to yourself.")
    click.echo(f"Wrote {certificate}, which is the certificate: anybody may have it.")
    click.echo("Fingerprint, for a letter to the other side:")
    click.echo(f"  {shown_fingerprint(made.fingerprint)}")


@click.command()
@click.argument("package", type=_FILE)
@_signing
@_as_json
def seal(
    package: Path,
    key_path: Path,
    certificate: Path | None,
    password_file: Path | None,
    timestamp_url: str | None,
    timestamp_roots: Path | None,
    as_json: bool,
) -> None:
    """Sign the lists of a package, and so all of its files; have the signature timestamped.

    The signature is written into a folder of its own, with a text that says how anybody checks it
    with openssl. Nothing else in the package changes. If the server does not answer, the package
    stays unsealed. A served copy, as a folder, is sealed in the same way; zip it afterwards.
    """
    with errors_as_exits(as_json=as_json), stoppable() as cancelled, Watch(quiet=as_json) as watch:
        from evidencekit.custody.certificates import shown_fingerprint
        from evidencekit.custody.seal import seal as make

        _check_roots(timestamp_url, timestamp_roots)
        report = make(
            package,
            key=_load(key_path, certificate, password_file),
            now=dt.datetime.now(dt.UTC),
            timestamp_url=timestamp_url,
            timestamp_roots=timestamp_roots,
            progress=watch,
            cancelled=cancelled,
        )
    if as_json:
        echo_json(
            {
                "ok": True,
                "path": str(package),
                "fingerprint": report.fingerprint,
                "signed_at": _iso(report.claimed_at),
                "stamped_at": None if report.stamped_at is None else _iso(report.stamped_at),
                "files": list(report.files),
            }
        )
        return
    click.echo(f"Sealed {package}")
    click.echo(f"  signed     {_iso(report.claimed_at)}, by this computer's clock")
    stamped = (
        "none: nobody else says when" if report.stamped_at is None else _iso(report.stamped_at)
    )
    click.echo(f"  timestamp  {stamped}")
    click.echo(f"  key        {shown_fingerprint(report.fingerprint)}")
    click.echo(
        "Give this fingerprint to the other side in a letter or in person, not in the package."
    )
    click.echo(f'How anybody checks it: "{package / report.files[-2]}"')


@click.command("sign-pdf")
@click.argument("pdf", type=_FILE)
@click.option(
    "-o", "--output", "output", type=_FILE, required=True, help="The signed copy: a new file."
)
@_signing
@_as_json
def sign_pdf(
    pdf: Path,
    output: Path,
    key_path: Path,
    certificate: Path | None,
    password_file: Path | None,
    timestamp_url: str | None,
    timestamp_roots: Path | None,
    as_json: bool,
) -> None:
    """Write a copy of a PDF that carries a digital signature (PAdES), for PDF readers to show.

    The PDF itself is not changed, and the copy may not lie in a package. This is not how anybody
    signs a statement: it says whose key signed the file, and no more.
    """
    with errors_as_exits(as_json=as_json):
        from evidencekit.custody.certificates import shown_fingerprint
        from evidencekit.custody.sign_pdf import sign_pdf as make

        _check_roots(timestamp_url, timestamp_roots)
        made = make(
            pdf,
            output,
            key=_load(key_path, certificate, password_file),
            now=dt.datetime.now(dt.UTC),
            timestamp_url=timestamp_url,
            timestamp_roots=timestamp_roots,
        )
    if as_json:
        echo_json(
            {
                "ok": True,
                "path": str(output),
                "fingerprint": made.fingerprint,
                "stamped_at": None if made.stamped_at is None else _iso(made.stamped_at),
            }
        )
        return
    click.echo(f"Wrote {output}, signed by the key {shown_fingerprint(made.fingerprint)}")


def _check_roots(url: str | None, roots: Path | None) -> None:
    if roots is not None and url is None:
        msg = "--timestamp-roots is about an answer of --timestamp: name the server too"
        raise click.UsageError(msg)


def _load(path: Path, certificate: Path | None, password_file: Path | None) -> SigningKey:
    """Load the key, and ask for its password only where it has one."""
    from evidencekit.custody.keys import load_key, needs_password

    password = _password(password_file) if needs_password(path) else None
    return load_key(path, password=password, certificate=certificate)


def _password(file: Path | None, *, confirm: bool = False) -> str:
    """Return the password: from the file, else the environment, else the terminal."""
    if file is not None:
        return _first_line(file)
    if PASSWORD in os.environ:
        return os.environ[PASSWORD]
    if not _on_terminal():
        msg = (
            f"there is no terminal to ask for the key's password. Use --password-file or {PASSWORD}"
        )
        raise click.UsageError(msg)
    text = "New password of the key" if confirm else "Password of the key"
    asked: str = click.prompt(text, hide_input=True, confirmation_prompt=confirm, err=True)
    return asked


def _on_terminal() -> bool:
    return sys.stdin.isatty()


def _first_line(file: Path) -> str:
    from evidencekit.custody.certificates import read_small

    try:
        return read_small(file).decode().split("\n")[0].removesuffix("\r")
    except UnicodeDecodeError as error:
        msg = f"{file.name} is not text in UTF-8"
        raise click.UsageError(msg) from error


def _iso(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
