# SPDX-License-Identifier: AGPL-3.0-or-later
"""See that a record leaves out nothing that evidencekit always writes, and has nothing emptied.

The schema asks for little, so that records of later and earlier versions fit it. But what a check
compares with must be there: a field that somebody took away or emptied would switch the check off,
and nothing would be said. So each such field is named, as not checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.model.findings import Severity
from evidencekit.verifier.kinds import FILE, Kind
from evidencekit.verifier.result import INTEGRITY, error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from evidencekit.model.findings import Finding


def _table(lines: str) -> dict[str, frozenset[str]]:
    """Return keys by where they stand: the first word of each line, up to its colon."""
    found = {}
    for line in lines.strip().splitlines():
        at, _, keys = line.partition(": ")
        found[at] = frozenset(keys.split())
    return found


_TOP = "the record"
_TOLD = "copies device edited made_by place reason recorded_at whole"
_DECODER = "container ffmpeg_version library library_version machine name sample_format"
#: What every record has, by where; a star stands for each entry of a list.
ALWAYS = _table(
    f"""
the record: disputed
bundle: back_links exhibit exhibit_labels index labels numbering page_text_by page_text_sha256 \
pages path sections sha256
bundle/exhibit: mark pages
bundle/index/*: dated exhibit_first exhibit_last first_label item kind last_label number pages \
pdf_page section title
bundle/sections/*: first_label last_label letter pages title
case: agreed court hearing_on number permission prepared_by prepared_on proceedings profile title \
whose
case/permission: applied_on by decided_on order result
clips/*: by channel chosen_channels decoder excerpt file file_sha256 from item length_ms number \
recording requested samples samples_form samples_sha256 source_sha256 start_ms stills title to \
track viewing_copy way
clips/*/decoder: {_DECODER}
clips/*/excerpt: lines trimmed
clips/*/excerpt/lines/*: cue edge end_ms number outside_after outside_before person speaker \
start_ms text
clips/*/viewing_copy: encoder exact file file_sha256 frames from height label to width
clips/*/stills/*: at_ms height sha256 wanted_ms width
consent/*: events openness person recording use_in_evidence
consent/*/events/*: printed status
consent/*/openness: knowledge permission
consent/*/use_in_evidence: printed status
disputed/*: document in_document minuted my_words page
documents/*: dated id input outcome pages reason title
inputs/*: holder id kind name outcome path reason sha256 size stored
other_recordings/list/*: reason what
people/*: child id name party role
profile: id reviewed_on title
recordings/*: channel chosen_channels clips file_says id input measured number openness \
same_file_as same_samples_as samples_sha256 sha256 size title told track transcript whole_recording
recordings/*/file_says/*/stated: by source standing value
recordings/*/measured: channels decode_errors decoder length_ms sample_count sample_rate track \
tracks
recordings/*/measured/decoder: {_DECODER}
recordings/*/openness: reason source verdict
recordings/*/told: {_TOLD}
recordings/*/told/*: by source standing value
recordings/*/transcript: corrected_by cues cues_seen draft format input made_by made_by_tool
statement: by docx exhibit number paragraphs signed_input state
"""
)
#: What the firm's file has beside that.
_FILE_ALSO = _table(
    """
bundle/index/*: content_sha256
clips/*: media_fragment
documents/*: attachments findings kind recognised_pages repaired shrunk_pages signatures \
source_pages turned_pages
recordings/*: index
statement: signed_file
"""
)
_SERVED_ALSO = _table(
    """
the record: documents_withheld read_me
read_me: path sha256
served/*: bundle_sha256 served_at to
"""
)
#: Text that a record may have as "": the words of others, and what was seen of them.
_MAY_BE_EMPTY = (
    "clips/*/excerpt/lines/*/outside_after",
    "clips/*/excerpt/lines/*/outside_before",
    "clips/*/excerpt/lines/*/speaker",
    "recordings/*/file_says/*/stated/value",
    "findings/*",
)


def check_complete(record: Mapping[str, Any], *, kind: Kind) -> tuple[Finding, ...]:
    """Return what *record* lacks, or has emptied, of what a record always has."""
    also = _FILE_ALSO if kind is FILE else _SERVED_ALSO
    nothing: frozenset[str] = frozenset()
    wanted = {at: ALWAYS.get(at, nothing) | also.get(at, nothing) for at in {**ALWAYS, **also}}
    return tuple(
        error(
            "EK-K035",
            f"{kind.record} /{where}",
            f"{what} in the record, where it always has something, so that what depends on it was "
            "not checked",
            group=INTEGRITY,
            severity=Severity.NOT_CHECKED,
        )
        for where, what in _lacking(record, "", "", wanted)
    )


def _lacking(
    value: Any, at: str, where: str, wanted: Mapping[str, frozenset[str]]
) -> Iterator[tuple[str, str]]:
    """Yield where something is missing or empty, and which; *at* is *where* without numbers."""
    if isinstance(value, dict):
        for key in sorted(wanted.get(at or _TOP, frozenset()) - value.keys()):
            yield _below(where, key), "is missing"
        for key, each in value.items():
            step = "*" if at == "recordings/*/told" else key
            yield from _lacking(each, _below(at, step), _below(where, key), wanted)
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from _lacking(each, _below(at, "*"), _below(where, str(place)), wanted)
    elif value == "" and not at.startswith(_MAY_BE_EMPTY):
        yield where, "is empty"


def _below(at: str, key: str) -> str:
    return f"{at}/{key}" if at else key
