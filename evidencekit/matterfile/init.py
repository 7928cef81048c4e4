# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write a first matter file from a folder of recordings, transcripts and documents.

The file loads as it is. What only a person knows stands in it as a line that is commented out, with
an example; taking the sign away from all of them gives a file that loads, too. Every file of the
folder is named in it, if only to say that it is not used.
"""

from __future__ import annotations

import functools
import json
import re
from typing import TYPE_CHECKING

from evidencekit.errors import AlreadyExists, IntakeError
from evidencekit.matterfile.folder import Found, Pair, look_through
from evidencekit.matterfile.ids import Ids
from evidencekit.model.matter import GENERATED_PARTS

if TYPE_CHECKING:
    from pathlib import Path

NAME = "matter.toml"

_DATE = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2})[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12][0-9]|3[01])(?![0-9])"
)
_LONGEST_TITLE = 200

#: How a text begins that waits to be filled in. `build` says where one was left.
TO_FILL_IN = "[to fill in"
#: The title of a case before somebody has given it one.
UNTITLED = "Untitled matter"

_HEAD = f"""\
# A matter file. A line that begins with # is not read. Lines such as #court = ... wait for what
# only you know: take the # away and write it in. What you leave out prints as "not stated".
schema = "evidencekit/matter/1"
timezone = "Europe/London"  # of all times that do not end in Z

[case]
title = "{UNTITLED}"  # as the heading has it, with initials for a child: "Re E (A Child)"
#court = "{TO_FILL_IN}: the court's name, as on its papers]"
#number = "{TO_FILL_IN}: the case number]"
#proceedings = "children"  # children, financial remedy or civil
#hearing_on = "{TO_FILL_IN}]"  # a date without quotes, such as 2026-06-15, or words in quotes
#prepared_on = "{TO_FILL_IN}]"  # the same; printed as the bundle's date
#whose = "{TO_FILL_IN}: such as the first respondent's]"
#prepared_by = "{TO_FILL_IN}]"
# Has permission to rely on the recordings been asked for?
#permission = {{ applied_on = "{TO_FILL_IN}]", by = "{TO_FILL_IN}]", result = "{TO_FILL_IN}]" }}

[people]
# A line a person: an id of your choice, and the name. Ids reach logs, names do not. With
# child = true, a name is refused in every id, title and file name.
#person1 = {{ name = "?", role = "{TO_FILL_IN}]", party = "{TO_FILL_IN}]" }}
#person2 = {{ name = "??", role = "{TO_FILL_IN}: such as social worker]" }}
"""

_RECORDING = f"""\
# Of several audio tracks the first is used; track = 2 chooses another. Clips hold all channels;
# channel = "left", "right" or a number chooses one, and channel = [3, 1] several, in that order.
#title = "{TO_FILL_IN}: a short title]"
#recorded_at = "{TO_FILL_IN}]"  # without quotes 2026-03-11T14:05:00, or in words
#place = "{TO_FILL_IN}: where]"
#made_by = "person1"  # a person's id, or words
#device = "{TO_FILL_IN}: with what it was made]"
#reason = "{TO_FILL_IN}: why it was made, in the words of who made it]"
#whole = "not stated"  # yes, no or not stated; after a colon, an explanation
#edited = "not stated"  # the same
#copies = "{TO_FILL_IN}: who has copies, and where]"
#whole_recording = "withheld: {TO_FILL_IN}: why]"  # or served, or on request
"""

_SPEAKERS = """\
# So does who its speakers are, by the names it has for them: speakers = { "Speaker 1" = "person1" }
"""

_ABOUT_PEOPLE = f"""\
# What each person was asked and said about being recorded, and then about its use in court.
# One of: made the recording; agreed; agreed with conditions; refused; asked, no answer; not asked;
# withdrew; not known; left the message; told it was recorded; mentioned only; heard.
#[recordings.{{id}}.consent]
#person1 = "not known"
#person2 = {{{{ status = "not known", on = "{TO_FILL_IN}]", knew = "not known" }}}}
#[recordings.{{id}}.use_in_evidence]
#person2 = "not known"
# The passages relied on, by their times or by words of the transcript:
#[[recordings.{{id}}.clip]]
#title = "{TO_FILL_IN}: what the passage is]"
#from = "0:00.000"
#to = "0:05.500"
"""

_TAIL = f"""\

# Recordings that are held and not relied on:
#[other_recordings]
#are_there_any = "not stated"  # yes or no
#list = [{{ what = "{TO_FILL_IN}]", reason = "{TO_FILL_IN}: why it is not relied on]" }}]

# A cover, and a page before each section, for a bundle that is printed and put in a file:
#[bundle]
#cover = true
#dividers = true

