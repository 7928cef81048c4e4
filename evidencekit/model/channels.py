# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which channels of a recording a clip holds: one, several in an order, or all.

Channels are numbered from 1, as people count them. They are taken out whole and never mixed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The channels that have a name.
CHANNEL_NAMES = {"left": 1, "right": 2}


def chosen_channels(channel: int | Iterable[int] | None) -> tuple[int, ...]:
    """Return a choice of channels as their numbers in order; nothing stands for all of them."""
    if channel is None:
        return ()
    return (channel,) if isinstance(channel, int) else tuple(channel)


def wrong_choice(channels: tuple[int, ...], *, there: int | None = None) -> str | None:
    """Return what is wrong with a choice of channels, or None.

    *there* is how many channels the recording has, where that is known. The words follow the name
    of a recording: "has 2 channels; there is no number 3".
    """
    for number in channels:
        if number < 1:
            return f"has its channels counted from 1; there is no number {number}"
        if there is not None and number > there:
            count = "1 channel" if there == 1 else f"{there} channels"
            return f"has {count}; there is no number {number}"
        if channels.count(number) > 1:
            return f"is to give channel {number} twice; each channel can be named once"
    return None
