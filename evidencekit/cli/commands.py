# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path

import rich_click as click
from attrs import asdict

from evidencekit.cli.exits import Exit
from evidencekit.cli.printing import (
    echo_json,
    findings_text,
    print_build,
    print_contents,
    print_index,
    print_report,
    report_document,
    to_look_at,
)
from evidencekit.cli.running import Watch, errors_as_exits, stoppable

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_FILE = click.Path(path_type=Path)
as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON, for programs."
)


@click.group(context_settings=_CONTEXT)
@click.version_option(package_name="evidencekit", prog_name="evidencekit")
def evidencekit() -> None:
    """Prepare court bundles from recordings.

    Start with `init` in a folder that holds the recordings, transcripts and documents. Fill in
    the matter file that it writes, then `build` the bundle and `verify` it.

    Originals are only ever read. Nothing leaves this computer.
    """


@evidencekit.command()
@click.argument("folder", type=_FILE, default=Path())
@as_json
def init(folder: Path, as_json: bool) -> None:
    """Write a matter.toml for the files in FOLDER, with blanks to fill in."""
    with errors_as_exits(as_json=as_json):
        from evidencekit.matterfile.init import init as write

        path = write(folder)
        if as_json:
            echo_json({"ok": True, "path": str(path)})
            return
        click.echo(f"Wrote {path}. Open it in a text editor, fill in what you know, then run:")
        click.echo(f'  evidencekit validate "{path}"')


@evidencekit.command()
@click.argument("file", type=_FILE)
@click.option(
    "--kind",
    type=click.Choice(["matter", "bundle", "custody", "report"]),
    help="What FILE is. Without it, the file's own schema key decides; a .toml is a matter.",
)
@as_json
def validate(file: Path, kind: str | None, as_json: bool) -> None:
    """Check a matter file, or a JSON record, and list everything that is wrong with it."""
    with errors_as_exits(as_json=as_json):
        from evidencekit.pipeline.checking import validate_file

        report = validate_file(file, kind=kind)
        if as_json:
            echo_json(report_document(report))
        else:
            print_report(report)
        if not report.ok:
            sys.exit(Exit.MATTER_FILE if report.kind == "matter" else Exit.FINDINGS)


@evidencekit.command()
@click.argument("matter_file", metavar="MATTER", type=_FILE)
@click.option("--by", required=True, help="Who runs this: a name or a role, for the custody log.")
@click.option("--sha512", is_flag=True, help="Record SHA-512 beside SHA-256. Three times as slow.")
@as_json
def intake(matter_file: Path, by: str, sha512: bool, as_json: bool) -> None:
    """Take the matter's recordings into the custody log: digest, size and time of each.

    Run it as soon as the recordings arrive. A recording is taken in once; from then on a file that
    differs is refused.
    """
    with errors_as_exits(as_json=as_json), stoppable() as cancelled, Watch(quiet=as_json) as watch:
        from evidencekit.custody.intake import intake as take_in
        from evidencekit.pipeline.checking import load_checked

        matter = load_checked(matter_file)
        report = take_in(
            matter,
            folder=matter_file.parent,
            by=by,
            now=dt.datetime.now(dt.UTC),
            algorithms=("sha256", "sha512") if sha512 else ("sha256",),
            progress=watch,
            cancelled=cancelled,
        )
    if as_json:
        echo_json(report_document(report))
    else:
        print_report(report)


@evidencekit.command()
@click.argument("file", type=_FILE)
@click.option("--from", "start", required=True, help='Where the clip starts, such as "0:10.250".')
@click.option("--to", "end", required=True, help='Where it ends, such as "0:12.750".')
@click.option(
    "-o", "--output", "output", type=_FILE, required=True, help="The clip: a .wav or .flac name."
)
@as_json
def clip(file: Path, start: str, end: str, output: Path, as_json: bool) -> None:
    """Cut one exact clip out of FILE, and print what it is a part of."""
    from evidencekit.model.timecode import Span, format_media_time, parse_media_time

    try:
        span = Span(start_ms=parse_media_time(start), end_ms=parse_media_time(end))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    with errors_as_exits(as_json=as_json), stoppable() as cancelled:
        from evidencekit.media.cut import cut

        made = cut(file, span, to=output, where=file.name, cancelled=cancelled)
    if as_json:
        document = asdict(made, value_serializer=_jsonable)
        echo_json({"ok": True, "clip": document})
        return
    samples = made.samples
    click.echo(f"Wrote {output}")
    click.echo(f"  requested   {span}")
    click.echo(
        f"  holds       samples {samples.first} to {samples.end - 1} of {file.name}, "
        f"{made.sample_rate} a second, {made.channels} channel(s), {made.bits} bit"
    )
    end_ms = made.start_ms + made.length_ms
    click.echo(
        f"  that is     {format_media_time(made.start_ms)} to {format_media_time(end_ms)}, "
        "counted from the first decoded sample"
    )
    click.echo(f"  decoder     {made.decoder}; {made.way}")
    click.echo(f"  source      {made.source_digest}")
    click.echo(f"  samples     {made.samples_digest}")
    click.echo(f"  clip file   {made.file_digest}")


def _jsonable(_instance: object, _field: object, value: object) -> object:
    return str(value) if isinstance(value, Path) else value


