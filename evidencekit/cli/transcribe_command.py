# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command transcribe: a draft that a program on this machine hears."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from evidencekit.cli.printing import echo_json
from evidencekit.cli.running import Watch, errors_as_exits, stoppable

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("recording", type=_FILE)
@click.option(
    "--model",
    type=_FILE,
    required=True,
    help="The folder that holds a model for faster-whisper. Nothing is downloaded.",
)
@click.option(
    "-o", "--output", "output", type=_FILE, required=True, help="The draft to write: a .vtt file."
)
@click.option("--language", help="The language that is spoken, such as en. Without it, a guess.")
@click.option(
    "--track", type=click.IntRange(min=1), default=1, show_default=True, help="The audio track."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, for programs.")
def transcribe(
    recording: Path,
    model: Path,
    output: Path,
    language: str | None,
    track: int,
    as_json: bool,
) -> None:
    """Let a program on this computer write a first draft of a transcript.

    RECORDING is only read, and nothing leaves this computer. The draft is marked "machine draft,
    not checked", in the file and wherever its words are printed, until the matter file names who
    corrected it (corrected_by). Such programs leave words out and make words up, in silence too:
    listen to every passage that is relied on. Needs the extra whisper.

    \b
    Example:
      evidencekit transcribe visit.m4a --model models/whisper-small -o visit.vtt --language en
    """  # noqa: D301 - \b is click's mark for lines to keep
    with (
        errors_as_exits(as_json=as_json, outcome="Nothing was written."),
        stoppable() as cancelled,
        Watch(quiet=as_json) as watch,
    ):
        from evidencekit.pipeline.drafting import draft_transcript

        made = draft_transcript(
            recording,
            model=model,
            to=output,
            language=language,
            track=track,
            progress=watch,
            cancelled=cancelled,
        )
    if as_json:
        echo_json(
            {
                "ok": True,
                "path": str(output),
                "cues": made.cues,
                "language": made.language,
                "program": made.program,
                "model_sha256": made.model_sha256,
            }
        )
        return
    cues = "1 cue" if made.cues == 1 else f"{made.cues} cues"
    click.echo(f"Wrote {output}: {cues}, language {made.language}, by {made.program}.")
    click.echo("Machine draft, not checked. It is printed as such until the matter file names who")
    click.echo("corrected it (corrected_by). Listen to every passage that you rely on.")
