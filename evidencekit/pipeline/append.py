# SPDX-License-Identifier: AGPL-3.0-or-later
"""Follow a bundle that was delivered without being served: its package says what it held.

New pages then go where they go after a served copy: at the end of their section, or of the bundle
(EW-GEN-11), and every page that was delivered keeps its number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from evidencekit.errors import NotAPackage, OutputError
from evidencekit.model.custody import CustodyLog
from evidencekit.package.opened import Package, open_package
from evidencekit.package.served import followed_of, served_from_record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from evidencekit.model.served import Served

#: Where the PDF that is followed is kept in the package that follows it, below data/custody.
KEPT_AT = "earlier/Bundle.pdf"


def delivered(
    package: Package | Path | str, *, log: CustodyLog, served: Sequence[Served]
) -> tuple[Served, ...]:
    """Return what the next bundle follows: *served*, and *package* after it.

    Raises:
        NotAPackage: if it is none, or a served copy.
        OutputError: if it is of another matter, or does not keep what was served since.
    """
    package = package if isinstance(package, Package) else open_package(package)
    record = package.record
    if record["edition"] != "file":
        reason = "it is a served copy. Name the package that it was made from"
        raise NotAPackage(str(package.path), reason)
    if not _is_of(record, log):
        msg = (
            f"{package.path.name} was not built from the custody log in the folder of the matter. "
            "Name an earlier package of this matter."
        )
        raise OutputError(msg)
    sha256 = record["bundle"]["sha256"]
    if any(each.bundle_sha256 == sha256 for each in served):
        # It was served since, and is followed for that reason.
        return tuple(served)
    followed = followed_of(served)
    if followed is not None and followed.bundle_sha256 not in {
        each["bundle_sha256"] for each in record["served"]
    }:
        msg = (
            f"{package.path.name} was built before the copy that was served on "
            f"{followed.served_at[:10]}, which is followed in any case. Build without --append."
        )
        raise OutputError(msg)
    numbers = [each.number for each in served] + [each["number"] for each in record["served"]]
    line = served_from_record(
        record, number=max(numbers, default=0) + 1, entry="", to="", served_at="", kept_at=KEPT_AT
    )
    prepared_on = record["case"]["prepared_on"]
    return (*served, evolve(line, prepared_on=prepared_on, pdf=package.pdf_path))


def _is_of(record: Mapping[str, Any], log: CustodyLog) -> bool:
    """Say whether the log stood, when the package was built, where the package says."""
    count, head = record["custody"]["entries"], record["custody"]["head"]
    if count == 0:
        return bool(head == CustodyLog().head)
    return bool(count <= log.count and log.entries[count - 1].line_sha256 == head)
