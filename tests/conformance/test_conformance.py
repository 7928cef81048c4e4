# SPDX-License-Identifier: AGPL-3.0-or-later
"""The language-neutral cases, run in Python by two validators and in JavaScript by ajv."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from evidencekit.matterfile.schema import KINDS, schema, validate

HERE = Path(__file__).parent
CASES = [(kind, path) for kind in KINDS for path in sorted((HERE / kind).glob("*.json"))]


def _read(path):
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_cases_of_both_outcomes(kind):
    outcomes = [_read(path)["valid"] for each, path in CASES if each == kind]
    assert {True, False} == set(outcomes)
    assert len(outcomes) >= (25 if kind == "matter" else 8)


@pytest.mark.parametrize(("kind", "path"), CASES, ids=lambda each: getattr(each, "stem", each))
def test_the_findings_are_those_of_the_case(kind, path):
    case = _read(path)
    found = [
        {"code": each.code, "pointer": each.subject} for each in validate(case["document"], kind)
    ]
    assert case["findings"] == found
    assert case["valid"] is (not found)


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_python_validator_judges_the_cases_alike(kind):
    jsonschema_rs = pytest.importorskip("jsonschema_rs")
    validator = jsonschema_rs.Draft202012Validator(schema(kind))
    for each, path in CASES:
        if each == kind:
            case = _read(path)
            assert case["valid"] is validator.is_valid(case["document"]), path.name


def test_ajv_judges_the_cases_alike():
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    if not (HERE / "ajv" / "node_modules").is_dir():
        pytest.skip("ajv is not installed: run npm ci in tests/conformance/ajv")
    done = subprocess.run(
        ["node", "run.mjs"], cwd=HERE / "ajv", capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.endswith(", 0 judged otherwise\n")


def test_the_lock_file_names_no_other_registry():
    lock = _read(HERE / "ajv" / "package-lock.json")
    hosts = {
        each["resolved"].split("/")[2] for each in lock["packages"].values() if "resolved" in each
    }
    assert hosts <= {"registry.npmjs.org"}
