# SPDX-License-Identifier: AGPL-3.0-or-later
"""All that a package is written from, once its pages are set."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from evidencekit.court.profile import Profile
from evidencekit.custody.digests import FileDigest
from evidencekit.model.findings import Finding
from evidencekit.model.material import Material
from evidencekit.pipeline.documents import Documents
from evidencekit.pipeline.pages import Pages


@frozen(kw_only=True)
class Assembled:
    """All that the package is written from."""

    material: Material
    profile: Profile
    documents: Documents
    pages: Pages
    findings: tuple[Finding, ...]
    log_bytes: bytes
    digests: Mapping[str, FileDigest]
    contents: Mapping[str, str | None]
