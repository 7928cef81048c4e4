# SPDX-License-Identifier: AGPL-3.0-or-later
"""Evidence bundles from recordings: chain of custody, exact clips, and a paginated court bundle.

    >>> import evidencekit as ek
    >>> matter = ek.Matter(case=ek.Case(title="Re E (A Child)"))
    >>> matter.case.title
    'Re E (A Child)'

From a matter file to a verified package:

    matter = ek.load_matter("matter.toml")
    ek.intake(matter, folder=".", by="Ruth Kemp", now=datetime.now(UTC))
    package = ek.build(matter, folder=".", into="out/bundle")
    ek.verify(package.path).raise_for_findings()

Heavy modules are imported on first use, so importing this package costs little.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evidencekit.errors import Cancelled, EvidenceError
    from evidencekit.matterfile.load import load_matter
    from evidencekit.matterfile.schema import schema, validate
    from evidencekit.media.cut import cut
    from evidencekit.model.bundle import IndexEntry
    from evidencekit.model.clip import ClipFile
    from evidencekit.model.consent import Consent, ConsentEvent, ConsentStatus
    from evidencekit.model.findings import Finding, Report
    from evidencekit.model.matter import Case, Document, Matter, Section, Statement, Transfer
    from evidencekit.model.person import Person
    from evidencekit.model.progress import Progress
    from evidencekit.model.recording import Clip, Recording
    from evidencekit.model.stated import Stated
    from evidencekit.model.timecode import Span
    from evidencekit.package.opened import Package, open_package
    from evidencekit.pipeline.build import build, plan
    from evidencekit.pipeline.intake import intake
    from evidencekit.pipeline.serve import serve
    from evidencekit.verifier import verify

_HOMES = {
    "Cancelled": "evidencekit.errors",
    "Case": "evidencekit.model.matter",
    "Clip": "evidencekit.model.recording",
    "ClipFile": "evidencekit.model.clip",
    "Consent": "evidencekit.model.consent",
    "ConsentEvent": "evidencekit.model.consent",
    "ConsentStatus": "evidencekit.model.consent",
    "Document": "evidencekit.model.matter",
    "EvidenceError": "evidencekit.errors",
    "Finding": "evidencekit.model.findings",
    "IndexEntry": "evidencekit.model.bundle",
    "Matter": "evidencekit.model.matter",
    "Package": "evidencekit.package.opened",
    "Person": "evidencekit.model.person",
    "Progress": "evidencekit.model.progress",
    "Recording": "evidencekit.model.recording",
    "Report": "evidencekit.model.findings",
    "Section": "evidencekit.model.matter",
    "Span": "evidencekit.model.timecode",
    "Stated": "evidencekit.model.stated",
    "Statement": "evidencekit.model.matter",
    "Transfer": "evidencekit.model.matter",
    "build": "evidencekit.pipeline.build",
    "cut": "evidencekit.media.cut",
    "intake": "evidencekit.pipeline.intake",
    "load_matter": "evidencekit.matterfile.load",
    "open_package": "evidencekit.package.opened",
    "plan": "evidencekit.pipeline.build",
    "schema": "evidencekit.matterfile.schema",
    "serve": "evidencekit.pipeline.serve",
    "validate": "evidencekit.matterfile.schema",
    "verify": "evidencekit.verifier",
}

__all__ = [
    "Cancelled",
    "Case",
    "Clip",
    "ClipFile",
    "Consent",
    "ConsentEvent",
    "ConsentStatus",
    "Document",
    "EvidenceError",
    "Finding",
    "IndexEntry",
    "Matter",
    "Package",
    "Person",
    "Progress",
    "Recording",
    "Report",
    "Section",
    "Span",
    "Stated",
    "Statement",
    "Transfer",
    "build",
    "cut",
    "intake",
    "load_matter",
    "open_package",
    "plan",
    "schema",
    "serve",
    "validate",
    "verify",
]


def __getattr__(name: str) -> Any:
    """Import a public name's home on first use."""
    home = _HOMES.get(name)
    if home is None:
        msg = f"module 'evidencekit' has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted(__all__)
