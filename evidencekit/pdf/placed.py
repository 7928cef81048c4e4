# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where an item's pages are in a file of pages: what sets, keeps and binds pages tells each other
in.
"""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class PlacedPart:
    """Where the pages of an item are in a file of pages that evidencekit made.

    `page` is the ordinal of its first page there, counted from 1.
    """

    item: str
    page: int
    pages: int
