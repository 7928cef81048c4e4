# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading transcripts, searching their words, and taking the part that belongs to a clip.

`read` turns a file into a `Transcript`, by its content and with one module a format; `check` says
what is odd about it against its recording; `words` and `quote` find words; `excerpt` takes the
cues of a span. Cues are never reordered, merged, repaired or dropped in silence.
"""
