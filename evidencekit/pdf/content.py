# SPDX-License-Identifier: AGPL-3.0-or-later
"""Put content streams before and after those of a page, which are never changed themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pikepdf


def streams_of(page: pikepdf.Page) -> list[pikepdf.Object]:
    """Return the content streams of *page*, leaving out what is no stream."""
    import pikepdf  # noqa: PLC0415 - heavy

    contents = page.obj.get("/Contents")
    listed = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    return [each for each in listed if isinstance(each, pikepdf.Stream)]


class Wrapper:
    """Enclose pages of one PDF in q and Q, so that what is drawn afterwards starts afresh.

    A page may leave states saved that it never restores, or restore more than it saved; the counts
    even both out. Pages with the same counts share their streams.
    """

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._pdf = pdf
        self._made: dict[bytes, pikepdf.Object] = {}

    def stream(self, content: bytes) -> pikepdf.Object:
        """Return a stream with this content, the same one each time."""
        if content not in self._made:
            self._made[content] = self._pdf.make_indirect(self._pdf.make_stream(content))
        return self._made[content]

    def wrap(
        self,
        page: pikepdf.Page,
        *,
        missing_before: int = 0,
        missing_after: int = 0,
        inside: bytes = b"",
    ) -> None:
        """Enclose what *page* draws, starting with *inside*."""
        before = self.stream(b"q\n" * (1 + missing_before) + inside)
        after = self.stream(b"\n" + b"Q\n" * (1 + missing_after))
        self.set(page, [before, *streams_of(page), after])

    def set(self, page: pikepdf.Page, streams: Sequence[pikepdf.Object]) -> None:
        """Give *page* an array of its own, since several pages may share one."""
        import pikepdf  # noqa: PLC0415 - heavy

        page.obj["/Contents"] = pikepdf.Array(streams)
