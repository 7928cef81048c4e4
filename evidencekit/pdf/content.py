# SPDX-License-Identifier: AGPL-3.0-or-later
"""Put content streams before and after those of a page, which are never changed themselves."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

from evidencekit.errors import LimitExceeded
from evidencekit.pdf.boxes import inherited
from evidencekit.pdf.takein_bombs import filters

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pikepdf

    from evidencekit.pdf.boxes import Box

#: What a page's drawing can end with: any operator but those whose operands follow it (BI, ID).
_LAST_OPERATOR = re.compile(
    rb"(?:^|[\s\])>])(?:[bBcfFglmnsSTvwy'\"]|[bB]\*|[fTW]\*|W|h|BM?C|BT|BX|CS|cs|cm|DP|Do|EI|EMC|ET|EX"
    rb"|G|J|K|M|MP|Q|RG|SC|SCN|T[DJLcdfjmrswz]|d|d0|d1|gs|i|j|k|q|re|rg|ri|sc|scn|sh|SCN|BDC)\s*$"
)
_IMAGE_DATA = re.compile(rb"\bBI\b.*\bID\b", re.DOTALL)
_TAIL = 64
#: The largest maps and plans seen draw with some tens of MB.
_LARGEST_CONTENT = 250_000_000
_STEP = 1 << 20


def streams_of(page: pikepdf.Page) -> list[pikepdf.Object]:
    """Return the content streams of *page*, leaving out what is no stream."""
    import pikepdf

    contents = page.obj.get("/Contents")
    listed = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    return [each for each in listed if isinstance(each, pikepdf.Stream)]


def ends_in_an_operator(page: pikepdf.Page) -> bool:
    """Return whether what *page* draws is complete, so that more can follow in a stream of its own.

    A string, array or inline image that is never closed would swallow what comes after it.

    Raises:
        LimitExceeded: if it draws more than any page needs.
    """
    contents = [_decoded(each) for each in streams_of(page)]
    content = contents[-1] if contents else b""
    if content is None:
        return False
    tail = content[-_TAIL:]
    return not tail.strip() or _LAST_OPERATOR.search(tail) is not None


def finish(pdf: pikepdf.Pdf, page: pikepdf.Page, box: Box) -> bool:
    """Mend a page whose drawing breaks off: leave out the operator that was not finished.

    An inline image that breaks off, or a stream that cannot be decoded to its end, may still be
    shown by a reader, as far as it goes. There, what the page draws moves into a form of its own,
    whose end no reader runs past; then the answer is True.
    """
    import pikepdf
    from pikepdf.models import PdfParsingError

    streams = streams_of(page)
    contents = [_decoded(each) for each in streams]
    if None in contents:
        if len(streams) != 1:
            return False
        form = pdf.make_stream(streams[0].read_raw_bytes())
        for key in ("/Filter", "/DecodeParms"):
            if key in streams[0]:
                form[key] = streams[0][key]
        draw_as_form(pdf, page, form, box)
        return True
    content = b"\n".join(each for each in contents if each is not None)
    after_last_image = content[max(content.rfind(b"EI"), 0) :]
    if _IMAGE_DATA.search(after_last_image) is None:
        try:
            mended = pikepdf.unparse_content_stream(pikepdf.parse_content_stream(page))
        except (pikepdf.PdfError, PdfParsingError, TypeError, ValueError):
            pass
        else:
            page.obj["/Contents"] = pdf.make_indirect(pdf.make_stream(mended + b"\n"))
            return False
    draw_as_form(pdf, page, pdf.make_stream(content), box)
    return True


def whole_content(page: pikepdf.Page) -> bytes | None:
    """Return all that *page* draws, or None if a stream of it cannot be decoded to its end.

    Raises:
        LimitExceeded: if it draws more than any page needs.
    """
    contents = [_decoded(each) for each in streams_of(page)]
    return None if None in contents else b"\n".join(each for each in contents if each is not None)


def draw_as_form(
    pdf: pikepdf.Pdf,
    page: pikepdf.Page,
    form: pikepdf.Stream,
    box: Box,
    *,
    matrix: Sequence[float] | None = None,
) -> None:
    """Let *page* draw *form*, which has what it drew before, and nothing else; moved by *matrix*.

    Nothing outside of *box* is drawn.
    """
    import pikepdf

    form["/Type"] = pikepdf.Name.XObject
    form["/Subtype"] = pikepdf.Name.Form
    form["/BBox"] = box.array()
    if (resources := inherited(page, "/Resources")) is not None:
        form["/Resources"] = resources
    page.obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(EKPage=form))
    draw = b"/EKPage Do\n"
    if matrix is not None:
        draw = b"q %b cm\n%bQ\n" % (b" ".join(b"%.6f" % each for each in matrix), draw)
    page.obj["/Contents"] = pdf.make_indirect(pdf.make_stream(draw))


def _decoded(stream: pikepdf.Object) -> bytes | None:
    """Return what a content stream holds, or None if it cannot be decoded to its end.

    Raises:
        LimitExceeded: if it holds more than any page needs.
    """
    import pikepdf

    try:
        content = stream.read_bytes()
    except (pikepdf.PdfError, UnicodeDecodeError):  # the latter where its message quotes the file
        # Too large for this process, or damaged: only counting tells.
        _check_size(_inflated_size(stream))
        return None
    _check_size(len(content))
    return content


def _check_size(size: int) -> None:
    """Refuse a content stream that would fill the memory of whoever opens the bundle.

    Raises:
        LimitExceeded: if it is too large.
    """
    if size > _LARGEST_CONTENT:
        limit = f"{_LARGEST_CONTENT // 10**6} MB"
        raise LimitExceeded(limit, "more")


def _inflated_size(stream: pikepdf.Object) -> int:
    """Return how much a deflated stream holds, without holding it; 0 for another kind."""
    if filters(stream) not in (["/FlateDecode"], ["/Fl"]):
        return 0
    inflate = zlib.decompressobj()
    data, size = stream.read_raw_bytes(), 0
    try:
        while data and size <= _LARGEST_CONTENT:
            size += len(inflate.decompress(data, _STEP))
            data = inflate.unconsumed_tail
    except zlib.error:
        return size
    return size


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
        import pikepdf

        page.obj["/Contents"] = pikepdf.Array(streams)
