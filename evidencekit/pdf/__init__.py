# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages: plans are set by typst, foreign documents taken in, and all of it bound as one PDF."""
