# SPDX-License-Identifier: AGPL-3.0-or-later
"""JSON pointers (RFC 6901), and the same place in the words of somebody who reads the file.

>>> pointer(("recordings", "visit", "clip", 0, "from"))
'/recordings/visit/clip/0/from'
>>> place(("recordings", "visit", "clip", 0, "from"))
'[recordings.visit] clip 1 from'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: One step into a document: a key of an object, or a place in an array counted from 0.
Step = str | int
Path = tuple[Step, ...]

#: Tables whose entries are named by id, so that [table.id] is what their user looks for.
BY_ID = ("recordings",)

_LONGEST_STEP = 60


def pointer(path: Sequence[Step]) -> str:
    """Write a path as a JSON pointer."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def place(path: Sequence[Step]) -> str:
    """Write a path as a person finds it in the file: the table, then the key; items from 1."""
    if not path:
        return ""
    steps = [step if isinstance(step, int) else _short(step) for step in path]
    if len(steps) == 1:
        return str(steps[0])
    if isinstance(steps[1], int):
        head, rest = f"[[{steps[0]}]] {steps[1] + 1}", steps[2:]
    elif steps[0] in BY_ID:
        head, rest = f"[{steps[0]}.{steps[1]}]", steps[2:]
    else:
        head, rest = f"[{steps[0]}]", steps[1:]
    return f"{head} {_dotted(rest)}".rstrip()


def table(path: Sequence[Step]) -> str:
    """Write the path of a table as a person finds it."""
    if not path:
        return "the first level of the file"
    return f"[{place(path)}]" if len(path) == 1 else place(path)


def _dotted(steps: Sequence[Step]) -> str:
    """Join keys with dots; an item's number stands apart, counted from 1."""
    words: list[str] = []
    after_number = True
    for step in steps:
        if isinstance(step, int):
            words.append(f" {step + 1} ")
            after_number = True
        else:
            words.append(step if after_number else f".{step}")
            after_number = False
    return "".join(words).strip()


def _short(step: str) -> str:
    """Keep a key from flooding a message: no control characters, not much length."""
    clean = "".join(each if each.isprintable() else "?" for each in step)
    return clean if len(clean) <= _LONGEST_STEP else f"{clean[: _LONGEST_STEP - 3]}..."
