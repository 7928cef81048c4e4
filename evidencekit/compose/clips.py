# SPDX-License-Identifier: AGPL-3.0-or-later
"""A sheet for each clip: where in the recording it is, what is said, and how to listen to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.compose.clip_waveform import ClipDrawing, Shown, draw_clip
from evidencekit.compose.drawing import Passage
from evidencekit.compose.facts import (
    NOT_STATED,
    channels_chosen,
    counted,
    draft_warning,
    measured_detail,
    mono,
    quoted,
    recording_name,
    seconds_of_ms,
    short_time,
    transcript_aid,
)
from evidencekit.compose.labels import anchor_ref
from evidencekit.compose.plan import (
    Block,
    Column,
    Detail,
    Details,
    Figure,
    Heading,
    Manner,
    Paragraph,
    Part,
    Row,
    Run,
    Style,
    Table,
    Text,
    bold,
    plain,
)
from evidencekit.compose.players_clock import players_clock
from evidencekit.compose.spoken import excerpt_lines, mapped_speakers
from evidencekit.compose.stills import how_to_watch, strip, viewing_rows
from evidencekit.compose.waveform import waveform_svg
from evidencekit.model.timecode import format_media_time, samples_to_ms

if TYPE_CHECKING:
    from evidencekit.court.profile import Profile
    from evidencekit.model.bundle import Layout
    from evidencekit.model.clip import ClipFile
    from evidencekit.model.digest import Digest
    from evidencekit.model.material import CutClip, Material, ReadRecording
    from evidencekit.model.matter import Matter

_RECORDINGS = "part:recordings"


def clip_item(number: int) -> str:
    """Return the id of a clip's sheet."""
    return f"clip:{number}"


def clip_title(clip: CutClip) -> str:
    """Return what index and bookmark call a clip: "Clip 1: The refusal is explained"."""
    return f"Clip {clip.number}: {clip.clip.title}"


def clip_parts(material: Material, profile: Profile, layout: Layout | None) -> tuple[Part, ...]:
    """Return one sheet a clip, in printed order."""
    del profile
    return tuple(
        Part(
            item=clip_item(clip.number),
            title=clip_title(clip),
            blocks=_sheet(material, read, clip, layout),
        )
        for read in material.recordings
        for clip in read.clips
    )


def _sheet(
    material: Material, read: ReadRecording, clip: CutClip, layout: Layout | None
) -> tuple[Block, ...]:
    listen = (Run(text="To listen: ", style=Style.BOLD), Run(text=how_to_listen(read, clip)))
    return (
        Paragraph(text=_source(read, layout)),
        _figure(read, clip),
        *_clip_figure(clip, read.number),
        *strip(clip),
        Paragraph(text=listen),
        *how_to_watch(clip),
        Details(rows=_times(read, clip)),
        *_words(material.matter, read, clip),
        _digests(read, clip),
        _note(" ".join((*_about_words(material.matter, read, clip), _about_digests(read, clip)))),
    )


def _source(read: ReadRecording, layout: Layout | None) -> Text:
    told = read.recording.recorded_at
    when = str(told.value) if told else NOT_STATED
    return (
        Run(text=f"From {recording_name(read)}. Recorded: {when}. See "),
        anchor_ref(layout, _RECORDINGS, f"R{read.number}"),
        Run(text="."),
    )


def _figure(read: ReadRecording, clip: CutClip) -> Figure:
    measured = read.measurement
    svg = waveform_svg(
        measured.peaks,
        sample_count=measured.sample_count,
        sample_rate=measured.sample_rate,
        passages=tuple(
            Passage(number=each.number, samples=each.file.samples) for each in read.clips
        ),
        highlight=clip.file.samples,
        height=64,
    )
    start, end = _actual(clip)
    return Figure(
        svg=svg,
        alt=(
            f"Waveform of {recording_name(read)} from end to end, "
            f"{format_media_time(measured.length_ms)} long. Clip {clip.number} is shaded, from "
            f"{format_media_time(start)} to {format_media_time(end)}."
        ),
        caption=(
            f"R{read.number} from end to end, this clip shaded dark. The height is scaled to its "
            "loudest moment."
            if clip.file.peaks is None
            else ""
        ),
        height_mm=16,
    )


