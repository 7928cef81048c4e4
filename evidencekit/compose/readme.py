# SPDX-License-Identifier: AGPL-3.0-or-later
"""READ ME FIRST: what a served copy holds, how to listen, how to check it, what it does not show.

It is for somebody who has never seen such a folder and has five minutes.
"""

from __future__ import annotations

from attrs import frozen

from evidencekit.compose.facts import NOT_STATED, counted, mono, quoted, seconds_of_ms, short_time
from evidencekit.compose.plan import (
    Block,
    CaseHeading,
    Column,
    Detail,
    Details,
    Heading,
    Manner,
    Paragraph,
    Part,
    Row,
    Run,
    Style,
    Table,
    Text,
    plain,
)

ITEM = "part:readme"
TITLE = "Read me first"

BUNDLE = "Bundle.pdf"
CLIPS = "Clips"
RECORDINGS = "Whole recordings"
CHECKSUMS = "CHECKSUMS.txt"
RECORD = "bundle.json"


@frozen(kw_only=True)
class CopiedClip:
    """A clip of the copy: where it is printed, and its file."""

    number: int
    title: str
    recording: int
    label: str
    file_name: str
    start_ms: int
    length_ms: int
    viewing: bool = False


@frozen(kw_only=True)
class CopiedRecording:
    """A recording that the bundle is about. `file_name` is None where the copy does not hold it;
    `whole` is then what was told about where the whole of it is.
    """

    number: int
    title: str
    length_ms: int
    file_name: str | None = None
    whole: str | None = None


@frozen(kw_only=True)
class CopyContents:
    """What a served copy holds, as far as its first page says it."""

    case: str
    court: str | None
    case_number: str | None
    to: str
    served_on: str
    pages: int
    sections: tuple[str, ...]
    clips: tuple[CopiedClip, ...]
    recordings: tuple[CopiedRecording, ...]
    bundle_sha256: str
    log_count: int
    log_head: str


def read_me_part(copy: CopyContents) -> Part:
    """Return the page that lies on top of a served copy."""
    blocks: list[Block] = [
        CaseHeading(
            court=copy.court or f"Court: {NOT_STATED}",
            number=copy.case_number or NOT_STATED,
            lines=(copy.case,),
            title=TITLE,
            subtitle=f"Copy for {copy.to}, {copy.served_on}",
        ),
        Heading(text="What is in this folder", level=2),
        Details(rows=_holds(copy), show_standing=False),
    ]
    if copy.clips:
        blocks += [
            Heading(text="How to listen", level=2),
            Paragraph(text=plain(_LISTEN)),
            *_watch(copy),
            _clip_table(copy),
        ]
    return Part(
        item=ITEM,
        title=TITLE,
        blocks=(*blocks, *_recordings(copy), *_checking(copy), *_limits()),
        show_title=False,
    )


_LISTEN = (
    "Open the folder Clips and double-click a file. Clips are WAV files, which need no special "
    "program. Nothing plays from inside Bundle.pdf. The sheet of each clip in the bundle has the "
    "words that are spoken, and says where in the whole recording the clip is."
)


def _watch(copy: CopyContents) -> tuple[Block, ...]:
    """Say what the viewing copies are, where there are any."""
    if not any(each.viewing for each in copy.clips):
        return ()
    return (
        Paragraph(
            text=plain(
                "Where a recording is a video, a viewing copy (.mp4) lies beside the clip, with "
                "the same name. It is encoded anew, so that it can be watched: its pictures and "
                "its sound are not exact. The exact sound is the WAV file."
            )
        ),
    )


def _holds(copy: CopyContents) -> tuple[Detail, ...]:
    whole = [each for each in copy.recordings if each.file_name is not None]
    rows = [(BUNDLE, f"{counted(copy.pages, 'page')}: {', '.join(copy.sections)}. Start with it.")]
    if copy.clips:
        rows.append((CLIPS, f"{counted(len(copy.clips), 'clip')}, the passages relied on"))
    if whole:
        rows.append((RECORDINGS, f"{counted(len(whole), 'recording')}, as received"))
    rows += [
        (CHECKSUMS, "the digest of each file here, to check that none has changed"),
        (RECORD, "what the bundle says, for computers. Nobody needs to read it."),
    ]
    return tuple(Detail(label=name, text=plain(what)) for name, what in rows)


