# SPDX-License-Identifier: AGPL-3.0-or-later
"""The package: its layout, its record, its bag, and its hand-over whole or not at all."""
