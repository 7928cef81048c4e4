# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words of a letter written as a web page. Nothing is fetched, and nothing is run.

A page is read once from its beginning to its end, by the rules that browsers share (the HTML
standard, "Tokenization"), whatever stands in it: what the standard library's reader does depends on
the release of Python, and a page of 60 kB can be written that holds it up for minutes.
"""

from __future__ import annotations

import re
from html.entities import html5

from evidencekit.model.references import resolved

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
#: Elements in which only their own end is markup, and whether a reader is shown what they hold.
_RAW = {
    "iframe": False,
    "noembed": False,
    "noframes": False,
    "script": False,
    "style": False,
    "template": False,
    "textarea": True,
    "title": False,
    "xmp": True,
}
_SPACE = re.compile(r"[ \t\n\r\f\v]+")
_WEB = ("http://", "https://", "mailto:", "tel:")

# What a tag's name is followed by. None of it is ever given back, so that no page takes long.
_VALUE = r"""(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|(?!["'])[^\s>]*+))?+"""
_TAG = re.compile(
    rf"<(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*+)(?P<given>(?:[\s/]++|=?+[^\s/>=]++{_VALUE}|=)*+)>"
)
_GIVEN = re.compile(
    r"""(?P<name>=?+[^\s/>=]++)"""
    r"""(?:\s*+=\s*+(?:"(?P<two>[^"]*+)"|'(?P<one>[^']*+)'|(?P<bare>(?!["'])[^\s>]*+)))?+"""
)
_TAG_BEGINS = re.compile(r"</?[a-zA-Z]")
_NO_WORDS = re.compile(r"<(?:[!?]|/[^a-zA-Z])")
_CHARACTER = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[a-zA-Z][a-zA-Z0-9]*[;=]?)")


def words_of(page: str) -> str:
    r"""Return the words of a web page, block by block, each link with its address.

    What begins as a tag and never ends is words as it stands, with all that follows: a browser
    shows nothing of it, and nothing is to be left out.

    >>> words_of("<p>See <a href='https://a.org/x'>the report</a></p><ul><li>One<li>Two</ul>")
    'See the report <https://a.org/x>\n\n- One\n- Two'
    >>> words_of("Tuesday <b>at ten <a href='https://a.org")
    "Tuesday at ten <a href='https://a.org"
    """
    words, at = _Words(), 0
    while (start := page.find("<", at)) >= 0:
        words.text(page[at:start])
        at = _after_markup(page, start, words)
        if at == start:
            break
    words.text(page[at:])
    return words.result()


def _after_markup(page: str, start: int, words: _Words) -> int:
    """Take what stands at a "<"; return where it ends, or where it begins if it never ends."""
    if page.startswith("<!--", start):
        # "<!-->" is a comment already: mail programs end their conditions with it.
        end = page.find("-->", start + 2)
        return len(page) if end < 0 else end + 3
    if _NO_WORDS.match(page, start):
        end = page.find(">", start)
        return start if end < 0 else end + 1
    if not _TAG_BEGINS.match(page, start):
        words.text("<")
        return start + 1
    tag = _TAG.match(page, start)
    if tag is None:
        return start
    name = tag["name"].lower()
    if tag["end"]:
        words.end(name)
    elif name in _RAW:
        return _after_raw(page, tag.end(), name, words)
    else:
        words.start(name, _given(tag["given"]) if name in {"a", "img"} else {})
    return tag.end()


def _after_raw(page: str, start: int, name: str, words: _Words) -> int:
    """Take what such an element holds up to its end; one without end is not taken for one."""
    if name in words.never_ended:
        return start
    end = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(page, start)
    if end is None:
        words.never_ended.add(name)
        return start
    if _RAW[name]:
        words.text(page[start : end.start()])
    return end.start()


def _given(attributes: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for each in _GIVEN.finditer(attributes):
        value = each["two"] or each["one"] or each["bare"] or ""
        given.setdefault(each["name"].lower(), _CHARACTER.sub(_character, value))
    return given


def _character(found: re.Match[str]) -> str:
    """Return the character that is meant: in an address, "&copy=1" is no ©."""
    if found[0].startswith("&#"):
        return resolved(found[0])
    return html5.get(found[0][1:], found[0])


class _Words:
    """The words so far: a form feed where a space is left, a vertical tab where a line ends."""

    def __init__(self) -> None:
        self.never_ended: set[str] = set()
        self._parts: list[str] = []
        self._pre = 0
        self._link: tuple[str, int] | None = None

    def start(self, tag: str, given: dict[str, str]) -> None:
        """Begin a line for a block, and remember where a link leads."""
        if tag == "br":
            self._parts.append("\n")
        elif tag == "li":
            self._parts.append("\v- ")
        elif tag in {"td", "th"}:
            self._parts.append("\t")
        elif tag == "img" and given.get("alt"):
            self._parts.append(f"[{given['alt']}]")
        elif tag == "a":
            self._end_link()
            self._link = (given.get("href", ""), len(self._parts))
        elif tag in _BLOCKS:
            self._break(tag)
            self._pre += tag == "pre"

    def end(self, tag: str) -> None:
        """End a line for a block, and show where a link leads if its words do not."""
        if tag == "a":
            self._end_link()
        elif tag in _BLOCKS:
            self._break(tag)
            if tag == "pre":
                self._pre = max(self._pre - 1, 0)

    def text(self, written: str) -> None:
        """Take words, whose white space counts only where it is said to."""
        words = resolved(written)
        self._parts.append(words if self._pre else _SPACE.sub(" ", words))

    def result(self) -> str:
        """Return the words with one empty line between blocks."""
        self._end_link()
        text = "".join(self._parts).replace("\xa0", " ")
        blocks = (_lines(each) for each in text.split("\f"))
        return "\n\n".join(each for each in blocks if each)

    def _break(self, tag: str) -> None:
        self._parts.append("\f" if tag in _SPACED else "\v")

    def _end_link(self) -> None:
        if self._link is None:
            return
        (address, start), self._link = self._link, None
        shown = "".join(self._parts[start:]).strip()
        if address.lower().startswith(_WEB) and address.partition(":")[2] not in shown:
            self._parts.append(f" <{address}>")


def _lines(block: str) -> str:
    """Return a block's lines without the space around them, and without more than one empty one."""
    lines = (line for line in block.split("\v") if line.strip(" \t"))
    kept = "\n".join(each.strip(" \t") for line in lines for each in line.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", kept).strip("\n")
