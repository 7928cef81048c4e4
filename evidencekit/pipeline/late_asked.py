# SPDX-License-Identifier: AGPL-3.0-or-later
"""What somebody asked for in a bundle that follows another, and what is to be said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.compose.dividers import COVER
from evidencekit.model.bundle import is_divider
from evidencekit.model.findings import Finding, Severity
from evidencekit.model.matter import BundleOptions

if TYPE_CHECKING:
    from evidencekit.model.served import Served
    from evidencekit.pipeline.late import Late


def options_after(
    served: Served | None, asked: BundleOptions
) -> tuple[BundleOptions | None, tuple[Finding, ...]]:
    """Return which options a bundle has that follows a served one, and what was asked for in vain.

    A cover or dividers that were not served would move every page after them.
    """
    if served is None:
        return None, ()
    has = BundleOptions(
        cover=served.item(COVER) is not None,
        dividers=any(is_divider(each.item.id) for each in served.items),
    )
    return has, tuple(
        Finding(
            code="EK-K051",
            severity=Severity.WARNING,
            subject=f"bundle/{name}",
            message="is not as the matter file asks, because the copy that was served is otherwise "
            "and no page of it may move",
            group="completeness",
        )
        for name in ("cover", "dividers")
        if getattr(has, name) is not getattr(asked, name)
    )


def inserted_finding(late: Late | None) -> tuple[Finding, ...]:
    """Say that pages were put between others, which courts do not ask for."""
    if late is None or not late.inserts:
        return ()
    return tuple(
        Finding(
            code="EW-GEN-11",
            severity=Severity.WARNING,
            subject=item,
            message=f"is put behind {behind}, with letters after the page number, as was asked "
            "for. The general guidance on electronic bundles puts new pages at the end",
            group="court",
        )
        for item, behind in late.inserts.items()
    )
