# SPDX-License-Identifier: AGPL-3.0-or-later
"""The clips of one recording, cut while its decode passes by.

The decode is handed over block by block. Each clip takes from every block what lies in its span, so
that clips may overlap, and any number of them cost one pass. Either all clips are there in the end,
or none.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from attrs import frozen

from evidencekit.errors import ClipUnwritable, SpanOutsideRecording, SpanReversed, TrackMissing
from evidencekit.media.clipfile import ClipWriter, check_target
from evidencekit.media.form import columns_of
from evidencekit.media.mute import merged, silenced
from evidencekit.media.peaks import ClipMeter
from evidencekit.model.channels import wrong_choice
from evidencekit.model.clip import ClipFile, Decoder
from evidencekit.model.timecode import SampleRange, Span, samples_to_ms

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from evidencekit.media.form import SampleForm
    from evidencekit.media.source import Array, SoundReader
    from evidencekit.model.digest import Digest

FROM_START = "decoded from the start"


@frozen(kw_only=True)
class Cut:
    """A clip to be cut: its span, the file to write, and how errors name it ("visit clip 2").

    *channels* picks channels of the recording, from 1, in the order that the clip is to have them;
    without it the clip has all.
    *mute* are spans of the recording in which the clip is to have no sound.
    """

    span: Span
    to: Path
    where: str = ""
    channels: tuple[int, ...] = ()
    mute: tuple[Span, ...] = ()


class _Passing:
    """One clip while the decode passes."""

    def __init__(self, cut: Cut, sound: SoundReader) -> None:
        self.cut = cut
        stream = sound.form
        wanted = cut.span.samples(stream.sample_rate)
        self.first = wanted.first
        self.end = wanted.end
        if wrong := wrong_choice(cut.channels, there=stream.channels):
            raise TrackMissing(str(sound.path), wrong)
        self.channel_count = len(cut.channels) or stream.channels
        self.columns = columns_of(cut.channels)
        self.muted = merged(each.samples(stream.sample_rate) for each in cut.mute)
        self.writer: ClipWriter | None = None
        self.meter: ClipMeter | None = None
        self.closed = False
        self.written = 0
        self.way = ""


class ClipSet:
    """Cuts clips from blocks handed over in order. Use it with `with`: on an error all go.

    Raises:
        SpanReversed: if a span ends where it starts, or before.
        TrackMissing: if a clip is to hold a channel twice.
        ClipUnwritable: if a clip cannot be written under its name.
    """

    def __init__(self, cuts: Sequence[Cut]) -> None:
        self._cuts = tuple(cuts)
        check_cuts(self._cuts)
        self._passing: list[_Passing] = []
        self._rate = 0
        #: How the blocks that come are reached; a clip keeps what holds when its last one has come.
        self.way = FROM_START

    def __enter__(self) -> Self:
        """Return the set."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove every clip if anything failed."""
        if kind is not None:
            for clip in self._passing:
                if clip.writer is not None:
                    clip.writer.discard()

    @property
    def done(self) -> bool:
        """True when no clip needs a further block."""
        return all(clip.closed for clip in self._passing)

    def begin(self, sound: SoundReader, form: SampleForm) -> None:
        """Take the recording's form, before the first block.

        Raises:
            TrackMissing: if a clip is to hold a channel that is not there.
        """
        self._rate = sound.form.sample_rate
        self._form = form
        self._passing = [_Passing(cut, sound) for cut in self._cuts]
        self._waiting = sorted(self._passing, key=lambda clip: clip.first, reverse=True)
        self._open: list[_Passing] = []

    def wants(self, end: int) -> bool:
        """Return True if a clip needs any of the samples up to *end* that have not come yet."""
        return bool(self._open) or bool(self._waiting and self._waiting[-1].first < end)

    def take(self, first: int, integers: Array) -> None:
        """Take a block of samples, the first of which has the number *first*."""
        end = first + len(integers)
        while self._waiting and self._waiting[-1].first < end:
            clip = self._waiting.pop()
            clip.writer = ClipWriter(
                clip.cut.to,
                rate=self._rate,
                channels=clip.channel_count,
                form=self._form,
            )
            clip.meter = ClipMeter(clip.end - clip.first, self._form)
            self._open.append(clip)
        for clip in self._open:
            if clip.writer is not None:
                part = integers[max(0, clip.first - first) : clip.end - first][:, clip.columns]
                part = silenced(part, max(first, clip.first), clip.muted)
                clip.written += len(part)
                clip.writer.write(part)
                if clip.meter is not None:
                    clip.meter.take(part)
                if clip.end <= end:
                    self._close(clip)
        self._open = [clip for clip in self._open if not clip.closed]

    def rewind(self, *, closed: bool = False) -> None:
        """Begin again with the clips that are not *closed* yet, or with all: their blocks will
        come once more.
        """
        again = [clip for clip in self._passing if closed or not clip.closed]
        for clip in again:
            if clip.writer is not None:
                clip.writer.discard()
            clip.writer = None
            clip.meter = None
            clip.closed = False
            clip.written = 0
        self._open = []
        self._waiting = sorted(again, key=lambda clip: clip.first, reverse=True)

    def _close(self, clip: _Passing) -> None:
        if clip.written != clip.end - clip.first:
            msg = "the blocks of a clip did not follow one another"
            raise RuntimeError(msg)
        if clip.writer is not None:
            clip.writer.close()
        clip.way = self.way
        clip.closed = True

    def finish(
        self, *, length: int, source: Digest, decoder: Decoder, track: int = 1
    ) -> tuple[ClipFile, ...]:
        """Give all clips their names and return them, in the order of the cuts.

        *length* is the number of samples decoded: all of them, unless every clip is done.

        Raises:
            SpanOutsideRecording: if a span reaches beyond the last sample.
        """
        for clip in self._passing:
            if not clip.closed:
                self._end_with_recording(clip, length)
        files = tuple(self._file(clip, source, decoder, track) for clip in self._passing)
        for clip in self._passing:
            if clip.writer is not None:
                clip.writer.keep()
        return files

    def _end_with_recording(self, clip: _Passing, length: int) -> None:
        """Close a clip that reaches into the last, unfinished millisecond; refuse one beyond."""
        span = clip.cut.span
        ends_at_ms = -(-length * 1000 // self._rate)
        if clip.writer is None or span.end_ms > ends_at_ms:
            length_ms = samples_to_ms(length, self._rate)
            raise SpanOutsideRecording(clip.cut.where, span.start_ms, span.end_ms, length_ms)
        clip.end = length
        self._close(clip)

    def _file(self, clip: _Passing, source: Digest, decoder: Decoder, track: int) -> ClipFile:
        writer = clip.writer
        if writer is None:
            msg = "a clip was closed before it was opened"
            raise RuntimeError(msg)
        return ClipFile(
            path=clip.cut.to,
            requested=clip.cut.span,
            samples=SampleRange(clip.first, clip.end),
            sample_rate=self._rate,
            channels=clip.channel_count,
            bits=self._form.bits,
            source_digest=source,
            samples_digest=writer.samples_digest,
            file_digest=writer.file_digest,
            decoder=decoder,
            way=clip.way,
            track=track,
            chosen_channels=clip.cut.channels,
            muted=clip.muted,
            peaks=clip.meter.peaks() if clip.meter else None,
        )


def check_cuts(cuts: Sequence[Cut]) -> None:
    """Refuse, before anything is decoded, what can be refused.

    Raises:
        SpanReversed: if a span ends where it starts, or before.
        ClipUnwritable: if a clip cannot be written under its name, two have the same, or one is to
            be muted where it is not.
        TrackMissing: if one is to hold a channel twice, or one with a number below 1.
    """
    targets: set[Path] = set()
    for cut in cuts:
        if cut.span.end_ms <= cut.span.start_ms:
            raise SpanReversed(cut.where, cut.span.start_ms, cut.span.end_ms)
        if wrong := wrong_choice(cut.channels):
            raise TrackMissing(cut.where or cut.to.name, wrong)
        check_target(cut.to)
        _check_mute(cut)
        if cut.to in targets:
            raise ClipUnwritable(str(cut.to), "is named for two clips")
        targets.add(cut.to)


def _check_mute(cut: Cut) -> None:
    for each in cut.mute:
        if each.end_ms <= each.start_ms:
            where = f"{cut.where}, muted"
            raise SpanReversed(where, each.start_ms, each.end_ms)
        if each.start_ms < cut.span.start_ms or each.end_ms > cut.span.end_ms:
            reason = f"cannot be muted from {each}: that is not all within the clip, {cut.span}"
            raise ClipUnwritable(str(cut.to), reason)