def _clip_table(copy: CopyContents) -> Table:
    columns = (
        Column(title="Clip", share=0),
        Column(title="What", share=4),
        Column(title="File", share=5),
        Column(title="Length", share=0),
        Column(title="Page", share=0),
    )
    rows = tuple(
        Row(
            cells=(
                plain(str(each.number)),
                plain(f"{each.title} (R{each.recording} from {short_time(each.start_ms)})"),
                plain(each.file_name),
                plain(seconds_of_ms(each.length_ms)),
                plain(each.label),
            )
        )
        for each in copy.clips
    )
    return Table(columns=columns, rows=rows, small=True)


def _recordings(copy: CopyContents) -> tuple[Block, ...]:
    """Say of each recording where the whole of it is."""
    if not copy.recordings:
        return ()
    rows = tuple(
        Detail(
            label=f"R{each.number}",
            text=plain(f"{each.title}, {seconds_of_ms(each.length_ms)}. {_where(each)}"),
        )
        for each in copy.recordings
    )
    return (
        Heading(text="The whole recordings", level=2),
        Details(rows=rows, show_standing=False),
    )


def _where(recording: CopiedRecording) -> str:
    if recording.file_name is not None:
        return f"Open {quoted(recording.file_name)} in the folder {RECORDINGS}."
    return f"Not in this folder. Where the whole is: {recording.whole or NOT_STATED}."


def _checking(copy: CopyContents) -> tuple[Block, ...]:
    """Say how to check the copy with what every computer has."""
    commands = (
        ("Linux", f"sha256sum -c {CHECKSUMS}"),
        ("macOS", f"shasum -a 256 -c {CHECKSUMS}"),
        ("Windows", f"certutil -hashfile {BUNDLE} SHA256"),
        ("PowerShell", f"Get-FileHash {BUNDLE}"),
    )
    return (
        Heading(text=f"How to check this copy with {CHECKSUMS}", level=2),
        Paragraph(
            text=plain(
                "In this folder, in a terminal (Command Prompt or PowerShell on Windows). The "
                "first two check every file at once and print OK beside each. The other two print "
                f"the digest of one file, to be compared with its line in {CHECKSUMS}."
            )
        ),
        Table(
            columns=(Column(title="On", share=0), Column(title="Type")),
            rows=tuple(Row(cells=(plain(system), mono(command))) for system, command in commands),
            small=True,
        ),
        Paragraph(text=_anchor(), manner=Manner.NOTE),
        Table(
            columns=(Column(title="Of", share=0), Column(title="SHA-256")),
            rows=(
                Row(cells=(plain(BUNDLE), mono(copy.bundle_sha256))),
                Row(
                    cells=(
                        plain(f"Log, {_entries(copy.log_count)}"),
                        mono(copy.log_head),
                    )
                ),
            ),
            small=True,
        ),
    )


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count:,} entries"


def _anchor() -> Text:
    return plain(
        "Whoever could change a file in this folder could change its list too. So ask whoever "
        f"served it, by another way (a letter, a call), for the digest of {CHECKSUMS} itself. The "
        "head of the custody log is printed in the bundle too."
    )


def _limits() -> tuple[Block, ...]:
    return (
        Heading(text="What this does not show", level=2),
        *(
            Paragraph(text=(Run(text=f"{what} ", style=Style.BOLD), Run(text=why)))
            for what, why in _NOT_SHOWN
        ),
    )


_NOT_SHOWN = (
    ("Who speaks.", "Names beside the words are what somebody told. Nothing compared voices."),
    (
        "When and where a recording was made.",
        "What was told and what the file says stand side by side. Either may be wrong.",
    ),
    (
        "What happened before a recording was taken in.",
        "Its digest was first noted then. A recording that was edited earlier has a digest too.",
    ),
    (
        "That the words are right.",
        "A transcript is an aid. The recording is the evidence.",
    ),
    (
        "That anybody agreed.",
        "The consent schedule says what one person said about the others.",
    ),
    (
        "That nothing else exists.",
        "Other recordings are listed where somebody said that there are any.",
    ),
)
