# SPDX-License-Identifier: AGPL-3.0-or-later
"""How loud a recording is on average: the RMS of all samples of all channels, of full scale.

It is a plain average over the whole recording, silences included, and no measure of how loud it
sounds to an ear. Squares are added up within every 10 ms in single precision and from there on in
double, block by block, beside the decode.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from evidencekit.media.form import SampleForm
    from evidencekit.media.source import Array, Block

#: What full scale is in the decoder's own samples.
_FULL_SCALE = {"u8": 1 << 7, "s16": 1 << 15, "s32": 1 << 31}


class AverageMeter:
    """Adds up the squares of a decode's samples, block by block."""

    def __init__(self, bucket_samples: int, form: SampleForm) -> None:
        self._bucket = bucket_samples
        self._form = form
        self._scale = _FULL_SCALE.get(form.base_format, 1)
        self._squares = 0.0
        self._count = 0

    def take(self, block: Block) -> None:
        """Take in a block."""
        self._count += block.count * block.channels
        squares = sum(map(self._of, block.planes)) / self._scale**2
        if not math.isfinite(squares):  # samples that are no numbers: as they are in a clip
            squares = _squares(self._form.to_16(self._form.integers(block)).reshape(-1), 0)
            squares /= _FULL_SCALE["s16"] ** 2
        self._squares += squares

    def _of(self, plane: Array) -> float:
        if self._form.base_format == "u8":
            plane = plane.astype(np.int16) - _FULL_SCALE["u8"]
        return _squares(plane, self._bucket)

    def level(self) -> int | None:
        """Return the average in hundredths of a decibel of full scale; None where all is zero."""
        if not self._squares:
            return None
        return round(1000 * math.log10(self._squares / self._count))


def _squares(values: Array, bucket: int) -> float:
    """Return the sum of the squares of *values*, added up within *bucket* of them first."""
    with np.errstate(all="ignore"):  # hostile files hold infinities and values near them
        if values.dtype != np.float64:
            values = values.astype(np.float32, copy=False)
        whole = len(values) - len(values) % bucket if bucket else 0
        # Not np.dot: what multiplies matrices starts threads, which get into the decoder's way.
        rows, rest = values[:whole].reshape(-1, bucket or 1), values[whole:]
        sums = np.einsum("ij,ij->i", rows, rows).sum(dtype=np.float64)
        return float(sums + np.einsum("i,i->", rest, rest))
