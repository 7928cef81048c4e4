# SPDX-License-Identifier: AGPL-3.0-or-later
"""Small packages and keys of every kind, for tests of sealing."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import subprocess
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from support_tsa import issue, usage

from evidencekit.custody.keys import SigningKey
from evidencekit.package.bag import seal_bag

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cryptography import x509

NOW = dt.datetime.now(dt.UTC)
SIGNS = ((usage("digital_signature", "content_commitment"), True),)
CONTENT = {"bundle.json": '{"schema":"evidencekit/bundle/1"}', "clips/one.wav": "one"}


def make_package(folder: Path, content: Mapping[str, str] = CONTENT) -> Path:
    """Write a small bag."""
    for name, text in content.items():
        (folder / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "data" / name).write_text(text)
    seal_bag(folder, run_at=NOW, external_id=None, software="evidencekit test")
    return folder


def private_key(kind: str) -> Any:
    """Make a private key: "p-256", "p-384" or "rsa-3072"."""
    if kind == "rsa-3072":
        return rsa.generate_private_key(public_exponent=65_537, key_size=3072)
    return ec.generate_private_key(ec.SECP256R1() if kind == "p-256" else ec.SECP384R1())


def self_signed(kind: str = "p-256", *, subject: str = "Amara Dean", **options: Any) -> SigningKey:
    """Make a key of a kind with a certificate that it signs itself."""
    key = private_key(kind)
    options.setdefault("extensions", SIGNS)
    return SigningKey(private_key=key, certificate=issue(subject, key, **options))


def issued(*, middle: bool = True, ca: bool = True) -> tuple[SigningKey, x509.Certificate]:
    """Make a key with a certificate that a firm's authority issued, and return its root too."""
    root_key, middle_key, key = (private_key("p-256") for _ in range(3))
    issuing = ((usage("key_cert_sign"), True),)
    root = issue("Firm Root", root_key, ca=True, extensions=issuing)
    between = issue(
        "Firm CA",
        middle_key,
        issuer="Firm Root",
        issuer_key=root_key,
        ca=ca,
        extensions=issuing if ca else SIGNS,
    )
    leaf = issue("A Solicitor", key, issuer="Firm CA", issuer_key=middle_key, extensions=SIGNS)
    others = (between,) if middle else ()
    return SigningKey(private_key=key, certificate=leaf, others=others), root


def state(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder with its bytes, and every folder with none."""
    return {
        each.relative_to(folder).as_posix(): each.read_bytes() if each.is_file() else b""
        for each in sorted(folder.rglob("*"))
    }


def relist(package: Path) -> None:
    """Make the seal's own list of digests agree with its files again, as an enemy would."""
    folder = package / "signatures"
    names = sorted(each.name for each in folder.iterdir() if each.name != "seal-sha256.txt")
    lines = [
        f"{hashlib.sha256((folder / each).read_bytes()).hexdigest()}  {each}\n" for each in names
    ]
    (folder / "seal-sha256.txt").write_text("".join(lines))


def run(command: str, package: Path) -> subprocess.CompletedProcess[str]:
    """Run a printed command in the package's folder, as a person would."""
    return subprocess.run(
        command,
        shell=True,
        cwd=package,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )


def commands(package: Path) -> list[str]:
    """Return the commands that HOW TO CHECK.txt gives."""
    text = (package / "signatures" / "HOW TO CHECK.txt").read_text("utf-8")
    return [line.strip() for line in text.splitlines() if line.startswith("    ")]
