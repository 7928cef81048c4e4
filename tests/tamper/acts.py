# SPDX-License-Identifier: AGPL-3.0-or-later
"""The catalogue of acts: everything that somebody might do to a finished package without a seal.

Each act is a function `act(package) -> Expectation`, named by what is done. It stands in the module
of what it is done to: files, log, record, sound, papers, pdf. They were written from the format
alone, by somebody who did not read the verifier.

Three strengths of enemy, told apart by what they make agree again:

| the enemy            | makes agree                                              | by                |
| clumsy               | nothing                                                  |                   |
| knows BagIt          | manifest, Payload-Oxum, tag manifest                     | `insider.seal`    |
| knows evidencekit    | and every digest and size in the record, pin and log     | `insider.rebuild` |
| has evidencekit      | and the pages                                            | `build`           |

Against the last no software helps that has the package alone: `everything_made_anew`.

Acts upon a sealed package, by its holder and by others, are in `acts_sealed`.
"""

from __future__ import annotations

from tamper import acts_files, acts_log, acts_papers, acts_pdf, acts_record, acts_sound
from tamper.insider import ACTS, Act, Expectation

__all__ = [
    "ACTS",
    "Act",
    "Expectation",
    "acts_files",
    "acts_log",
    "acts_papers",
    "acts_pdf",
    "acts_record",
    "acts_sound",
]
