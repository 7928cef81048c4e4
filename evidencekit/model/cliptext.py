# SPDX-License-Identifier: AGPL-3.0-or-later
r"""A clip as the lines of a matter file, to be pasted there.

>>> print(clip_text("visit", title='She says "no"', start_ms=12_400, end_ms=31_900))
[[recordings.visit.clip]]
title = "She says \"no\""
from = "0:12.400"
to = "0:31.900"
"""

from __future__ import annotations

import json
import re
import unicodedata

from evidencekit.model.timecode import format_media_time

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST_TITLE = 300
_NOT_ON_A_LINE = frozenset({"Cc", "Zl", "Zp", "Cs"})


def clip_text(recording_id: str, *, title: str, start_ms: int, end_ms: int | None) -> str:
    """Return the clip as TOML. Without *end_ms* its end is left for a person to fill in."""
    key = recording_id if _BARE_KEY.fullmatch(recording_id) else _quoted(recording_id)
    end = (
        '# to = ""  # the transcript does not say when the words end: listen, and fill it in'
        if end_ms is None
        else f'to = "{format_media_time(end_ms)}"'
    )
    return "\n".join(
        (
            f"[[recordings.{key}.clip]]",
            f"title = {_quoted(as_title(title))}",
            f'from = "{format_media_time(start_ms)}"',
            end,
        )
    )


def as_title(text: str) -> str:
    """Return *text* as a title may be: on one line, of visible signs, and not too long."""
    shown = "".join(
        " " if unicodedata.category(sign) in _NOT_ON_A_LINE or sign in "\ufffe\uffff" else sign
        for sign in text
    )
    line = " ".join(shown.split())
    return line if len(line) <= _LONGEST_TITLE else f"{line[: _LONGEST_TITLE - 1].rstrip()}…"


def _quoted(text: str) -> str:
    """Return *text* as a basic string of TOML, which escapes as JSON does."""
    return json.dumps(text, ensure_ascii=False)
