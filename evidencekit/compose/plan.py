# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vocabulary of page plans: what a page says, in order, and nothing about how it is set.

`compose` makes these values; `pdf` sets them as pages and `package` writes the statement's as a
.docx, so the two say the same, paragraph for paragraph. All text is data: nothing in it is markup.
"""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen


class Style(StrEnum):
    """How text is set. `GREY` is for what is shown and not relied on; `MONO` for digests."""

    PLAIN = "plain"
    BOLD = "bold"
    ITALIC = "italic"
    GREY = "grey"
    SMALL = "small"
    MONO = "mono"


@frozen(kw_only=True)
class Run:
    """Text in one style.

    `target` is the id of an item of the bundle that the text links to, with the page of it after a
    number sign where that is not the first: "document:minutes#2".
    """

    text: str
    style: Style = Style.PLAIN
    target: str | None = None


#: Runs set one after the other, without space added between.
Text = tuple[Run, ...]


def plain(text: str) -> Text:
    """Return *text* as one plain run."""
    return (Run(text=text),)


def bold(text: str) -> Text:
    """Return *text* as one bold run."""
    return (Run(text=text, style=Style.BOLD),)


def flat(text: Text) -> str:
    """Return the characters of *text* without their styles."""
    return "".join(run.text for run in text)


class Manner(StrEnum):
    """How a paragraph stands: body text, an introductory note, centred, right, set off, boxed."""

    BODY = "body"
    NOTE = "note"
    CENTRED = "centred"
    RIGHT = "right"
    QUOTE = "quote"
    WARNING = "warning"
    SMALL = "small"


@frozen(kw_only=True)
class Heading:
    """A heading inside a part; level 1 is below the part's own title.

    What cites it cites the page that it stands on: by `anchor`, which is unique in the part.
    """

    text: str
    level: int = 1
    anchor: str = ""


@frozen(kw_only=True)
class Paragraph:
    """An unnumbered paragraph."""

    text: Text
    manner: Manner = Manner.BODY


@frozen(kw_only=True)
class Numbered:
    """A numbered paragraph of a witness statement."""

    number: int
    text: Text


class Align(StrEnum):
    """How a column's text is aligned."""

    LEFT = "left"
    RIGHT = "right"
    CENTRE = "centre"


@frozen(kw_only=True)
class Column:
    """A table's column. `share` is its part of the width left over; 0 means as wide as its text."""

    title: str
    share: int = 1
    align: Align = Align.LEFT


class RowKind(StrEnum):
    """`SECTION` rows span the table (their one cell); `MUTED` rows are set in grey."""

    NORMAL = "normal"
    SECTION = "section"
    MUTED = "muted"


@frozen(kw_only=True)
class Row:
    """A table's row. `target` makes the whole row a link to an item of the bundle."""

    cells: tuple[Text, ...]
    kind: RowKind = RowKind.NORMAL
    target: str | None = None


@frozen(kw_only=True)
class Table:
    """A table whose header row is repeated on each page. `small` sets it in a smaller size."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    small: bool = False


@frozen(kw_only=True)
class Detail:
    """One line of a list of facts. `standing` is "T", "F", "M" or "" and prints in a column of
    its own; several lines with one label follow each other and the label prints once.
    """

    label: str
    text: Text
    standing: str = ""


@frozen(kw_only=True)
class Details:
    """Facts with their standing: label, text, and the narrow column T / F / M."""

    rows: tuple[Detail, ...]
    show_standing: bool = True


@frozen(kw_only=True)
class Figure:
    """A drawing. `svg` is a whole SVG document, `alt` says what it shows, for who cannot see it."""

    svg: str
    alt: str
    caption: str = ""
    height_mm: int = 25


@frozen(kw_only=True)
class SpokenLine:
    """One line of an excerpt. `number` is None for context, which is set in grey.

    `mark` says how the cue is cut, for instance "[begins before the clip]".
    """

    number: int | None
    time: str
    speaker: str
    text: Text
    mark: str = ""


@frozen(kw_only=True)
class Spoken:
    """The words of a clip, in numbered lines."""

    lines: tuple[SpokenLine, ...]


@frozen(kw_only=True)
class Corner:
    """The block at the top right of a statement's first page (PD 22A; PD 32 para 17.2)."""

    lines: tuple[str, ...]


@frozen(kw_only=True)
class CaseHeading:
    """The heading of the proceedings: court, case number, the matter's title, and what this is."""

    court: str
    number: str
    lines: tuple[str, ...]
    title: str
    subtitle: str = ""


@frozen(kw_only=True)
class Display:
    """A page of its own with few words: a large title, and lines over and under it."""

    title: str
    over: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    large: bool = False


@frozen(kw_only=True)
class Blank:
    """A marked place for words that are missing, with what belongs there."""

    label: str
    lines: int = 2


@frozen(kw_only=True)
class Signature:
    """Empty lines for signature and date. Nothing is ever signed by the software."""

    name: str
    lines: tuple[str, ...] = ("Signed", "Dated")


@frozen(kw_only=True)
class Band:
    """A band across the page, such as DRAFT."""

    text: str


@frozen(kw_only=True)
class Space:
    """White space of so many millimetres."""

    height_mm: int = 5


Block = (
    Heading
    | Paragraph
    | Numbered
    | Table
    | Details
    | Figure
    | Spoken
    | Corner
    | CaseHeading
    | Display
    | Blank
    | Signature
    | Band
    | Space
)


@frozen(kw_only=True)
class Part:
    """One generated item of the bundle: starts on a new page, is one bookmark and one index row.

    `item` is the id of its `Item`; `title` is what index and bookmark say. `show_title` sets the
    title at the head of the first page. `wide_margins` sets the 3.5 cm margin of a witness
    statement (PD 32 para 19.1). `running_head` stands at the head of each page but the first.
    """

    item: str
    title: str
    blocks: tuple[Block, ...]
    show_title: bool = True
    wide_margins: bool = False
    running_head: str = ""