def _clip_figure(clip: CutClip, recording: int) -> tuple[Figure, ...]:
    """Return the clip alone, with its words under it; nothing where its peaks are not at hand.

    *recording* is the number of its recording. The caption is for both drawings: a sheet should be
    one page where it can.
    """
    if clip.file.peaks is None:
        return ()
    drawn = draw_clip(clip, clip.file.peaks)
    start, end = _actual(clip)
    rows = f", in {drawn.rows} rows" if drawn.rows > 1 else ""
    under, below = _under(drawn)
    return (
        Figure(
            svg=drawn.svg,
            alt=(
                f"Waveform of clip {clip.number} alone, from {format_media_time(start)} to "
                f"{format_media_time(end)} of the recording{rows}. {under}"
            ),
            caption=(
                f"Above, R{recording} from end to end, this clip shaded dark; below, the clip alone"
                f"{rows}. Each is scaled to its loudest moment. {below}"
            ),
            height_mm=drawn.height_mm,
        ),
    )


def _under(drawn: ClipDrawing) -> tuple[str, str]:
    """Say what stands under the waveform: for who cannot see it, and in the caption."""
    if drawn.shown is Shown.NOTHING:
        return "No words stand under it.", ""
    arrow = " An arrow marks a line that began before." if drawn.earlier else ""
    if drawn.shown is Shown.WORDS:
        below = (
            "Each word stands where the transcript says that it begins; the numbers in bold are "
            "those of the lines below."
        )
        alt = f"Under it stand {counted(drawn.words, 'word')}, which the lines below give."
    else:
        below = "Lines stand by number where the transcript says they begin."
        alt = f"Under it stand the beginnings of {counted(drawn.words, 'line')} given below."
        if drawn.shortened:
            below += " Words without room are below."
        if drawn.left_out:
            are = "line has" if drawn.left_out == 1 else "lines have"
            below += f" {drawn.left_out} {are} no room here."
    direction = " Time runs from left to right." if drawn.backwards else ""
    return alt, f"{below}{arrow}{direction}"


def _actual(clip: CutClip) -> tuple[int, int]:
    """Return where the clip starts and ends, in milliseconds, rounded down."""
    samples, rate = clip.file.samples, clip.file.sample_rate
    return samples_to_ms(samples.first, rate), samples_to_ms(samples.end, rate)


def _times(read: ReadRecording, clip: CutClip) -> tuple[Detail, ...]:
    file = clip.file
    start, end = _actual(clip)
    length = seconds_of_ms(file.length_ms)
    cut = (
        f"{format_media_time(start)} to {format_media_time(end)} "
        f"({length}), {_channels(read, file)}, {file.bits} bits: sample {file.samples.first:,} "
        f"to sample {file.samples.end - 1:,}, both included, counted from 0; "
        f"{counted(file.samples.count, 'sample')} at {file.sample_rate:,} a second"
    )
    rows = [
        *_asked_for(clip),
        measured_detail("Cut", cut),
        *players_clock(read, clip),
    ]
    if clip.levels:
        rows.append(_levels(clip))
    return (*rows, *viewing_rows(clip))


def _levels(clip: CutClip) -> Detail:
    """Return how loud the clip is, on one line."""
    words = "; ".join(f"{fact.name} {fact.stated.value}" for fact in clip.levels)
    standings = {fact.stated.standing.letter for fact in clip.levels}
    return Detail(label="Loudness", text=plain(words), standing="/".join(sorted(standings)))


def _asked_for(clip: CutClip) -> tuple[Detail, ...]:
    """Return what was asked for: times, or words with what was added either side.

    Nobody told the times of words: they are read from the transcript.
    """
    label, told = "Asked for", clip.clip
    if told.quote is None:
        return (Detail(label=label, text=plain(str(told.span)), standing="T"),)
    added = [
        f"{seconds_of_ms(ms)} {where}"
        for ms, where in (
            (told.before_ms, "before their lines"),
            (told.after_ms, "after"),
        )
        if ms
    ]
    more = f", with {' and '.join(added)}" if added else ""
    found = f"in the transcript: {clip.file.requested}"
    return (
        Detail(label=label, text=plain(f"the words {quoted(told.quote)}{more}"), standing="T"),
        Detail(label=label, text=plain(found), standing="F"),
    )


