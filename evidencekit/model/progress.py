# SPDX-License-Identifier: AGPL-3.0-or-later
"""How far a long piece of work has come."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from evidencekit.errors import Cancelled


@frozen(kw_only=True)
class Progress:
    """`done` of `total` units of `stage`; `subject` is an id, never a name. Total 0: not known."""

    stage: str
    done: int
    total: int
    subject: str = ""


#: Called with each step; must return quickly.
OnProgress = Callable[[Progress], None]
#: Returns True when the caller wants the work to stop.
IsCancelled = Callable[[], bool]


def raise_if_cancelled(cancelled: IsCancelled | None) -> None:
    """Raise when the caller asked for it.

    Raises:
        Cancelled: if *cancelled* returns True.
    """
    if cancelled is not None and cancelled():
        raise Cancelled
