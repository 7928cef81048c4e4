# SPDX-License-Identifier: AGPL-3.0-or-later
"""Digests of files, and the log that records them.

`digests`, `log` and `durable` know nothing of a matter and are shared with verify; `intake` reads
a matter's recordings and appends to its log.
"""
