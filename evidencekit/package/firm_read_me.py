# SPDX-License-Identifier: AGPL-3.0-or-later
"""READ ME FIRST.txt, on top of the firm's file: what it is, how to check it, what it does not show.

It is a tag file of the bag, listed in the tag manifest, and says nothing of the matter: no name and
no time, so that it is the same in every package of a version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NAME = "READ ME FIRST.txt"

_TEXT = """\
READ ME FIRST

WHAT THIS FOLDER IS

This is the firm's file: everything that the bundle was made from, and what it was made into. It is
for whoever prepares the case. It is NOT the copy to hand to the court or to another party: it holds
the matter file, what is not relied on, and the custody log. The copy to hand over is made by

    evidencekit serve "THIS FOLDER" --to "WHO" --matter matter.toml

Change nothing in here. To change the bundle, change the matter file and build again.

    data/... - Bundle ...pdf    the bundle, one PDF
    data/clips                  the passages relied on, as sound; a double click plays them
    data/recordings             the recordings as they were received, if they are kept here
    data/documents              the documents in the bundle, each as it came
    data/transcripts            the transcripts
    data/statement              the covering statement as a Word file, if there is one
    data/custody                the custody log: what was received, when, and who held it
    data/matter                 what was said of the matter, for programs
    data/bundle.json            the record of all of it, for programs
    data/index.csv              the index as a table

Folders that would be empty are not there.

HOW TO CHECK IT

With evidencekit:

    evidencekit verify "THIS FOLDER"

Without it, in a terminal in this folder. Every line must end in OK:

    sha256sum -c tagmanifest-sha256.txt
    sha256sum -c manifest-sha256.txt

(On a Mac, write "shasum -a 256 -c" for "sha256sum -c".) The folder is a bag as RFC 8493 has it, and
every program that knows bags can check it. If there is a folder "signatures", it is sealed, and
"signatures/HOW TO CHECK.txt" says how a seal is checked.

The custody log's count of entries and its head are printed in the bundle. Compare them with those
in data/custody/custody.jsonl: "evidencekit log" shows both.

WHAT THIS DOES NOT SHOW

- Who speaks in a recording, and when and where it was made. Names and times are what somebody said
  or what the file says; the bundle says which.
- What happened to a recording before it was first taken in. "Edited: no" is what somebody said.
- That the words are right. A transcript is an aid; the recording is the evidence.
- That anybody agreed to anything. The consent schedule is what one person said about each other.
- That nobody made all of it anew. Whoever holds every file can write every list again. What they
  cannot change is what somebody else already has: the printed head of the log, a copy, a letter, a
  seal with its fingerprint, a timestamp.
- That nothing else exists, and that a court will look at it.

A check that could not be made is reported as "not checked". That is not a pass.
"""


def write_firm_read_me(folder: Path) -> None:
    """Write the text on top of a package that has no tag files yet."""
    (folder / NAME).write_bytes(_TEXT.encode("ascii"))
