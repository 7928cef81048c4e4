# SPDX-License-Identifier: AGPL-3.0-or-later
"""Word processor files as pages, by the LibreOffice of this machine, or not at all.

It runs in a profile of its own that is thrown away, without macros, without a network, with a limit
on its time, and is ended together with whatever it started. Without it the file is refused: pages
made by a lesser converter would be a guess at what the letter looked like.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from evidencekit.pdf.save import save_as
from evidencekit.pdf.takein_kind import Kind
from evidencekit.pdf.takein_minder import OUT_OF_TIME, run
from evidencekit.pdf.takein_office_file import made_harmless

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.pdf.takein_result import Notes

#: Less than what a whole document may take, so that a slow one is named for what it is.
_SECONDS = 90
_PROGRAMS = (
    "soffice",
    "libreoffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.com",
)
_SUFFIXES = {Kind.DOCX: "docx", Kind.DOC: "doc", Kind.ODT: "odt", Kind.RTF: "rtf"}
#: A port that nothing listens on.
_NOWHERE = "127.0.0.1:9"
_SETTINGS = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Common/Misc", "FirstRun", "false"),
    ("Office.Writer/Content/Update", "Link", "0"),
    ("Office.Writer/Content/Update", "Field", "false"),
    ("Setup/L10N", "ooSetupSystemLocale", "en-GB"),
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)


def office_pages(source: Path, to: Path, *, kind: Kind, notes: Notes, scratch: Path) -> None:
    """Write the pages of a word processor's file to *to*.

    Raises:
        DocumentUnusable: if LibreOffice is not installed, or cannot make pages of it.
    """
    program = _program()
    if program is None:
        notes.refuse(
            f"is a {kind}, and LibreOffice, which can turn it into pages, was not found. Install "
            "it, or open the document, print it to a PDF and give that"
        )
    folder = scratch / "office"
    folder.mkdir()
    # The file's own name would show where a letter prints it.
    document = folder / f"document.{_SUFFIXES[kind]}"
    made_harmless(source, document, kind=kind, notes=notes)
    code = _convert(program, document, folder)
    made = folder / "document.pdf"
    if code == OUT_OF_TIME:
        notes.refuse(f"took LibreOffice longer than {_SECONDS} seconds")
    if not made.is_file():
        notes.refuse(
            "could not be turned into pages by LibreOffice. Open it, print it to a PDF and give "
            "that"
        )
    producer = _without_time(made, to)
    notes.warn(
        "EK-P038",
        f"was turned into pages by {producer}. Its lines and pages can break elsewhere than in the "
        "program that it was written with. Compare them",
    )


def _program() -> str | None:
    return next(filter(None, map(shutil.which, _PROGRAMS)), None)


def _convert(program: str, document: Path, folder: Path) -> int:
    """Run the conversion and return its exit code."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_profile(), encoding="utf-8")
    command = [
        *_without_network(),
        program,
        f"-env:UserInstallation={profile.resolve().as_uri()}",
        "--headless",
        "--invisible",
        "--norestore",
        "--nologo",
        "--nolockcheck",
        "--nodefault",
        "--convert-to",
        "pdf:writer_pdf_Export",
        "--outdir",
        str(folder),
        str(document),
    ]
    return run(command, seconds=_SECONDS, folder=str(folder), environment=_environment(folder))


def _environment(folder: Path) -> dict[str, str]:
    """Return the little that the program may know of this machine."""
    kept = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "LD_LIBRARY_PATH", "FONTCONFIG_PATH")
    return {
        **{key: os.environ[key] for key in kept if key in os.environ},
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "SAL_USE_VCLPLUGIN": "svp",
        "http_proxy": f"http://{_NOWHERE}",
        "https_proxy": f"http://{_NOWHERE}",
        "ftp_proxy": f"http://{_NOWHERE}",
    }


def _without_network() -> tuple[str, ...]:
    """Return what runs a program where there is no network at all, if the system has it."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return ()
    command = (unshare, "--map-root-user", "--net", "--")
    tried = subprocess.run([*command, "true"], capture_output=True, check=False)
    return command if tried.returncode == 0 else ()


def _profile() -> str:
    items = "".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, name, value in _SETTINGS
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{items}</oor:items>'
    )


def _without_time(made: Path, to: Path) -> str:
    """Write what was made without when, so that it is the same each time; return what made it."""
    import pikepdf

    with pikepdf.open(made) as pdf:
        producer = str(pdf.docinfo.get("/Producer", "LibreOffice"))
        if "/Metadata" in pdf.Root:
            del pdf.Root["/Metadata"]
        for key in ("/Info", "/DocChecksum", "/ID"):
            if key in pdf.trailer:
                del pdf.trailer[key]
        save_as(pdf, to, deterministic_id=True)
    return producer
