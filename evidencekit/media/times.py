# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the file's own clock runs against the count of samples.

Sample 0 is the first decoded sample, and the count of samples is the clock of everything here. A
player goes by the time stamps in the file instead. The two part where sound starts later than the
picture, and where the stamps jump: a pause in the recording, lost packets, two files joined. Each
place where they part is kept, so that a time that a player shows can be told beside the exact one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.model.clip import TimeShift

if TYPE_CHECKING:
    from fractions import Fraction

#: Containers whose time line starts at 0. In others, players count from the first time stamp.
_COUNTED_FROM_0 = frozenset(["mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "flv"])
_TOLERATED_MS = 40  # stamps are rounded to milliseconds in some files, and jitter in others
_MOST = 1000
_MICROSECONDS = 1_000_000


class FileClock:
    """Follows the time stamps of decoded frames. *start_us* is the container's first time stamp."""

    def __init__(self, container: str, start_us: int | None) -> None:
        self._zero_us = 0 if container in _COUNTED_FROM_0 else start_us or 0
        self._per_stamp = self._per_sample = self._tolerated = 0
        self._apart = self._lowest = self._highest = 0
        self._shifts: list[TimeShift] = []
        #: How often the clocks part, also where it is too often to keep each place.
        self.jumps = 0

    def start(self, stamp: int | None, time_base: Fraction | None, rate: int) -> None:
        """Take the time stamp of the first frame, in units of *time_base*."""
        if stamp is None or not time_base:
            return
        self._rate = rate
        self._per_stamp = time_base.numerator * rate
        self._per_sample = time_base.denominator
        self._tolerated = _TOLERATED_MS * rate * self._per_sample // 1000
        self._part(stamp * self._per_stamp)
        if abs(self._shift_ms()) > _TOLERATED_MS:
            self._shifts.append(TimeShift(first=0, shift_ms=self._shift_ms()))

    def note(self, stamp: int | None, sample: int) -> None:
        """Take the time stamp of a frame that starts with sample number *sample*."""
        if stamp is None or not self._per_stamp:
            return
        apart = stamp * self._per_stamp - sample * self._per_sample
        if self._lowest <= apart <= self._highest:
            return
        self._part(apart)
        self.jumps += 1
        if len(self._shifts) < _MOST:
            self._shifts.append(TimeShift(first=sample, shift_ms=self._shift_ms()))

    def _part(self, apart: int) -> None:
        self._apart = apart
        self._lowest, self._highest = apart - self._tolerated, apart + self._tolerated

    def _shift_ms(self) -> int:
        zero = self._zero_us * self._rate * self._per_sample // _MICROSECONDS
        return round((self._apart - zero) * 1000 / (self._rate * self._per_sample))

    @property
    def shifts(self) -> tuple[TimeShift, ...]:
        """The places from which on the clocks are apart by another time, in order."""
        return tuple(self._shifts)
