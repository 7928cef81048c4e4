# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check a package from its bytes, without the code that made it.

The verifier reads what is on disk and trusts none of it: the manifest is compared with the files,
the custody log with its own chain and with the figure printed in the bundle, each clip with a
second decode of its recording, each page's printed number with the page label, the index and its
links, and every input with what became of it. It changes nothing.

A check that could not run is reported as not checked, which is not a pass.
"""

from __future__ import annotations

from evidencekit.verifier.one_clip import verify_clip
from evidencekit.verifier.run import Trusted, verify

__all__ = ["Trusted", "verify", "verify_clip"]
