# SPDX-License-Identifier: AGPL-3.0-or-later
"""The matter file: TOML or JSON to `Matter` and back, with every problem at once and its place."""
