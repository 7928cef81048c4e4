# SPDX-License-Identifier: AGPL-3.0-or-later
"""What several commands' options have in common."""

from __future__ import annotations

import rich_click as click

_NAMED = {"left": 1, "right": 2}


def channel_number(_: click.Context, __: click.Parameter, value: str | None) -> int | None:
    """Return the number of a channel given as left, right or a number from 1.

    Raises:
        BadParameter: if it is none.
    """
    if value is None:
        return None
    if value in _NAMED:
        return _NAMED[value]
    if not (value.isascii() and value.isdigit() and int(value) > 0):
        msg = f'"{value}" is no channel: left, right, or a number from 1'
        raise click.BadParameter(msg)
    return int(value)
