# SPDX-License-Identifier: AGPL-3.0-or-later
"""Run the command line as `python -m evidencekit.cli`."""

from evidencekit.cli import main

if __name__ == "__main__":
    main()
