# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mail as pages: its headers as they were sent, its words, and a list of what was attached."""

from __future__ import annotations

import email
import email.policy
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from evidencekit.compose.plan import (
    Align,
    Block,
    Column,
    Detail,
    Details,
    Heading,
    Paragraph,
    Row,
    Run,
    Style,
    Table,
    plain,
)
from evidencekit.pdf.takein_embedded import described, keep
from evidencekit.pdf.takein_html import words_of
from evidencekit.pdf.text import MOST_CHARACTERS, Drawable, decoded, lines_of

if TYPE_CHECKING:
    from email.message import EmailMessage, MIMEPart
    from pathlib import Path

    from evidencekit.pdf.takein_result import Attachment, Notes

#: What a reader of mail shows at its head, in this order.
HEADERS = ("From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Date", "Subject")
_LARGEST = 250_000_000
_MOST_PARTS = 1_000
_HEADER_BYTES = 65_536


@frozen(kw_only=True)
class Letter:
    """A mail of whatever format: its headers, its words, and its attachments by name."""

    headers: tuple[tuple[str, str], ...]
    words: str
    from_html: bool = False
    files: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)


def mail_blocks(source: Path, notes: Notes, *, attachments_to: Path | None) -> tuple[Block, ...]:
    """Return an .eml file as blocks.

    Raises:
        DocumentUnusable: if it is no mail, or too large.
    """
    if source.stat().st_size > _LARGEST:
        notes.refuse(f"is larger than {_LARGEST // 10**6} MB")
    return letter_blocks(_read(source.read_bytes(), notes), notes, attachments_to=attachments_to)


def letter_blocks(
    letter: Letter, notes: Notes, *, attachments_to: Path | None
) -> tuple[Block, ...]:
    """Return a mail as blocks, and note what was attached to it.

    Raises:
        DocumentUnusable: if it is too long.
    """
    if len(letter.words) > MOST_CHARACTERS:
        notes.refuse("holds more words than can be set as pages")
    drawable = Drawable()
    blocks: list[Block] = [
        Details(
            rows=tuple(
                Detail(label=name, text=plain(drawable.text(value)))
                for name, value in letter.headers
            ),
            show_standing=False,
        )
    ]
    if letter.words.strip():
        blocks += lines_of(drawable.text(letter.words))
    else:
        blocks.append(Paragraph(text=(Run(text="(no words)", style=Style.GREY),)))
    for name, data in letter.files:
        keep(notes, name, data, to=attachments_to)
    if notes.attachments:
        blocks += _listed(notes.attachments, drawable)
        notes.warn(
            "EK-P035",
            f"what is attached to it ({len(notes.attachments)}) is listed and not in the bundle. "
            "If it matters, give each as a document of its own. " + described(notes.attachments),
        )
    if letter.from_html:
        notes.say(
            "EK-P036",
            "was written as a web page; its words are set as text, and nothing was fetched",
        )
    drawable.note(notes)
    return tuple(blocks)


def _listed(attachments: list[Attachment], drawable: Drawable) -> tuple[Block, ...]:
    rows = tuple(
        Row(
            cells=(
                plain(drawable.text(each.name)),
                plain(f"{each.size:,}"),
                (Run(text=each.sha256, style=Style.MONO),),
            )
        )
        for each in attachments
    )
    columns = (
        Column(title="Attached to this mail (not in these pages)", share=3),
        Column(title="Bytes", share=0, align=Align.RIGHT),
        Column(title="SHA-256", share=4),
    )
    return (Heading(text="Attachments"), Table(columns=columns, rows=rows, small=True))


def _read(data: bytes, notes: Notes) -> Letter:
    """Read a mail as it came over the wire.

    Raises:
        DocumentUnusable: if it has no headers, or cannot be taken apart.
    """
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        headers = _headers(message)
        if not headers:
            notes.refuse("is not an email: it has none of the headers From, To, Date or Subject")
        words, from_html = _words(message, notes)
        files = _files(message, notes)
    except (LookupError, ValueError, TypeError, AttributeError, RecursionError, AssertionError):
        # What the standard library raises on mail that breaks the rules.
        notes.refuse("is a damaged email")
    return Letter(headers=headers, words=words, from_html=from_html, files=files)


def _headers(message: EmailMessage) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for name in HEADERS:
        found += [(name, _one_line(value)) for value in _values(message, name)]
    return tuple(each for each in found if each[1])


def _values(message: EmailMessage, name: str) -> list[str]:
    """Return a header as often as it stands there, decoded where it can be."""
    try:
        return [str(value) for value in message.get_all(name, [])]
    except Exception:  # noqa: BLE001 - the parser of headers fails in many ways on broken ones
        return [
            value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            for key, value in message.raw_items()
            if key.lower() == name.lower()
        ]


def _one_line(value: str) -> str:
    whole = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return " ".join(whole[:_HEADER_BYTES].split())


def _words(message: EmailMessage, notes: Notes) -> tuple[str, bool]:
    """Return the mail's words, and whether they were written as a web page only."""
    written = message.get_body(preferencelist=("plain",))
    if written is not None:
        text = _text_of(written, notes)
        if text.strip():
            return text, False
    page = message.get_body(preferencelist=("html",))
    if page is not None:
        return words_of(_text_of(page, notes)), True
    return "", False


def _text_of(part: MIMEPart, notes: Notes) -> str:
    data = _payload(part)
    charset = part.get_content_charset()
    if charset:
        try:
            return data.decode(charset, "replace")
        except (LookupError, UnicodeError):
            notes.say("EK-P036", "names an alphabet that is not known")
    return decoded(data, notes) if data else ""


def _payload(part: MIMEPart) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _files(message: EmailMessage, notes: Notes) -> tuple[tuple[str, bytes], ...]:
    """Return everything that is not the mail's own words, also what stands inside them.

    Raises:
        DocumentUnusable: if it has more parts than any mail.
    """
    body = [message.get_body(preferencelist=(kind,)) for kind in ("plain", "html")]
    files: list[tuple[str, bytes]] = []
    waiting: list[MIMEPart] = [message]
    seen = 0
    while waiting:
        part = waiting.pop(0)
        seen += 1
        if seen > _MOST_PARTS:
            notes.refuse(f"has more than {_MOST_PARTS:,} parts")
        if any(part is each for each in body):
            continue
        if part.get_content_maintype() == "multipart":
            waiting[:0] = [each for each in part.iter_parts() if each is not None]
            continue
        if part.get_content_type() == "message/rfc822" and part is not message:
            files.append((_name_of(part, "message.eml"), _inner(part)))
            continue
        data = _payload(part)
        if part is not message or data.strip():
            files.append((_name_of(part, f"part-{seen}"), data))
    return tuple(files)


def _inner(part: MIMEPart) -> bytes:
    """Return a mail inside a mail as a file of its own."""
    payload: Any = part.get_payload()
    return bytes(payload[0].as_bytes()) if isinstance(payload, list) and payload else b""


def _name_of(part: MIMEPart, otherwise: str) -> str:
    try:
        name = part.get_filename()
    except Exception:  # noqa: BLE001 - as for headers
        name = None
    return _one_line(str(name)) if name else otherwise