def _channels(read: ReadRecording, file: ClipFile) -> str:
    """Say which channels the clip holds, and of which track where there are several."""
    held = {1: "mono", 2: "stereo"}.get(file.channels, f"{file.channels} channels")
    of_track = f" of audio track {file.track}" if read.measurement.tracks > 1 else ""
    if file.chosen_channels:
        chosen = channels_chosen(file.chosen_channels, read.measurement.channels)
        return f"{held}: {chosen}{of_track}"
    return f"{held}{f': all channels{of_track}' if of_track else ''}"


def _words(matter: Matter, read: ReadRecording, clip: CutClip) -> tuple[Block, ...]:
    """Return the excerpt; what has to be said about it stands at the foot of the sheet."""
    source = read.recording.transcript
    if clip.excerpt is None or source is None:
        return ()
    draft = draft_warning(source, read.transcript)
    return (
        Heading(text="What is said", level=2),
        *((Paragraph(text=bold(draft), manner=Manner.SMALL),) if draft else ()),
        excerpt_lines(matter, clip.excerpt, clip.file.requested),
    )


def _about_words(matter: Matter, read: ReadRecording, clip: CutClip) -> list[str]:
    """Return what has to be said about the excerpt, or that there is none."""
    source = read.recording.transcript
    if clip.excerpt is None or source is None:
        return ["No transcript of this clip is supplied."]
    notes = [] if clip.excerpt.numbered else ["The transcript has no words in this clip."]
    if clip.excerpt.trimmed:
        notes.append("The audio of this clip holds more words than the numbered lines.")
    if any(line.number is None for line in clip.excerpt.lines):
        notes.append("Lines in grey, without a number, are context.")
    notes.append(transcript_aid(matter, source))
    if speakers := mapped_speakers(matter, source):
        notes.append(speakers)
    return notes


def _note(text: str) -> Paragraph:
    return Paragraph(text=plain(text), manner=Manner.NOTE)


def how_to_listen(read: ReadRecording, clip: CutClip) -> str:
    """Say which file to open, and where in the whole recording the clip is.

    A recording that is withheld is not offered: who holds this page cannot open it. Whether one
    that is not told to be served can be had is said, or that it is not stated.
    """
    told = (read.recording.whole_recording or "").partition(":")[0].strip().casefold()
    shown = max(0, read.measurement.shown_ms(clip.file.samples.first))
    track = f", audio track {clip.file.track}" if read.measurement.tracks > 1 else ""
    whole = f", or R{read.number} ({read.file_name}{track}) at {short_time(shown)}"
    had = {
        "withheld": "",
        "served": whole,
        "on request": f"{whole}; it can be had on request",
    }.get(told, f"{whole}; where it can be had is {NOT_STATED}")
    return f"Open {quoted(clip.file_name)} in the folder clips{had}. Nothing plays from this page."


def _digests(read: ReadRecording, clip: CutClip) -> Table:
    """Return the digests in a table of their own, so that each stays on one line."""
    file = clip.file
    digests = [
        (file.file_digest, "this clip"),
        (file.samples_digest, "its samples"),
        (file.source_digest, f"R{read.number}"),
    ]
    if clip.viewing is not None:
        digests.append((clip.viewing.file_digest, "the viewing copy"))
    rows = tuple(
        Row(cells=(plain(_digest_name(digest, of)), mono(digest.value))) for digest, of in digests
    )
    columns = (Column(title="Of", share=0), Column(title="Digest, as measured"))
    return Table(columns=columns, rows=rows, small=True)


def _about_digests(read: ReadRecording, clip: CutClip) -> str:
    file = clip.file
    return (
        f"With the digests anybody can check that the clip holds those samples of R{read.number}: "
        f"{file.decoder}. They do not show who speaks, or when or where."
    )


def _digest_name(digest: Digest, of: str) -> str:
    names = {"sha256": "SHA-256", "sha512": "SHA-512"}
    return f"{names.get(digest.algorithm, digest.algorithm)} of {of}"
