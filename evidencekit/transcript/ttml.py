# SPDX-License-Identifier: AGPL-3.0-or-later
"""TTML and its older name DFXP (https://www.w3.org/TR/ttml2/): XML with times on every level.

A paragraph is a cue. Its times count from those of what it stands in, or from the end of the one
before it where the container says that its parts follow each other; they do not reach beyond what
it stands in. Spans with times inside of a paragraph time its words. The speaker is the agent that
is named, if the file says who that is, and else its id.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.errors import TranscriptError
from evidencekit.transcript.assemble import Raw, assemble
from evidencekit.transcript.content import Kind
from evidencekit.transcript.ttml_times import Clock, clock_of, to_ms
from evidencekit.transcript.wordtimes import Timed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from xml.etree.ElementTree import Element

    from evidencekit.model.transcript import Transcript

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "ttml"
KIND = Kind.XML
_NAMESPACE = re.compile(r"\{http://www\.w3\.org/(?:ns/ttml|[0-9]{4}/[0-9]{2}/ttaf1)#?[^}]*\}tt|tt")
_XML = "{http://www.w3.org/XML/1998/namespace}"
_MOST_DEPTH = 100
_NOT_SPOKEN = frozenset({"metadata", "title", "desc", "copyright", "agent", "set", "head", "name"})


@frozen(kw_only=True)
class _Context:
    """What an element inherits. `end` is None where nothing around it ends."""

    start: Fraction
    end: Fraction | None
    timed: bool
    agents: str
    preserve: bool


@frozen(kw_only=True)
class _Piece:
    """Text of a paragraph with its agents, and its times if a span gave any."""

    text: str
    agents: str
    start: Fraction | None
    end: Fraction | None


def recognise(root: Any) -> str | None:
    """Return why *root* is taken for TTML, or None."""
    return "its root is tt" if _NAMESPACE.fullmatch(root.tag) else None


def read(root: Any, name: str) -> Transcript:
    """Return the transcript that *root* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if it counts by the time of day, is nested too deeply, there are more cues
            than are read, or none of them can be read.
    """
    reader = _Reader(clock_of(root, name=name), _agents(root), name)
    context = _Context(
        start=Fraction(0),
        end=None,
        timed=False,
        agents="",
        preserve=root.get(f"{_XML}space") == "preserve",
    )
    for child in root:
        if _local(child) == "body":
            reader.element(child, context, context.start, depth=0)
    language = root.get(f"{_XML}lang")
    return assemble(reader.raws, name=name, format_name=NAME, language=language, labels=True)


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _agents(root: Element) -> dict[str, str]:
    """Return the names of agents by their ids."""
    found: dict[str, str] = {}
    for element in root.iter():
        agent = element.get(f"{_XML}id")
        if _local(element) == "agent" and agent:
            names = (child.text or "" for child in element if _local(child) == "name")
            found[agent] = " ".join(next(names, "").split()) or agent
    return found


class _Reader:
    """Walks the tree and collects the cues."""

    def __init__(self, clock: Clock, agents: Mapping[str, str], name: str) -> None:
        self.raws: list[Raw] = []
        self._clock = clock
        self._agents = agents
        self._name = name

    def element(
        self, element: Element, outer: _Context, reference: Fraction, *, depth: int
    ) -> Fraction | None:
        """Read an element whose times count from *reference*; return when it ends, if it does."""
        if depth > _MOST_DEPTH:
            msg = f"it is nested more than {_MOST_DEPTH} deep"
            raise TranscriptError(self._name, 0, msg)
        inner = self._inside(element, outer, reference)
        if inner is None:
            self._unreadable(element)
            return reference
        if _local(element) == "p":
            self._paragraph(element, inner)
            return inner.end
        sequence = element.get("timeContainer") == "seq"
        at: Fraction | None = inner.start
        for child in element:
            if _local(child) in {"div", "p"}:
                begins = inner.start if at is None or not sequence else at
                at = self.element(child, inner, begins, depth=depth + 1)
        return inner.end if inner.end is not None or not sequence else at

    def _inside(self, element: Element, outer: _Context, reference: Fraction) -> _Context | None:
        """Return what holds inside of *element*; None if its times cannot be read."""
        given = {key: element.get(key) for key in ("begin", "end", "dur")}
        times = {key: self._clock.seconds(value) for key, value in given.items() if value}
        if None in times.values():
            return None
        start = reference + (times.get("begin") or 0)
        ends = [outer.end]
        if (end := times.get("end")) is not None:
            ends.append(reference + end)
        if (length := times.get("dur")) is not None:
            ends.append(start + length)
        known = [each for each in ends if each is not None]
        space = element.get(f"{_XML}space")
        return _Context(
            start=start,
            end=min(known) if known else None,
            timed=outer.timed or "begin" in times or "dur" in times or "end" in times,
            agents=_agent_of(element) or outer.agents,
            preserve=outer.preserve if space is None else space == "preserve",
        )

    def _unreadable(self, element: Element) -> None:
        """Count the paragraphs of an element whose times cannot be read."""
        for each in element.iter():
            if _local(each) == "p":
                self.raws.append(Raw(text=" ".join("".join(each.itertext()).split())))

    def _paragraph(self, element: Element, context: _Context) -> None:
        pieces = list(self._pieces(element, context, depth=0))
        by_agent: list[list[_Piece]] = []
        for piece in pieces:
            if by_agent and (by_agent[-1][0].agents == piece.agents or not piece.text.strip()):
                by_agent[-1].append(piece)
            else:
                by_agent.append([piece])
        for group in by_agent or [[]]:
            self.raws.append(self._cue(element, group, context))

    def _cue(self, element: Element, group: list[_Piece], context: _Context) -> Raw:
        joined = "".join(piece.text for piece in group)
        text = joined if context.preserve else _collapsed(joined)
        starts = [piece.start for piece in group if piece.start is not None]
        ends = [piece.end for piece in group if piece.end is not None]
        # A paragraph without times of its own has those of its spans.
        own = context.timed or not starts
        start = context.start if own else min(starts)
        end = context.end if own or not ends else max(ends)
        timed = context.timed or bool(starts)
        ids = (group[0].agents if group else context.agents).split()
        return Raw(
            text=text.strip(" \t\n") if not context.preserve else text,
            start_ms=to_ms(start) if timed else None,
            end_ms=None if end is None else to_ms(end),
            untimed=not timed,
            speaker=", ".join(self._agents.get(each, each) for each in ids) or None,
            source_id=element.get(f"{_XML}id"),
            words=_timed(group) if starts else (),
        )

    def _pieces(self, element: Element, context: _Context, *, depth: int) -> Iterator[_Piece]:
        """Yield the text of a paragraph or span."""
        if depth > _MOST_DEPTH:
            msg = f"it is nested more than {_MOST_DEPTH} deep"
            raise TranscriptError(self._name, 0, msg)
        own = any(element.get(key) for key in ("begin", "end", "dur")) and depth > 0
        start, end = (context.start, context.end) if own else (None, None)
        if element.text:
            yield _Piece(text=element.text, agents=context.agents, start=start, end=end)
        for child in element:
            if _local(child) == "br":
                yield _Piece(text="\u2028", agents=context.agents, start=start, end=end)
            elif _local(child) not in _NOT_SPOKEN:
                inner = self._inside(child, context, context.start)
                yield from self._pieces(child, inner or context, depth=depth + 1)
            if child.tail:
                yield _Piece(text=child.tail, agents=context.agents, start=start, end=end)


def _agent_of(element: Element) -> str:
    return next((v for key, v in element.attrib.items() if key.endswith("}agent")), "").strip()


def _collapsed(text: str) -> str:
    """Return *text* with its layout in the file folded away; U+2028 stands for <br/>."""
    lines = (" ".join(line.split()) for line in text.split("\u2028"))
    return "\n".join(lines)


def _timed(group: list[_Piece]) -> tuple[Timed, ...]:
    return tuple(
        Timed(
            text=" ".join(piece.text.split()),
            start_ms=None if piece.start is None else to_ms(piece.start),
            end_ms=None if piece.end is None else to_ms(piece.end),
        )
        for piece in group
        if piece.text.strip()
    )
