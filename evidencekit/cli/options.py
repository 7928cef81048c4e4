# SPDX-License-Identifier: AGPL-3.0-or-later
"""What several commands' options have in common."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click

from evidencekit.model.channels import CHANNEL_NAMES

if TYPE_CHECKING:
    from evidencekit.model.custody import LogHead

Command = TypeVar("Command", bound=Callable[..., Any])
#: The matter file of a folder, where none is named.
MATTER_NAME = "matter.toml"
_ORDINAL = re.compile(r"[1-9][0-9]{0,5}")
_HEAD = re.compile(r"([0-9]{1,15}):([0-9a-f]{64})")


def channel_numbers(
    context: click.Context, parameter: click.Parameter, value: tuple[str, ...]
) -> tuple[int, ...]:
    """Return the numbers of channels given as left, right or numbers from 1, in their order.

    Several are given with commas between, or one by one.

    Raises:
        BadParameter: if one is none, or is named twice.
    """
    numbers: list[int] = []
    for text in (each.strip() for given in value for each in given.split(",")):
        if text not in CHANNEL_NAMES and not _ORDINAL.fullmatch(text):
            msg = f'"{text}" is no channel: left, right, or a number from 1'
            raise click.BadParameter(msg, context, parameter)
        number = CHANNEL_NAMES.get(text) or int(text)
        if number in numbers:
            msg = f"channel {number} is named twice; each channel can be named once"
            raise click.BadParameter(msg, context, parameter)
        numbers.append(number)
    return tuple(numbers)


def printed_head(_: click.Context, parameter: click.Parameter, value: str | None) -> LogHead | None:
    """Return where a log stood, from count and head as they are printed.

    Raises:
        BadParameter: if they are not written so.
    """
    from evidencekit.model.custody import LogHead

    if value is None:
        return None
    found = _HEAD.fullmatch(value.strip().lower())
    if found is None:
        msg = "write the count, a colon, and the head's 64 digits, such as 4:9f2c41d0..."
        raise click.BadParameter(msg, param=parameter)
    return LogHead(count=int(found[1]), head=found[2])


def matter_here(context: click.Context, parameter: click.Parameter, value: Path | None) -> Path:
    """Return the matter file that is named, or the one in the folder that this runs in.

    Raises:
        MissingParameter: if none is named, and there is none.
    """
    if value is not None:
        return value
    here = Path(MATTER_NAME)
    if here.is_file():
        return here
    msg = f"There is no {MATTER_NAME} in this folder: name the matter file."
    raise click.MissingParameter(msg, context, parameter, param_hint="'MATTER'")


def matter_argument(
    name: str = "matter_file", *, metavar: str = "[MATTER]"
) -> Callable[[Command], Command]:
    """Return the argument MATTER, the one rule of every command that reads a matter file."""
    return click.argument(
        name,
        metavar=metavar,
        required=False,
        type=click.Path(path_type=Path),
        callback=matter_here,
    )
