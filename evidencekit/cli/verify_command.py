# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command verify: a package, a served copy, a zip of either, or one clip."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from evidencekit.cli.exits import Exit
from evidencekit.cli.options import channel_numbers
from evidencekit.cli.printing import echo_json, print_report, report_document
from evidencekit.cli.running import Watch, errors_as_exits, stoppable

if TYPE_CHECKING:
    from evidencekit.model.findings import Report
    from evidencekit.model.progress import IsCancelled, OnProgress

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("package", type=_FILE, required=False)
@click.option(
    "--recordings",
    type=_FILE,
    help="The folder that holds the recordings, if the package was made without them.",
)
@click.option(
    "--full",
    is_flag=True,
    help="Decode every recording again as a whole, and compare the digest of all its samples.",
)
@click.option(
    "--clip", type=_FILE, help="Check this one clip instead of a package. Needs --recording."
)
@click.option("--recording", type=_FILE, help="The recording that --clip is said to be part of.")
@click.option(
    "--track",
    type=click.IntRange(min=1),
    help="The audio track that --clip is said to be of. Without it, all are looked through.",
)
@click.option(
    "--channel",
    "channels",
    multiple=True,
    callback=channel_numbers,
    metavar="left|right|NUMBER",
    help="The channel that --clip is said to hold; or several, such as 3,1, in that order.",
)
@click.option(
    "--fingerprint",
    metavar="SHA256",
    help="The signer's certificate must have this fingerprint, known from a letter or a call.",
)
@click.option(
    "--signer-roots",
    type=_FILE,
    help="A PEM file of the roots that the signer's certificate must lead to.",
)
@click.option(
    "--timestamp-roots",
    type=_FILE,
    help="A PEM file of the timestamp authority's root certificate, from the authority.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, for programs.")
def verify(
    package: Path | None,
    recordings: Path | None,
    full: bool,
    clip: Path | None,
    recording: Path | None,
    track: int | None,
    channels: tuple[int, ...],
    fingerprint: str | None,
    signer_roots: Path | None,
    timestamp_roots: Path | None,
    as_json: bool,
) -> None:
    """Check a package: every file, the custody log, the clips and the pages.

    PACKAGE is the folder that build made, a copy that was served, or a zip of either. Everything is
    worked out again from the files themselves. Nothing is changed, and no network is used. The
    last lines say what this shows, and what it does not.

    \b
    Examples:
      evidencekit verify "NB26C00123 file 2026-05-29"
      evidencekit verify copy.zip --recordings "My recordings" --full
      evidencekit verify --clip "Clip 1.wav" --recording visit.m4a
    """  # noqa: D301 - \b is click's mark for lines to keep
    if (package is None) == (clip is None) or (clip is None) != (recording is None):
        msg = "name a package; or a clip with --clip and its recording with --recording"
        raise click.UsageError(msg)
    if full and package is None:
        msg = "--full goes with a package: a clip is looked for in all of its recording as it is"
        raise click.UsageError(msg)
    with (
        errors_as_exits(as_json=as_json),
        stoppable() as cancelled,
        Watch(quiet=as_json) as watch,
    ):
        if clip is not None and recording is not None:
            from evidencekit.verifier import verify_clip

            report = verify_clip(
                clip, recording, track=track, channel=channels, cancelled=cancelled
            )
        else:
            trust = (fingerprint, signer_roots, timestamp_roots)
            report = _package(package or Path(), recordings, trust, watch, cancelled, full=full)
    if as_json:
        echo_json(report_document(report))
    else:
        print_report(report)
    if not report.ok:
        sys.exit(Exit.FINDINGS)


def _package(
    package: Path,
    recordings: Path | None,
    trust: tuple[str | None, Path | None, Path | None],
    progress: OnProgress,
    cancelled: IsCancelled,
    *,
    full: bool,
) -> Report:
    from evidencekit.custody.certificates import read_fingerprint
    from evidencekit.verifier import Trusted
    from evidencekit.verifier import verify as check

    fingerprint, signer_roots, tsa_roots = trust
    if fingerprint is not None:
        try:
            read_fingerprint(fingerprint)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--fingerprint") from error
    return check(
        package,
        recordings=recordings,
        full=full,
        trusted=Trusted(fingerprint=fingerprint, signer_roots=signer_roots, tsa_roots=tsa_roots),
        progress=progress,
        cancelled=cancelled,
    )
