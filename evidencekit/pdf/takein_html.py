# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words of a letter written as a web page. Nothing is fetched, and nothing is run."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_SKIPPED = frozenset(("head", "script", "style", "template", "title", "noscript", "svg"))
_SPACED = frozenset(
    ("blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul")
)
_BLOCKS = (
    _SPACED
    | frozenset(
        ("address", "article", "aside", "body", "center", "dd", "div", "dt", "fieldset", "figure")
    )
    | frozenset(("footer", "form", "header", "hr", "main", "nav", "section", "tr"))
)
_SPACE = re.compile(r"[ \t\n\r\f\v]+")
_WEB = ("http://", "https://", "mailto:", "tel:")
#: Elements inside each other beyond this are a trick, not a letter.
_DEEPEST = 5_000


def words_of(page: str) -> str:
    r"""Return the words of a web page, block by block, each link with its address.

    >>> words_of("<p>See <a href='https://a.org/x'>the report</a></p><ul><li>One<li>Two</ul>")
    'See the report <https://a.org/x>\n\n- One\n- Two'
    """
    reader = _Words()
    reader.feed(_without_comments(page))
    reader.close()
    return reader.result()


def _without_comments(page: str) -> str:
    """Return a page without its comments, of which one that never ends would take for ever."""
    kept, at = [], 0
    while (start := page.find("<!--", at)) >= 0:
        kept.append(page[at:start])
        end = page.find("-->", start + 4)
        at = len(page) if end < 0 else end + 3
    return "".join((*kept, page[at:]))


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._skipped: list[str] = []
        self._pre = 0
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line for a block, and remember where a link leads."""
        if self._skipped or tag in _SKIPPED:
            if len(self._skipped) < _DEEPEST and tag in _SKIPPED:
                self._skipped.append(tag)
            return
        given = dict(attrs)
        if tag == "br":
            self._parts.append("\n")
        elif tag == "li":
            self._parts.append("\v- ")
        elif tag in {"td", "th"}:
            self._parts.append("\t")
        elif tag == "img" and given.get("alt"):
            self._parts.append(f"[{given['alt']}]")
        elif tag == "a" and len(self._links) < _DEEPEST:
            self._links.append((given.get("href") or "", len(self._parts)))
        elif tag in _BLOCKS:
            self._break(tag)
            self._pre += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        """End a line for a block, and show where a link leads if its words do not."""
        if self._skipped:
            if tag == self._skipped[-1]:
                self._skipped.pop()
            elif tag == "body":
                self._skipped.clear()
            return
        if tag == "a" and self._links:
            address, start = self._links.pop()
            shown = "".join(self._parts[start:]).strip()
            if address.lower().startswith(_WEB) and address.partition(":")[2] not in shown:
                self._parts.append(f" <{address}>")
        elif tag in _BLOCKS:
            self._break(tag)
            if tag == "pre":
                self._pre = max(self._pre - 1, 0)

    def handle_data(self, data: str) -> None:
        """Take words, whose white space counts only where it is said to."""
        if not self._skipped:
            self._parts.append(data if self._pre else _SPACE.sub(" ", data))

    def result(self) -> str:
        """Return the words with one empty line between blocks."""
        text = "".join(self._parts).replace("\xa0", " ")
        text = re.sub(r"[ \n]*\f[ \n\v\f]*", "\n\n", text)
        text = re.sub(r" *\v[ \v]*", "\n", text)
        text = re.sub(r"(?m)^[ \t]+(?=\S)|[ \t]+$", "", text)
        return re.sub(r"\n{3,}", "\n\n", text).strip("\n")

    def _break(self, tag: str) -> None:
        self._parts.append("\f" if tag in _SPACED else "\v")
