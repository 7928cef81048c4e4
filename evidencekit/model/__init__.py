# SPDX-License-Identifier: AGPL-3.0-or-later
"""Frozen values, without input or output. This room knows no other."""
