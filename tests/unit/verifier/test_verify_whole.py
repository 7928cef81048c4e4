# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every recording decoded again as a whole, where that is asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from click.testing import CliRunner
from support_sound import encode, sound, write_wav
from support_verify import build, loud, matter_of

import evidencekit as ek
from evidencekit.cli.commands import evidencekit
from evidencekit.isolate import Isolate
from evidencekit.matterfile.schema import validate
from evidencekit.media import measure
from evidencekit.model.findings import Severity
from evidencekit.verifier.whole import check_whole
from evidencekit.verifier.workers import Workers

if TYPE_CHECKING:
    from pathlib import Path

RATE = 16_000


@pytest.fixture
def package(tmp_path: Path) -> ek.Package:
    """A package of a recording with a clip, and of one that nobody relies on."""
    write_wav(tmp_path / "visit.wav", sound(3, rate=RATE, channels=2), RATE)
    encode(tmp_path / "call.m4a", sound(3, rate=RATE, seed=2), rate=RATE)
    document = matter_of()
    document["recordings"]["call"] = {"file": "call.m4a", "made_by": "amara"}
    return build(tmp_path, document)


def lines(report: ek.Report) -> dict[str, tuple[Severity, str]]:
    return {each.check: (each.outcome, each.message) for each in report.summary}


def changed(package: ek.Package, **of_call: Any) -> ek.Package:
    """Change what the record says of the recording without clips."""
    path = package.path / "data/bundle.json"
    record = json.loads(path.read_bytes())
    (call,) = [each for each in record["recordings"] if each["id"] == "call"]
    call.update(of_call)
    path.write_text(json.dumps(record), encoding="utf-8")
    return package


def test_all_samples_of_every_recording_are_compared(package: ek.Package) -> None:
    report = ek.verify(package.path, full=True)
    assert lines(report)["samples"] == (
        Severity.OK,
        "2 of 2 recordings decode to the very samples that were recorded",
    )
    assert (report.full, report.ok) == (True, True)
    document = {"schema": "evidencekit/report/1", "ok": True, "full": True}
    assert validate({**_json(package, "--full"), **document}, "report") == ()


def test_without_it_the_report_says_that_they_were_not(package: ek.Package) -> None:
    report = ek.verify(package.path)
    assert (report.full, "samples" in lines(report)) == (False, False)
    assert _json(package)["full"] is False
    said = CliRunner().invoke(evidencekit, ["verify", str(package.path)]).output
    assert "Of each recording only what clips hold was compared; --full decodes the rest" in said
    said = CliRunner().invoke(evidencekit, ["verify", str(package.path), "--full"]).output
    assert "Of each recording only" not in said
    assert "2 of 2 recordings decode to the very samples" in " ".join(said.split())


def test_another_digest_of_all_samples_is_found_and_only_then(package: ek.Package) -> None:
    changed(package, samples_sha256="0" * 64)
    quick = ek.verify(package.path)
    assert "EK-V011" not in {each.code for each in quick.findings}
    report = ek.verify(package.path, full=True)
    (found,) = [each for each in report.findings if each.code == "EK-V011"]
    assert (found.subject, found.expected) == ("call", "0" * 64)
    assert found.found is not None
    assert lines(report)["samples"][0] is Severity.ERROR


def test_a_wrong_length_of_a_recording_without_clips_is_found(package: ek.Package) -> None:
    record = json.loads((package.path / "data/bundle.json").read_bytes())
    (measured,) = [each["measured"] for each in record["recordings"] if each["id"] == "call"]
    changed(package, measured={**measured, "sample_count": measured["sample_count"] + 1})
    report = ek.verify(package.path, full=True)
    assert ("EK-V011", "call", "has not as many samples as the record says") in loud(report)


def test_a_record_without_the_digest_is_not_checked(package: ek.Package) -> None:
    report = ek.verify(changed(package, samples_sha256=None).path, full=True)
    assert (
        "EK-V014",
        "call",
        "the record gives no digest of all its samples",
    ) in loud(report)
    assert lines(report)["samples"][0] is Severity.NOT_CHECKED


def test_recordings_left_with_their_holder_are_said_to_be_unchecked(tmp_path: Path) -> None:
    package = build(tmp_path, originals="leave")
    report = ek.verify(package.path, full=True)
    found = [message for code, _, message in loud(report) if code == "EK-V014"]
    assert found == ["was not decoded as a whole: it is not in the package"]
    held = ek.verify(package.path, full=True, recordings=tmp_path)
    assert lines(held)["samples"] == (
        Severity.OK,
        "1 of 1 recording decodes to the very samples that were recorded",
    )


def test_samples_of_another_decoder_are_not_called_changed(
    package: ek.Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexed = measure.index_recording

    def other(*arguments: Any, **named: Any) -> Any:
        index = indexed(*arguments, **named)
        decoder = evolve(index.measurement.decoder, library_version="99.0")
        found = evolve(index.measurement, decoder=decoder)
        return evolve(index, measurement=found, digests=index.digests[::-1])

    monkeypatch.setattr(measure, "index_recording", other)
    found = check_whole(package.path, package.record, workers=Workers((_Here(),)), recordings=None)
    assert found.line.outcome is Severity.NOT_CHECKED
    assert {each.code for each in found.findings} == {"EK-V014"}
    assert "may differ in the last bit or at the end" in found.findings[0].message


class _Here(Isolate):
    """Runs what it is given in this process."""

    def __init__(self) -> None:
        super().__init__(seconds=1, memory_mb=1)

    def call(self, function: Any, /, *arguments: Any, **named: Any) -> Any:
        return function(*arguments, **named)


def test_full_goes_with_a_package(tmp_path: Path) -> None:
    clip = ["--clip", "a.wav", "--recording", "b.wav", "--full"]
    result = CliRunner().invoke(evidencekit, ["verify", *clip])
    assert (result.exit_code, "--full goes with a package" in result.output) == (2, True)


def _json(package: ek.Package, *options: str) -> dict[str, Any]:
    result = CliRunner().invoke(evidencekit, ["verify", str(package.path), "--json", *options])
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.output)
    return document
