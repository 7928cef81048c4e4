# SPDX-License-Identifier: AGPL-3.0-or-later
"""The two things that are checked: the firm's file, a bag, and a copy that was served."""

from __future__ import annotations

from attrs import frozen

from evidencekit.custody.seal_names import OF_COPY


@frozen(kw_only=True)
class Kind:
    """What a folder is. `record` is the path of its record; `payload` is what the paths of what it
    holds begin with; `made` are the files that no input is, and that no record lists.
    """

    name: str
    edition: str
    record: str
    payload: str
    made: frozenset[str]


FILE = Kind(
    name="the firm's file",
    edition="file",
    record="data/bundle.json",
    payload="data/",
    made=frozenset({"data/bundle.json", "data/index.csv"}),
)
CHECKSUMS = "CHECKSUMS.txt"
SERVED = Kind(
    name="a served copy",
    edition="served",
    record="bundle.json",
    payload="",
    made=frozenset({"bundle.json", CHECKSUMS, "READ ME FIRST.pdf", *OF_COPY.paths}),
)