# The covering statement. Its words are the declarant's own and are printed unaltered.
#[statement]
#by = "person1"
#number = 1
#exhibit = "{TO_FILL_IN}]"  # initials and a number, such as AB1
#address = "{TO_FILL_IN}: or known to the court]"
#occupation = "{TO_FILL_IN}]"
#prepared_how = "{TO_FILL_IN}: how, by whom and when it was written down]"
#words = ["{TO_FILL_IN}: what happened, in the declarant's own words]"]
"""

_CUSTODY = f"""\

# Who had the recordings, one change of hands after another:
#[[custody]]
#what = [{{ids}}]
#from = "{TO_FILL_IN}: who, or what device]"
#to = "{TO_FILL_IN}: who, or what device]"
#on = "{TO_FILL_IN}: when]"
#how = "{TO_FILL_IN}: by what way]"
#told_by = "person1"
"""


def init(folder: Path) -> Path:
    """Write `matter.toml` into *folder* from what lies there, and return its path.

    Raises:
        AlreadyExists: if there is one.
        IntakeError: if *folder* is not a folder.
    """
    if not folder.is_dir():
        raise IntakeError(str(folder), "is not a folder. Name the one that the recordings are in.")
    path = folder / NAME
    if path.exists() or path.is_symlink():
        raise AlreadyExists(str(path))
    text = describe(look_through(folder, without=NAME))
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise AlreadyExists(str(path)) from error
    return path


def describe(found: Found) -> str:
    """Return the text of a matter file for what was found."""
    ids = Ids(taken=("id",))
    recordings = [(ids.of(pair.recording, "recording"), pair) for pair in found.recordings]
    parts = [_HEAD, *(_recording(name, pair) for name, pair in recordings)]
    if not recordings:
        parts.append("\n# No recording was found. One is named like this:\n#[recordings.visit]\n")
        parts.append('#file = "recordings/visit.m4a"\n')
    parts.append(_documents(found.documents))
    parts.append(_TAIL)
    if recordings:
        listed = ", ".join(f'"{name}"' for name, _ in recordings)
        parts.append(_CUSTODY.format(ids=listed))
    parts.append(_not_used(found))
    return "".join(parts)


def _recording(name: str, pair: Pair) -> str:
    lines = [f"\n[recordings.{name}]\n", f"file = {_text(pair.recording)}\n", _RECORDING]
    if pair.left_over is not None:
        table = f'{{ file = {_text(pair.left_over)}, made_by = "person1" }}'
        lines.append(f"#transcript = {table}  # does it belong here? No name says so.\n")
        lines.append(_SPEAKERS)
    elif pair.transcript is None:
        lines.append('#transcript = { file = "transcripts/x.vtt", made_by = "person1" }\n')
    else:
        note = "  # found by a similar name: does it belong here?" if pair.guessed else ""
        lines.append(f"transcript = {{ file = {_text(pair.transcript)} }}{note}\n")
        lines.append("# Who made it belongs there too: made_by, made_by_tool, corrected_by.\n")
        lines.append(_SPEAKERS)
    lines.extend(f"# Another transcript of it? {_shown(each)}\n" for each in pair.others)
    lines.append(_ABOUT_PEOPLE.format(id=name))
    return "".join(lines)


def _documents(paths: tuple[str, ...]) -> str:
    lines = ["\n[documents]\n"]
    if not paths:
        lines.append("# No PDF was found. One is named like this:\n")
        lines.append('#minutes = { file = "documents/minutes.pdf", title = "Minutes" }\n')
    ids = Ids(taken=(*GENERATED_PARTS, "documents", "index"))
    for path in paths:
        note = "  # its date, if it has one: dated = 2026-03-02"
        if date := _DATE.search(path.rpartition("/")[2]):
            note = f"  # is that its date? Then add: dated = {'-'.join(date.groups())}"
        table = f"{{ file = {_text(path)}, title = {_text(_title(path))} }}"
        lines.append(f"{ids.of(path, 'document')} = {table}{note}\n")
    lines.append(
        "# A document that must not leave, such as a lawyer's advice, gets one more key:\n"
        '# withheld = "why". It is not bound in, and is in no copy that is served.\n'
    )
    return "".join(lines)


def _title(path: str) -> str:
    """Return a file's name as a title: words apart, no ending."""
    stem = path.rpartition("/")[2].rpartition(".")[0]
    words = " ".join(stem.replace("_", " ").split())[:_LONGEST_TITLE].strip()
    return words[:1].upper() + words[1:] if words else "Untitled document"


def _not_used(found: Found) -> str:
    if not found.not_used:
        return ""
    lines = [f"# {_shown(path)}: {reason}\n" for path, reason in found.not_used]
    return "".join(["\n# Found in this folder and not used:\n", *lines])


def _text(value: str) -> str:
    """Return a TOML string; JSON's escapes are TOML's."""
    return json.dumps(value, ensure_ascii=False)


@functools.cache
def _shown(path: str) -> str:
    """Return a path that can stand in a comment, whatever is in it."""
    clean = path.encode("utf-8", "backslashreplace").decode()
    return "".join(each if each.isprintable() else "?" for each in clean)
