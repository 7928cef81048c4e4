# SPDX-License-Identifier: AGPL-3.0-or-later
"""The order of the work: read, compose, typeset, assemble, package. It decides nothing else."""
