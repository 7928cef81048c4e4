# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recordings as sound: what a file says of itself, its decode, clips cut from it, and their proof.

The only room that knows FFmpeg (through av), numpy, mutagen and pydub. Import its modules where
they are used, not at the top of a module: they are heavy.

`measure` reads a recording and cuts its clips in one pass; `cut` cuts one; `compare` decodes again
and compares; `probe` lists what the file says; `levels` measures how loud a clip is.
"""
