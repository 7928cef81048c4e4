# SPDX-License-Identifier: AGPL-3.0-or-later
"""Courts' rules, each with its source, as data."""
