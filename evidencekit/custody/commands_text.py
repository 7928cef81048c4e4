# SPDX-License-Identifier: AGPL-3.0-or-later
"""The text of HOW TO CHECK.txt: how to check a seal with stock tools, and what it does not show.

Every command is one line that starts with four spaces, to be run in the package's folder. Other
indented lines are what a command must print.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.custody.certificates import shown_fingerprint
from evidencekit.custody.seal_names import (
    CERTIFICATE,
    FOLDER,
    MANIFEST,
    OF_COPY,
    OF_PACKAGE,
    OWN_LIST,
    SealNames,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROOT = "authority-root.pem"

_LISTS = """\
HOW TO CHECK THIS SEAL

You need the programs sha256sum and openssl, and nothing else. Open a terminal in the folder that
holds {mark}, and run the lines that start with their names.

1. The files are the ones in the {lists}

{commands}

Every line must end in OK. (On a Mac, write "shasum -a 256 -c" for "sha256sum -c".)
"""

_NOT_SHOWN = """\
WHAT THIS DOES NOT SHOW

- Who holds the key. {name}
- {time}
- That nobody made another package. Whoever holds the key can build one from other files and sign
  it. What they cannot change is a copy, a fingerprint or a head of the log that you already have.
- What happened to a recording before it was first hashed; whether it is whole, unedited or what it
  is said to be; who speaks in it.
- Whether the key was stolen, or a certificate withdrawn since.

This page and {own_list} beside it are not under the signature. {own_list} shows damage to
the files of this folder, and no more.
"""


@frozen(kw_only=True)
class SealFacts:
    """What the text is made of. Times are aware; `stamped_at` is None without a timestamp."""

    fingerprint: str
    subject: str
    self_signed: bool
    claimed_at: dt.datetime
    valid_until: dt.datetime
    stamped_at: dt.datetime | None = None
    authority_given: bool = False
    names: SealNames = OF_PACKAGE


def cms_command(*, self_signed: bool, names: SealNames = OF_PACKAGE) -> str:
    """Return the command that checks the signature.

    A certificate that another one signed is accepted as it stands by -partial_chain: the command
    shows that its key signed, and its issuer is looked at apart.
    """
    partial = "" if self_signed else "-partial_chain "
    return (
        f"openssl cms -verify -binary -inform DER -in {FOLDER}/{names.signature} "
        f"-content {names.sealed} {partial}-CAfile {FOLDER}/{CERTIFICATE} "
        "-purpose any -out /dev/null"
    )


def ts_command(*, at: dt.datetime, roots: str, names: SealNames = OF_PACKAGE) -> str:
    """Return the command that checks the timestamp as at the time it gives.

    Without that, it would fail once the authority's certificate has expired.
    """
    return (
        f"openssl ts -verify -attime {int(at.timestamp())} -data {FOLDER}/{names.signature} "
        f"-in {FOLDER}/{names.response} -CAfile {roots}"
    )


def how_to_check(facts: SealFacts) -> str:
    """Return the text of HOW TO CHECK.txt."""
    return "\n".join(
        (_lists(facts.names), *_signature(facts), *_certificate(facts), *_time(facts), _end(facts))
    )


def _lists(names: SealNames) -> str:
    """Say how the files are held against their lists."""
    of_copy = names == OF_COPY
    listed = (names.sealed,) if of_copy else (names.sealed, MANIFEST)
    return _LISTS.format(
        mark=names.sealed if of_copy else "bagit.txt",
        lists="list" if of_copy else "lists",
        commands="\n".join(f"    sha256sum -c {each}" for each in listed),
    )


def _signature(facts: SealFacts) -> Sequence[str]:
    at = int((facts.stamped_at or facts.claimed_at).timestamp())
    return (
        "2. The list was signed by the key of the certificate here",
        "",
        f"    {cms_command(self_signed=facts.self_signed, names=facts.names)}",
        "",
        'It must print "CMS Verification successful". On Windows, write NUL for /dev/null. The',
        f"certificate is valid until {_shown(facts.valid_until)}. From then on, add",
        f'"-attime {at}" to the command, which looks at it as at the time of the seal.',
        "",
    )


def _certificate(facts: SealFacts) -> Sequence[str]:
    return (
        "3. The certificate is the right one",
        "",
        f"    openssl x509 -in {FOLDER}/{CERTIFICATE} -noout -subject -fingerprint -sha256",
        "",
        "The fingerprint of the certificate that was used is",
        "",
        f"  {shown_fingerprint(facts.fingerprint)}",
        "",
        "Compare it with the one that you were given in another way: in a letter, in person, by",
        "telephone. Reading it here shows nothing, because whoever replaces the certificate",
        "replaces this page too. The certificate says:",
        "",
        f"  {facts.subject}",
        "",
    )


def _time(facts: SealFacts) -> Sequence[str]:
    if facts.stamped_at is None:
        return ()
    roots = f"{FOLDER}/{facts.names.authority}" if facts.authority_given else _ROOT
    if facts.authority_given:
        where = (
            "The last file named holds the authority's certificates as whoever made the seal gave",
            "them. Take the root from the authority itself, and name that file in its place.",
        )
    else:
        where = (
            f"{_ROOT} is the authority's root certificate. It is not here: take it from the",
            "authority itself, and save it under that name.",
        )
    return (
        "4. The signature existed at the time stated",
        "",
        f"    {ts_command(at=facts.stamped_at, roots=roots, names=facts.names)}",
        f"    openssl ts -reply -in {FOLDER}/{facts.names.response} -text",
        "",
        'The first must print "Verification: OK". The second prints the time:',
        f"{_shown(facts.stamped_at)}.",
        *where,
        "",
    )


def _end(facts: SealFacts) -> str:
    if facts.self_signed:
        name = (
            "The certificate was made by whoever made the key: the\n"
            "  name in it was checked by nobody. That is what the fingerprint is for."
        )
    else:
        name = (
            "Somebody else issued the certificate. What they checked is\n"
            "  for them to say, and whether they did issue it is to be checked with their root."
        )
    if facts.stamped_at is None:
        time = (
            f"When it was signed. The signature says {_shown(facts.claimed_at)}: what the\n"
            "  signer's computer was set to. There is no timestamp."
        )
    else:
        time = "When the files were made. The timestamp says that the signature existed by then."
    return _NOT_SHOWN.format(name=name, time=time, own_list=OWN_LIST)


def _shown(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%d %B %Y, %H:%M:%S UTC").lstrip("0")
