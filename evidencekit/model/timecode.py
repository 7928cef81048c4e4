# SPDX-License-Identifier: AGPL-3.0-or-later
"""Times inside a recording: milliseconds as a person writes them, samples as the decoder counts.

A time is counted from the first decoded sample. A span is half-open, [start, end), so that spans
that touch share no sample and leave none out. Sample n sounds at n / rate; a span holds the
samples whose time lies in it, which makes both of its edges a rounding up.

>>> parse_media_time("1:02.500")
62500
>>> format_media_time(3_723_004)
'1:02:03.004'
>>> Span(start_ms=0, end_ms=1).samples(44_100)
SampleRange(first=0, end=45)
"""

from __future__ import annotations

import re

from attrs import field, frozen

_MEDIA_TIME = re.compile(r"(?:([0-9]{1,3}):)?([0-9]{1,2}):([0-9]{2})(?:\.([0-9]{1,3}))?")
_MINUTES_ONLY = re.compile(r"([0-9]{1,4}):([0-9]{2})(?:\.([0-9]{1,3}))?")
_SIXTY = 60


def parse_media_time(text: str) -> int:
    """Return the milliseconds that *text* names, as m:ss, m:ss.mmm or h:mm:ss.mmm.

    Raises:
        ValueError: if *text* has another form, or seconds or minutes of 60 and more.
    """
    if short := _MINUTES_ONLY.fullmatch(text):
        hours, minutes, seconds, fraction = "0", *short.groups()
    elif long := _MEDIA_TIME.fullmatch(text):
        hours, minutes, seconds, fraction = long.groups()
        if int(minutes) >= _SIXTY:
            msg = f'"{text}" has more than 59 minutes'
            raise ValueError(msg)
    else:
        msg = f'"{text}" is not a time: write m:ss.mmm or h:mm:ss.mmm, such as "1:02.500"'
        raise ValueError(msg)
    if int(seconds) >= _SIXTY:
        msg = f'"{text}" has more than 59 seconds'
        raise ValueError(msg)
    whole = (int(hours) * _SIXTY + int(minutes)) * _SIXTY + int(seconds)
    return whole * 1000 + int((fraction or "0").ljust(3, "0"))


def format_media_time(ms: int) -> str:
    """Write *ms* as m:ss.mmm, or h:mm:ss.mmm from one hour on."""
    hours, rest = divmod(ms, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    seconds, millis = divmod(rest, 1000)
    head = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{head}:{seconds:02}.{millis:03}"


def samples_to_ms(samples: int, rate: int) -> int:
    """Return the time of sample number *samples* in whole milliseconds, rounded down."""
    return samples * 1000 // rate


@frozen
class SampleRange:
    """Samples [first, end) of one channel, counted from the first decoded sample."""

    first: int
    end: int

    def __attrs_post_init__(self) -> None:
        """Refuse a range that is reversed, empty or starts before zero."""
        if not 0 <= self.first < self.end:
            msg = f"not a range of samples: {self.first} to {self.end}"
            raise ValueError(msg)

    @property
    def count(self) -> int:
        """How many samples the range holds."""
        return self.end - self.first

    def length_ms(self, rate: int) -> int:
        """Return the milliseconds between the times that are printed for its two ends.

        Each of those is rounded down. Lengths that are told this way add up on a page, and agree
        with the times beside them; each is within a millisecond of the samples' own.

        >>> SampleRange(1_041_863, 1_367_100).length_ms(22_050)
        14750
        """
        return samples_to_ms(self.end, rate) - samples_to_ms(self.first, rate)


def _not_negative(_: object, __: object, value: int) -> None:
    if value < 0:
        msg = f"a time in a recording cannot be negative: {value} ms"
        raise ValueError(msg)


@frozen(kw_only=True)
class Span:
    """A stretch of a recording, [start_ms, end_ms). Whether it is empty or reversed is for its
    user to say, who can name the clip.
    """

    start_ms: int = field(validator=_not_negative)
    end_ms: int = field(validator=_not_negative)

    @property
    def length_ms(self) -> int:
        """The span's length in milliseconds."""
        return self.end_ms - self.start_ms

    def samples(self, rate: int) -> SampleRange:
        """Return the samples whose time lies in the span, at *rate* samples a second."""
        return SampleRange(-(-self.start_ms * rate // 1000), -(-self.end_ms * rate // 1000))

    def __str__(self) -> str:
        """Write the span as it is printed."""
        return f"{format_media_time(self.start_ms)} to {format_media_time(self.end_ms)}"
