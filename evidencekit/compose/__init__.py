# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every generated page says, as plain values: decided and tested without a PDF engine."""
