# SPDX-License-Identifier: AGPL-3.0-or-later
"""The times that subtitle formats write, as integer milliseconds.

>>> timestamp_ms("01:02.500"), timestamp_ms("1:00:00.001"), timestamp_ms("00:75.000")
(62500, 3600001, None)
"""

from __future__ import annotations

import re

__all__ = ["TIMESTAMP", "timestamp_ms"]

#: A time as WebVTT writes it. No more than six digits of hours, so that no number is endless.
TIMESTAMP = re.compile(r"(?:[0-9]{1,6}:)?[0-9]{2}:[0-9]{2}\.[0-9]{3}(?![0-9])")
_SIXTY = 60


def timestamp_ms(text: str) -> int | None:
    """Return the milliseconds of a time that `TIMESTAMP` matches; None if it is out of range."""
    *hours, minutes, rest = text.split(":")
    seconds, millis = rest.split(".")
    if int(minutes) >= _SIXTY or int(seconds) >= _SIXTY:
        return None
    whole = (int(hours[0] if hours else 0) * _SIXTY + int(minutes)) * _SIXTY + int(seconds)
    return whole * 1000 + int(millis)
