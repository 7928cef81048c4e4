# SPDX-License-Identifier: AGPL-3.0-or-later
"""The project's tasks by name. `.ci/run` runs the same commands without nox."""

from __future__ import annotations

import nox

nox.options.sessions = ["lint", "types", "tests"]
nox.options.default_venv_backend = "venv"
PYTHONS = ["3.11", "3.12", "3.13"]


@nox.session
def lint(session: nox.Session) -> None:
    """Style, import rules, and that every dependency is declared and used."""
    session.install("-e", ".[dev]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")
    session.run("deptry", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Types, strictly."""
    session.install("-e", ".[dev]")
    session.run("mypy")
    session.run("mypy", "--strict", "tests/typing")
    session.run("pyright", "tests/typing")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """All tests."""
    session.install("-e", ".[dev]")
    session.run("pytest", "-n", "auto", *session.posargs)


@nox.session(python="3.11")
def lowest(session: nox.Session) -> None:
    """All tests, with the lowest version of each dependency that pyproject.toml allows."""
    session.install("uv")
    session.run(
        "uv", "pip", "install", "--python", str(session.virtualenv.location),
        "--resolution", "lowest-direct", "-e", ".[dev]",
    )  # fmt: skip
    session.run("pytest", "-n", "auto", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """A benchmark, by its script and options: `nox -s bench -- bench/assemble.py --short`."""
    session.install("-e", ".[bench]")
    session.run("python", *(session.posargs or ["bench/assemble.py", "--short"]))
