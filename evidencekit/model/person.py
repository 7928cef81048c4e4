# SPDX-License-Identifier: AGPL-3.0-or-later
"""A person in the matter."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class Person:
    """A party, professional, witness or child. Logs and file names carry `id`, never `name`."""

    id: str
    name: str
    role: str | None = None
    party: str | None = None
    child: bool = False
