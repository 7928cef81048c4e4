# SPDX-License-Identifier: AGPL-3.0-or-later
"""Work out again how much of each recording the clips hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.verifier.record import number, rows, table, text
from evidencekit.verifier.result import COMPLETENESS, INTEGRITY, error

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from evidencekit.model.findings import Finding

_FIGURES = ("length_ms", "sample_count", "used_samples", "used_ms", "share_per_mille")


def check_coverage(record: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return what is wrong with the account of what is used and not used."""
    findings: list[Finding] = []
    stated: dict[str, Mapping[str, Any]] = {}
    for each in rows(record, "coverage"):
        ident = text(each, "recording")
        if ident in stated:
            findings.append(_wrong(ident, "has two accounts of what is used"))
        stated[ident] = each
    for recording in rows(record, "recordings"):
        ident = text(recording, "id")
        found = stated.pop(ident, None)
        if found is None:
            message = "has no account of what is used of it"
            findings.append(error("EK-K029", ident, message, group=COMPLETENESS))
            continue
        findings += _compare(ident, found, _expected(record, recording))
    findings += [
        error("EK-K029", ident, "is accounted for and not listed", group=COMPLETENESS)
        for ident in stated
    ]
    return tuple(findings)


def _wrong(ident: str, message: str, *, expected: object = None, found: object = None) -> Finding:
    return error("EK-K029", ident, message, group=INTEGRITY, expected=expected, found=found)


def _expected(record: Mapping[str, Any], recording: Mapping[str, Any]) -> dict[str, Any]:
    """Return the account as the clips' ranges give it."""
    measured = table(recording, "measured")
    count, rate = number(measured, "sample_count"), max(number(measured, "sample_rate"), 1)
    used = _merged(
        (
            (number(table(each, "samples"), "first"), number(table(each, "samples"), "end"))
            for each in rows(record, "clips")
            if text(each, "recording") == text(recording, "id")
        ),
        count,
    )
    edges = [0, *(edge for pair in used for edge in pair), count]
    gaps = [pair for pair in zip(edges[::2], edges[1::2], strict=True) if pair[0] < pair[1]]
    samples = sum(end - first for first, end in used)
    return {
        "length_ms": count * 1000 // rate,
        "sample_count": count,
        "used_samples": samples,
        "used_ms": sum(end * 1000 // rate - first * 1000 // rate for first, end in used),
        "share_per_mille": samples * 1000 // count if count else 0,
        "used": used,
        "gaps": gaps,
    }


def _merged(ranges: Iterable[tuple[int, int]], count: int) -> list[tuple[int, int]]:
    """Return the ranges in order, each sample once; ranges that touch become one."""
    found: list[tuple[int, int]] = []
    for first, whole_end in sorted(ranges):
        end = min(whole_end, count)
        if first >= end:
            continue
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((first, end))
    return found


def _compare(ident: str, found: Mapping[str, Any], expected: Mapping[str, Any]) -> list[Finding]:
    stated: dict[str, Any] = {name: number(found, name) for name in _FIGURES}
    for name in ("used", "gaps"):
        stated[name] = [(number(each, "first"), number(each, "end")) for each in rows(found, name)]
    wrong = [name for name in stated if stated[name] != expected[name]]
    if not wrong:
        return []
    return [
        _wrong(
            ident,
            "the account of what is used of it is not what its clips give: "
            f"{', '.join(name.replace('_', ' ') for name in wrong)}",
            expected="; ".join(_shown(expected[name]) for name in wrong),
            found="; ".join(_shown(stated[name]) for name in wrong),
        )
    ]


def _shown(value: int | list[tuple[int, int]]) -> str:
    if isinstance(value, int):
        return str(value)
    return ", ".join(f"{first} to {end}" for first, end in value) or "none"
