# SPDX-License-Identifier: AGPL-3.0-or-later
"""Note what each page of a finished bundle says, so that a page changed later is named.

The pages hold documents of others, so they are read in a worker. A page that cannot be read costs
its digest and that of its neighbours, and not the build.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.errors import Cancelled, EvidenceError
from evidencekit.isolate import Isolate
from evidencekit.model.progress import IsCancelled, raise_if_cancelled
from evidencekit.pdfread import page_digests
from evidencekit.pipeline.work import MEMORY_MB

if TYPE_CHECKING:
    from pathlib import Path

_AT_ONCE = 100
_SECONDS = 60


def page_text_digests(
    pdf: Path, pages: int, *, cancelled: IsCancelled | None = None
) -> tuple[str | None, ...]:
    """Return the digest of the text of each of the *pages* pages of *pdf*, None where it is not
    known.

    Raises:
        Cancelled: if *cancelled* returned True.
    """
    found: list[str | None] = []
    with Isolate(seconds=_SECONDS, memory_mb=MEMORY_MB, cancelled=cancelled) as worker:
        for first in range(1, pages + 1, _AT_ONCE):
            raise_if_cancelled(cancelled)
            last = min(first + _AT_ONCE - 1, pages)
            found += _digests(worker, pdf, first, last)
    return tuple(found)


def _digests(worker: Isolate, pdf: Path, first: int, last: int) -> list[str | None]:
    wanted = last - first + 1
    try:
        found = worker.call(page_digests, pdf, first, last)
    except Cancelled:
        raise
    except EvidenceError:
        return [None] * wanted
    return [*found, *[None] * (wanted - len(found))]
