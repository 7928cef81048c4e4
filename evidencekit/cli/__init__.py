# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line: arguments, progress and exit codes. It has no rules of its own."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from evidencekit.cli.commands import evidencekit

    evidencekit(prog_name="evidencekit")
