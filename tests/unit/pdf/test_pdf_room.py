# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import graphlib

import grimp


def test_no_two_modules_of_the_room_import_each_other_not_even_for_their_types():
    graph = grimp.build_graph("evidencekit", exclude_type_checking_imports=False, cache_dir=None)
    room = {name for name in graph.modules if name.startswith("evidencekit.pdf.")}
    assert "evidencekit.pdf.kept" in room
    imports = {name: graph.find_modules_directly_imported_by(name) & room for name in room}
    order = tuple(graphlib.TopologicalSorter(imports).static_order())
    assert set(order) == room
