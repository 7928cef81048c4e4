# SPDX-License-Identifier: AGPL-3.0-or-later
"""A digest: the algorithm and its value, as lower-case hexadecimal."""

from __future__ import annotations

from attrs import field, frozen

_LENGTHS = {"sha256": 64, "sha512": 128}
#: Stripping these leaves nothing of a digest; a pattern takes three times as long.
_HEX = "0123456789abcdef"


def _check_hex(instance: Digest, _: object, value: str) -> None:
    if len(value) != _LENGTHS.get(instance.algorithm) or value.strip(_HEX):
        msg = f"not a {instance.algorithm} digest: {value!r}"
        raise ValueError(msg)


@frozen
class Digest:
    """A digest, printed as `sha256:3b7e...`."""

    algorithm: str
    value: str = field(validator=_check_hex)

    @classmethod
    def parse(cls, text: str) -> Digest:
        """Read what `str` writes.

        Raises:
            ValueError: if *text* has no such form.
        """
        algorithm, _, value = text.partition(":")
        return cls(algorithm, value)

    def __str__(self) -> str:
        """Write algorithm and value with a colon between."""
        return f"{self.algorithm}:{self.value}"
