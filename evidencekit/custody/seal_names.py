# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of a seal: what `seal` writes, and all that may lie in the folder signatures.

A package is sealed over its tag manifest, which lists the manifest, which lists everything. A
served copy has one list, and is sealed over that.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from pathlib import Path

#: The folder, beside what is sealed. No list holds it: it is over the lists.
FOLDER = "signatures"
MANIFEST = "manifest-sha256.txt"
CERTIFICATE = "signer.crt"
HOW_TO_CHECK = "HOW TO CHECK.txt"
#: Digests of the seal's own files. It is signed by nobody; it shows damage, and no more.
OWN_LIST = "seal-sha256.txt"


@frozen(kw_only=True)
class SealNames:
    """The names of a seal over the list `sealed`, in the folder of that list."""

    sealed: str

    @property
    def signature(self) -> str:
        """The detached signature."""
        return f"{self.sealed}.p7s"

    @property
    def request(self) -> str:
        """What the timestamp server was asked."""
        return f"{self.signature}.tsq"

    @property
    def response(self) -> str:
        """What it answered."""
        return f"{self.signature}.tsr"

    @property
    def authority(self) -> str:
        """The authority's certificates as the user gave them, for a start."""
        return f"{self.response}.crt"

    @property
    def always(self) -> tuple[str, ...]:
        """The files that every seal has."""
        return (self.signature, CERTIFICATE, HOW_TO_CHECK, OWN_LIST)

    @property
    def with_time(self) -> tuple[str, ...]:
        """The files that a timestamp adds."""
        return (self.request, self.response)

    @property
    def allowed(self) -> frozenset[str]:
        """All that may lie in the folder."""
        return frozenset({*self.always, *self.with_time, self.authority})

    @property
    def paths(self) -> frozenset[str]:
        """The same, from the folder of the list."""
        return frozenset(f"{FOLDER}/{each}" for each in self.allowed)


OF_PACKAGE = SealNames(sealed="tagmanifest-sha256.txt")
OF_COPY = SealNames(sealed="CHECKSUMS.txt")


def names_for(folder: Path) -> SealNames:
    """Return the names of the seal that *folder* has or would have: a bag's, or a served copy's."""
    is_bag = any(os.path.lexists(folder / each) for each in ("bagit.txt", OF_PACKAGE.sealed))
    is_copy = not is_bag and os.path.lexists(folder / OF_COPY.sealed)
    return OF_COPY if is_copy else OF_PACKAGE
