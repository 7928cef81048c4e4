# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names that must not travel: a child's in an id, a title or a path; anybody's in a message.

Ids, titles and file names reach logs, progress lines and the names of files that are served. So
none of them may contain a child's name, or a word of it, in whatever case or with whatever accents
it is written. Messages quote what a person wrote, and are cleared of names before they leave.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeGuard

from attrs import frozen

if TYPE_CHECKING:
    from evidencekit.model.person import Person

STAND_IN = "[a name]"

#: A word of a name counts from this many letters on. Initials ("Re E") are what courts print.
_SHORTEST = 3
_LONGEST = 60
#: Words that stand in a name's place and are not one.
_NOT_NAMES = frozenset(
    [
        "baby",
        "boy",
        "child",
        "children",
        "daughter",
        "girl",
        "infant",
        "minor",
        "person",
        "sibling",
        "son",
        "the",
        "twin",
        "unborn",
    ]
)
# Letters that Unicode does not take apart into a plain one and a mark.
_PLAIN = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "æ": "ae",
        "œ": "oe",
        "ð": "d",
    }
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@frozen(kw_only=True)
class Protected:
    """One child's names, as tuples of folded words, and the child's id."""

    id: str
    names: frozenset[tuple[str, ...]]

    def is_in(self, text: str) -> bool:
        """Tell whether *text* contains one of the names as whole words."""
        spelled = (_words(text), _words(_CAMEL.sub(" ", text)))
        return any(_contains(words, name) for words in spelled for name in self.names)


def protected_names(document: Mapping[str, object]) -> tuple[Protected, ...]:
    """Return the children of a matter document, each with the names that must not travel.

    A nickname under anonymise.also belongs to the child whose replacement it shares. One word that
    an adult's name has too, such as a surname, names no child by itself: else no letter from a
    mother could be titled by her name. The document
    need not be valid: what is not as expected is passed over.
    """
    people = _table(document, "people")
    stand_ins = _table(document, "anonymise")
    also = _table(stand_ins, "also")
    shared = {
        word
        for person in people.values()
        if not _is_child(person)
        for word in _words(_name_of(person) or "")
    }
    found = []
    for person_id, person in people.items():
        if not _is_child(person):
            continue
        written = [person.get("name")]
        stand_in = stand_ins.get(person_id)
        written += [name for name, other in also.items() if other == stand_in is not None]
        names = {
            name
            for each in written
            if isinstance(each, str)
            for name in _names(each)
            if len(name) > 1 or name[0] not in shared
        }
        if names:
            found.append(Protected(id=person_id, names=frozenset(names)))
    return tuple(found)


def child_named_in(people: Iterable[Person], text: str) -> str | None:
    """Return the id of a child whose name is in *text*, or None.

    For what is typed beside a matter and kept for ever, such as an entry of the custody log.
    """
    table = {each.id: {"name": each.name, "child": each.child} for each in people}
    found = (each.id for each in protected_names({"people": table}) if each.is_in(text))
    return next(found, None)


class Scrubber:
    """Quotes what a person wrote without naming anybody. Ids stay, unless they name a child."""

    def __init__(self, document: Mapping[str, object]) -> None:
        """Learn the names of *document*, a matter or the record of one, valid or not."""
        people = _table(document, "people")
        if isinstance(listed := document.get("people"), list):
            people = {str(index): person for index, person in enumerate(listed)}
        self._ids = frozenset(people)
        self._names = [name for person in people.values() if (name := _name_of(person))]
        self._children = {
            word
            for child in protected_names({**document, "people": people})
            for name in child.names
            for word in ("".join(name), *name)
            if len(word) >= _SHORTEST or len(name) == 1
        }

    def quote(self, text: str) -> str:
        """Return *text* in double quotes, short, on one line and without names."""
        if text not in self._ids:
            for name in self._names:
                text = re.sub(re.escape(name), STAND_IN, text, flags=re.IGNORECASE)
                for word in re.findall(rf"[^\W\d_]{{{_SHORTEST},}}", name):
                    # A name's words are written with a capital; in small letters it is an id.
                    text = re.sub(rf"\b{re.escape(word)}\b", STAND_IN, text)
        text = self.path(text).replace('"', "'")
        shown = "".join(
            each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text
        )
        return f'"{shown}"' if len(shown) <= _LONGEST else f'"{shown[:_LONGEST]}..."'

    def path(self, text: str) -> str:
        """Return a pointer, a place or an id that names no child."""
        return _scrub(text, self._children)


def _scrub(text: str, wanted: set[str]) -> str:
    """Replace each word of *text* that is one of *wanted* once folded."""

    def replace(match: re.Match[str]) -> str:
        parts = _CAMEL.sub(" ", match.group())
        return STAND_IN if wanted & {*_words(match.group()), *_words(parts)} else match.group()

    return re.sub(r"[^\W\d_]+", replace, text) if wanted else text


def _names(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the whole of a name, and each word of it that can give somebody away."""
    words = _words(text)
    letters = sum(map(len, words))
    if letters > 1 and not set(words) <= _NOT_NAMES and not _is_initials(words):
        yield words
    for word in words:
        if (len(word) >= _SHORTEST and word not in _NOT_NAMES) or _runs_on(word):
            yield (word,)


def _is_initials(words: tuple[str, ...]) -> bool:
    return all(len(word) == 1 or word in _NOT_NAMES for word in words)


def _words(text: str) -> tuple[str, ...]:
    """Return the words of *text*, folded so that case and accents do not matter."""
    decomposed = unicodedata.normalize("NFKD", text).casefold().translate(_PLAIN)
    plain = "".join(each for each in decomposed if not "\u0300" <= each <= "\u036f")
    spaced = "".join(each if unicodedata.category(each)[0] in "LM" else " " for each in plain)
    return tuple(spaced.split())


def _contains(words: tuple[str, ...], name: tuple[str, ...]) -> bool:
    if len(name) == 1 and _runs_on(name[0]):
        return any(name[0] in word for word in words)
    if len(name) > 1 and "".join(name) in words:
        return True
    ends = range(len(name), len(words) + 1)
    return any(words[end - len(name) : end] == name for end in ends)


def _runs_on(word: str) -> bool:
    """Tell whether the script sets words without spaces, so that a name has no edges."""
    return len(word) > 1 and all(
        "\u0e00" <= each <= "\u0eff" or "\u3040" <= each <= "\u9fff" or each >= "\U00020000"
        for each in word
    )


def _name_of(person: object) -> str | None:
    name = person.get("name") if isinstance(person, Mapping) else person
    return name if isinstance(name, str) and name.strip() else None


def _is_child(person: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(person, Mapping) and person.get("child") in (True, "yes")


def _table(document: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = document.get(key)
    return value if isinstance(value, Mapping) else {}
