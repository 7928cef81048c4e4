# SPDX-License-Identifier: AGPL-3.0-or-later
# ruff: noqa: INP001
"""Make the four static faces in the folder arimo from the variable fonts of fontpkg-arimo.

Run once, and again only when Arimo changes: `python evidencekit/pdf/fonts/make_arimo.py`. Cutting
an instance takes a second a face, too long for a program that sets pages in a fifth of one.
Hinting is left out, since it serves low-resolution screens and doubles what a PDF embeds.
"""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

FACES = {
    "Arimo-Regular": ("Arimo[wght].ttf", 400),
    "Arimo-Bold": ("Arimo[wght].ttf", 700),
    "Arimo-Italic": ("Arimo-Italic[wght].ttf", 400),
    "Arimo-BoldItalic": ("Arimo-Italic[wght].ttf", 700),
}


def main() -> None:
    """Write the faces and their licence."""
    package = files("fontpkg_arimo")
    folder = Path(__file__).parent / "arimo"
    for name, (source, weight) in FACES.items():
        font = TTFont(str(package / "files" / source), recalcTimestamp=False)
        font = instantiateVariableFont(font, {"wght": weight}, updateFontNames=True)
        options = Options(
            hinting=False, layout_features=["*"], name_IDs=["*"], notdef_outline=True,
            glyph_names=False, recalc_timestamp=False,
        )  # fmt: skip
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=font.getBestCmap().keys())
        subsetter.subset(font)
        font.save(folder / f"{name}.ttf")
    shutil.copyfile(str(package / "LICENSE"), folder / "OFL.txt")


if __name__ == "__main__":
    main()
