# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cut clips out of a recording, by seeking where an index shows that it gives the same samples.

Without an index, or where seeking cannot be shown to be exact, the recording is decoded from its
start. Either way a clip is the same bytes; only the time it takes and what its record says of the
way differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.media.background import FileHash
from evidencekit.media.clips import FROM_START, ClipSet, Cut
from evidencekit.media.form import form_of, integers_of
from evidencekit.media.index import digest_of_planes
from evidencekit.media.indexfile import made_here
from evidencekit.media.opening import check_file
from evidencekit.media.pace import Pace
from evidencekit.media.packets import warm_up_ms
from evidencekit.media.seek import BlockSeeker, NotReached
from evidencekit.media.source import SoundReader
from evidencekit.model.channels import chosen_channels
from evidencekit.model.timecode import format_media_time, samples_to_ms

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from evidencekit.media.form import SampleForm
    from evidencekit.media.index import RecordingIndex
    from evidencekit.media.source import Block
    from evidencekit.model.clip import ClipFile, Decoder
    from evidencekit.model.digest import Digest
    from evidencekit.model.progress import IsCancelled, OnProgress
    from evidencekit.model.timecode import Span

BY_SEEK = "seek, every block matched"
#: Decoding on is quicker than seeking over less than this much sound and the warm-up (bench/).
WORTH_A_SEEK_MS = 5000


