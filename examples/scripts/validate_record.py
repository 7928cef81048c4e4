# SPDX-License-Identifier: AGPL-3.0-or-later
"""Validate a matter or a bundle's record in Python, with evidencekit and with jsonschema alone.

python validate_record.py FILE.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jsonschema

import evidencekit as ek


def main(path: Path) -> int:
    document = json.loads(path.read_bytes())
    kind = document["schema"].split("/")[1]

    findings = ek.validate(document, kind)
    for finding in findings:
        print(f"{finding.subject}: {finding.message}")

    # The schema is self-contained, so any validator of draft 2020-12 can use it.
    schema = ek.schema(kind)
    agrees = jsonschema.Draft202012Validator(schema).is_valid(document) == (not findings)
    print(f"{kind}: {'valid' if not findings else 'not valid'}; jsonschema agrees: {agrees}")
    return 0 if agrees and not findings else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
