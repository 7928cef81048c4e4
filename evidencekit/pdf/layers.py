# SPDX-License-Identifier: AGPL-3.0-or-later
"""The layers of a document, some of which it may hide: hidden words may be privileged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pikepdf


def count_layers(pdf: pikepdf.Pdf) -> tuple[int, int]:
    """Return how many layers the document has, and how many it hides."""
    properties: Any = pdf.Root.get("/OCProperties")
    try:
        groups = {each.objgen for each in properties.OCGs}
        default = properties.D
        on = {each.objgen for each in default.get("/ON", ())}
        off = {each.objgen for each in default.get("/OFF", ())}
    except (AttributeError, KeyError, TypeError, ValueError):
        return 0, 0
    if default.get("/BaseState") == "/OFF":
        off = groups - on
    return len(groups), len(groups & off)
