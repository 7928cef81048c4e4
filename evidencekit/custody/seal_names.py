# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of a seal: what `seal` writes, and all that may lie in the folder signatures."""

from __future__ import annotations

#: The folder, beside data/. No manifest lists it: it is over the manifests.
FOLDER = "signatures"
#: What is signed. It lists the manifest, which lists everything.
SEALED = "tagmanifest-sha256.txt"
MANIFEST = "manifest-sha256.txt"

SIGNATURE = f"{SEALED}.p7s"
CERTIFICATE = "signer.crt"
REQUEST = f"{SIGNATURE}.tsq"
RESPONSE = f"{SIGNATURE}.tsr"
#: The authority's certificates as the user gave them, for whoever has none to start from.
AUTHORITY = f"{RESPONSE}.crt"
HOW_TO_CHECK = "HOW TO CHECK.txt"
#: Digests of the files above. It is signed by nobody; it shows damage, and no more.
CHECKSUMS = "CHECKSUMS.txt"

ALWAYS = (SIGNATURE, CERTIFICATE, HOW_TO_CHECK, CHECKSUMS)
WITH_TIME = (REQUEST, RESPONSE)
ALLOWED = frozenset({*ALWAYS, *WITH_TIME, AUTHORITY})
