# SPDX-License-Identifier: AGPL-3.0-or-later
# ruff: noqa: INP001
"""Make the subset of the bold face that page labels are printed in.

    python evidencekit/pdf/fonts/make_label.py

Run after the faces were made anew (make_arimo.py). A test holds the result against the face.
"""

from __future__ import annotations

import json
from pathlib import Path

from fontTools.ttLib import TTFont

from evidencekit.pdf.label_face import SHIPPED, facts_of, subset_face

if __name__ == "__main__":
    folder = Path(__file__).parent
    face = subset_face(SHIPPED)
    units = TTFont(folder / "arimo/Arimo-Bold.ttf")["head"].unitsPerEm
    to = folder / "label"
    to.mkdir(exist_ok=True)
    (to / "label.ttf").write_bytes(face.data)
    text = json.dumps(facts_of(face, units=units), ensure_ascii=True, indent=1)
    (to / "label.json").write_text(text + "\n", "utf-8")