@evidencekit.command()
@click.argument("matter_file", metavar="MATTER", type=_FILE)
@click.option(
    "-o",
    "--output",
    "output",
    type=_FILE,
    help="The package: a folder. Without it, a name from the case in the folder out.",
)
@click.option("--by", default="not stated", help="Who runs this, for recordings not taken in yet.")
@click.option(
    "--originals",
    type=click.Choice(["copy", "leave"]),
    default="copy",
    show_default=True,
    help="Copy the recordings into the package, or leave them and record who holds them.",
)
@click.option(
    "--placeholder",
    "placeholders",
    multiple=True,
    metavar="ID",
    help="Print a page in place of this document if it cannot be opened. May be repeated.",
)
@click.option(
    "--edition",
    type=click.Choice(["file"]),
    default="file",
    show_default=True,
    help="The firm's file, which holds everything and stays in the firm.",
)
@click.option("--strict", is_flag=True, help="End with code 1 if there is anything to look at.")
@as_json
def build(
    matter_file: Path,
    output: Path | None,
    by: str,
    originals: str,
    placeholders: tuple[str, ...],
    edition: str,
    strict: bool,
    as_json: bool,
) -> None:
    """Build the bundle: a folder with the PDF, the clips, the originals and the record of it all.

    Recordings not taken in yet are taken in first. An earlier package of the same name is
    replaced when the new one is complete, and not before.
    """
    with errors_as_exits(as_json=as_json), stoppable() as cancelled, Watch(quiet=as_json) as watch:
        from evidencekit.custody.intake import TAKEN_IN
        from evidencekit.custody.intake import intake as take_in
        from evidencekit.package.names import package_name
        from evidencekit.pipeline.build import build as make
        from evidencekit.pipeline.checking import load_checked

        matter = load_checked(matter_file)
        now = dt.datetime.now(dt.UTC)
        taken = take_in(
            matter,
            folder=matter_file.parent,
            by=by,
            now=now,
            progress=watch,
            cancelled=cancelled,
        )
        into = output or Path("out") / package_name(
            number=matter.case.number,
            title=matter.case.title,
            edition=edition,
            prepared_on=matter.case.prepared_on,
        )
        package = make(
            matter,
            folder=matter_file.parent,
            into=into,
            edition=edition,
            originals=originals,
            placeholders=placeholders,
            matter_file=matter_file,
            now=now,
            progress=watch,
            cancelled=cancelled,
        )
    new = [each for each in taken.findings if each.code == TAKEN_IN]
    attention = to_look_at(package.findings)
    if as_json:
        echo_json(
            {
                "ok": True,
                "path": str(into),
                "pdf": str(package.pdf_path),
                "pages": package.record["bundle"]["pages"],
                "taken_in": [each.subject for each in new],
                "findings": [asdict(each) for each in package.findings],
                "stages": watch.stages(),
            }
        )
    else:
        if new:
            names = ", ".join(each.subject for each in new)
            click.echo(f"Taken in now: {names} (entered by: {by}).")
        print_build(package, shown_path=into)
    if strict and attention:
        sys.exit(Exit.FINDINGS)


@evidencekit.command()
@click.argument("matter_file", metavar="MATTER", type=_FILE)
@click.option("-o", "--output", "output", type=_FILE, help="The .docx to write.")
@as_json
def statement(matter_file: Path, output: Path | None, as_json: bool) -> None:
    """Write the draft covering statement as a .docx, for a lawyer to edit."""
    with errors_as_exits(as_json=as_json), stoppable() as cancelled, Watch(quiet=as_json) as watch:
        from evidencekit.pipeline.checking import load_checked
        from evidencekit.pipeline.statement import write_statement

        matter = load_checked(matter_file)
        path = write_statement(
            matter, folder=matter_file.parent, to=output, progress=watch, cancelled=cancelled
        )
    if as_json:
        echo_json({"ok": True, "path": str(path)})
    else:
        click.echo(
            f"Wrote {path}. It is a draft until signed; nothing in it was signed for anyone."
        )


@evidencekit.command()
@click.argument("package", type=_FILE)
@click.option(
    "--recordings",
    type=_FILE,
    help="The folder where originals are held that the package was told to leave out.",
)
@as_json
def verify(package: Path, recordings: Path | None, as_json: bool) -> None:
    """Check a package from its bytes: files, custody, clips, pages. Changes nothing."""
    with errors_as_exits(as_json=as_json), stoppable() as cancelled, Watch(quiet=as_json) as watch:
        from evidencekit.verifier import verify as check

        report = check(package, recordings=recordings, progress=watch, cancelled=cancelled)
    if as_json:
        echo_json(report_document(report))
    else:
        print_report(report)
    if not report.ok:
        sys.exit(Exit.FINDINGS)


@evidencekit.command()
@click.argument("package", type=_FILE)
@as_json
def show(package: Path, as_json: bool) -> None:
    """Show what a package holds: its index, its clips, and what there was to look at."""
    with errors_as_exits(as_json=as_json):
        from evidencekit.package.opened import open_package

        opened = open_package(package)
    if as_json:
        echo_json(dict(opened.record))
        return
    click.echo(opened.record["case"]["title"])
    print_contents(opened.record)
    print_index(opened)
    for each in opened.clips:
        click.echo(f"   clip  {each.path.name}")
    attention = to_look_at(opened.findings)
    if attention:
        click.echo(f"  to look at ({len(attention)})")
        for line in findings_text(attention):
            click.echo(line)


@evidencekit.command()
@click.argument("name", type=click.Choice(["matter", "bundle", "custody", "report"]))
def schema(name: str) -> None:
    """Print a JSON Schema (2020-12), for programs that write or read evidencekit's files."""
    from evidencekit.matterfile.schema import schema as load

    click.echo(json.dumps(load(name), ensure_ascii=False, indent=2))