def cut(
    path: Path,
    span: Span,
    *,
    to: Path,
    where: str = "",
    index: RecordingIndex | None = None,
    track: int = 1,
    channel: int | Sequence[int] | None = None,
    mute: Sequence[Span] = (),
    source_digest: Digest | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> ClipFile:
    """Cut *span* out of the recording at *path* into the file *to*, .wav or .flac.

    The clip is exactly that range of a full decode of the audio track *track*: all its channels,
    or the one with the number *channel*, or several in the order given. With the *index* of the
    recording, the place is sought and proved to be right, which is quicker. In the spans *mute*,
    in times of the recording, the clip has no sound: every sample of them is zero. *where* names
    the clip in errors.

    Raises:
        RecordingUnreadable: if the file cannot be decoded, or not to the same samples twice.
        SpanReversed: if the span ends where it starts, or before.
        SpanOutsideRecording: if it reaches beyond the last sample.
        TrackMissing: if the track or a channel is not there, or a channel is named twice.
        ClipUnwritable: if the clip cannot be written.
        NoSpace: if the disk is full.
        Cancelled: if *cancelled* says so.
    """
    wanted = Cut(
        span=span,
        to=to,
        where=where or to.name,
        channels=chosen_channels(channel),
        mute=tuple(mute),
    )
    (file,) = cut_clips(
        path,
        [wanted],
        index=index,
        track=track,
        source_digest=source_digest,
        progress=progress,
        cancelled=cancelled,
    )
    return file


class IndexDoubted(Exception):
    """An index does not hold what the decoder here gives, though both agree with themselves."""


def cut_clips(
    path: Path,
    cuts: Sequence[Cut],
    *,
    index: RecordingIndex | None = None,
    must_hold: bool = False,
    track: int = 1,
    source_digest: Digest | None = None,
    subject: str = "",
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> tuple[ClipFile, ...]:
    """Cut several clips in one ordered pass, which seeks over what no clip needs if it is far.

    Either all clips are there in the end, or none. With *must_hold*, an index that the decoder here
    contradicts ends the work, instead of being passed over: what else it says is in doubt, too.

    Raises:
        IndexDoubted: if the index must hold and does not.
        RecordingUnreadable, SpanReversed, SpanOutsideRecording, ClipUnwritable, NoSpace, Cancelled:
            as `cut` does.
    """
    size = check_file(path)
    if not cuts:
        return ()
    with ClipSet(cuts) as clips, FileHash(path, source_digest) as digest:
        cutter = _Cutter(
            path,
            track=track,
            clips=clips,
            pace=Pace(total=size, subject=subject, progress=progress, cancelled=cancelled),
            digest=digest,
            must_hold=must_hold,
        )
        cutter.run(index, cuts)
        files = clips.finish(
            length=cutter.length,
            source=cutter.digest.result(),
            decoder=cutter.decoder,
            track=track,
        )
        cutter.pace.finish()
    return files


class _Cutter:
    """One call's work. `length` is how many samples are known to be there when it is done."""

    def __init__(
        self,
        path: Path,
        *,
        track: int,
        clips: ClipSet,
        pace: Pace,
        digest: FileHash,
        must_hold: bool,
    ) -> None:
        self.path = path
        self.track = track
        self.clips = clips
        self.pace = pace
        self.digest = digest
        self.must_hold = must_hold
        self.length = 0
        self._form: SampleForm | None = None
        self._decoder: Decoder | None = None

    @property
    def decoder(self) -> Decoder:
        """The decoder that gave the samples."""
        if self._decoder is None:
            msg = "clips without a decode"
            raise RuntimeError(msg)
        return self._decoder

    def run(self, index: RecordingIndex | None, cuts: Sequence[Cut]) -> None:
        """Hand the clips every block they need, by the quickest way that is shown to be exact."""
        if index is None:
            self._from_start(None, "")
            return
        reason = self._why_not(index, cuts)
        if reason and self.must_hold:
            raise IndexDoubted(reason)
        if not reason:
            try:
                self._by_seeks(index, cuts)
            except NotReached as failed:
                reason = str(failed)
                self.clips.rewind()
        if self.digest.result() != index.source_digest:
            if self.must_hold:
                msg = "the index is of another file"
                raise IndexDoubted(msg)
            self.clips.rewind(closed=True)
            self._from_start(None, "the index is of another file")
        elif reason:
            self._from_start(index if made_here(index) else None, reason)

    def _why_not(self, index: RecordingIndex, cuts: Sequence[Cut]) -> str:
        if index.track != self.track:
            return "the index is of another audio track"
        if not made_here(index):
            return "the index was made by another decoder"
        rate, length = index.measurement.sample_rate, index.measurement.sample_count
        ends_at_ms = -(-length * 1000 // rate)
        if any(
            cut.span.end_ms > ends_at_ms or cut.span.samples(rate).first >= length for cut in cuts
        ):
            return "by the index the recording is shorter"
        return ""

    def _by_seeks(self, index: RecordingIndex, cuts: Sequence[Cut]) -> None:
        """Hand on the blocks that clips need, each proved by its digest."""
        runs = _runs(index, cuts)
        blocks = sum(len(run) for run in runs)
        done = 0
        with SoundReader(self.path, track=self.track) as sound:
            seeker = BlockSeeker(sound, index)
            for run in runs:
                self.clips.way = BY_SEEK if run.start else FROM_START
                for block in seeker.blocks(run):
                    self._take(sound, block)
                    done += 1
                    self.pace(sound.size * done // (blocks + 1))
        self.length = index.measurement.sample_count

    def _from_start(self, index: RecordingIndex | None, reason: str) -> None:
        """Decode from the first packet to the last that a clip needs."""
        self.clips.way = FROM_START + (f": {reason}" if reason else "")
        digests: dict[int, bytes] = {}
        with SoundReader(self.path, track=self.track) as sound:
            length = index.block_samples if index else None
            for number, block in enumerate(sound.blocks(self.pace, length=length)):
                self._begin(sound)
                if not self.clips.wants(block.end):
                    continue
                if index is not None:
                    digests[number] = digest_of_planes(block.planes)
                self._take(sound, block)
                if self.clips.done:
                    break
            self.length = sound.sample_count
            self._decoder = sound.decoder
        if index is not None and any(
            found != index.block_digest(number) for number, found in digests.items()
        ):
            self._decode_once_more(digests, index.block_samples)

    def _begin(self, sound: SoundReader) -> SampleForm:
        if self._form is None:
            self._form = form_of(sound)
            self._decoder = sound.decoder
            self.clips.begin(sound, self._form)
        return self._form

    def _take(self, sound: SoundReader, block: Block) -> None:
        form = self._begin(sound)
        if self.clips.wants(block.end):
            self.clips.take(block.first, integers_of(block, form, sound))

    def _decode_once_more(self, digests: dict[int, bytes], length: int) -> None:
        """Tell a recording that does not decode to the same samples twice from an index that was
        made by another processor, whose decoder may differ in the last bit.
        """
        last = max(digests)
        with SoundReader(self.path, track=self.track) as sound:
            for number, block in enumerate(sound.blocks(self.pace, length=length)):
                if number in digests and digest_of_planes(block.planes) != digests[number]:
                    at = format_media_time(samples_to_ms(block.first, sound.form.sample_rate))
                    reason = f"does not decode to the same samples twice (near {at})"
                    raise sound.unreadable(reason)
                if number == last:
                    break
        if self.must_hold:
            msg = "the index was made by another processor"
            raise IndexDoubted(msg)


def _runs(index: RecordingIndex, cuts: Sequence[Cut]) -> list[range]:
    """Return the blocks that clips touch, as runs with gaps between that are worth a seek."""
    rate = index.measurement.sample_rate
    worth_ms = WORTH_A_SEEK_MS + warm_up_ms(index.measurement.decoder.name)
    worth = max(0, worth_ms * rate // 1000 // index.block_samples)
    touched = sorted(
        (blocks.start, blocks.stop)
        for cut in cuts
        if (blocks := index.blocks_of(cut.span.samples(rate)))
    )
    runs: list[range] = []
    for start, stop in touched:
        reached = runs[-1].stop if runs else 0
        if start - reached >= worth:
            runs.append(range(start, stop))
        else:
            from_block = runs.pop().start if runs else 0
            runs.append(range(from_block, max(stop, reached)))
    return runs
