# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which rules of a schema a document breaks, and none that only seem broken.

Where a schema allows several shapes, jsonschema reports every shape that does not fit. Here the
shape that was meant is chosen by the kind of the value (text, table, list) and only its own
failures are kept, however deep they lie.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.matterfile.pointer import Path

if TYPE_CHECKING:
    from jsonschema import ValidationError

#: Of several failures in the form of one text, the first of these is enough.
_FORM = ("type", "enum", "minLength", "maxLength", "pattern", "not")
_CHOICES = ("anyOf", "oneOf")


@frozen(kw_only=True)
class Failure:
    """One broken rule: the schema's *keyword* with its *limit*, inside *rule*, broken by *value*.

    `is_key` is True where `value` is the name of a key and `path` that of its table. `choices`
    holds what was wanted, where `value` has none of the kinds that are allowed.
    """

    path: Path
    keyword: str
    limit: Any
    value: Any
    rule: Mapping[str, Any]
    is_key: bool = False
    choices: tuple[Failure, ...] = ()

    @property
    def title(self) -> str:
        """What the schema calls a value that fits."""
        return str(self.rule.get("title", "a value that fits"))

    @property
    def speaks_for_itself(self) -> bool:
        """True where the rule's title is a whole sentence that says what is wrong."""
        return (
            self.keyword in ("not", *_CHOICES)
            and "title" in self.rule
            and "type" not in self.rule
            and not self.is_key
        )


def failures(errors: Iterable[ValidationError]) -> tuple[Failure, ...]:
    """Return what is really wrong, in the order of *errors*."""
    deep = [_failure(each) for error in errors for each in _deepest(error)]
    best: dict[tuple[Path, str | None], int] = {}
    for failure in filter(_is_of_form, deep):
        rank = _FORM.index(failure.keyword)
        best[_spot(failure)] = min(rank, best.get(_spot(failure), rank))
    return tuple(
        each
        for each in deep
        if not _is_of_form(each) or _FORM.index(each.keyword) == best[_spot(each)]
    )


def _is_of_form(failure: Failure) -> bool:
    return failure.keyword in _FORM and not failure.speaks_for_itself


def _spot(failure: Failure) -> tuple[Path, str | None]:
    return failure.path, str(failure.value) if failure.is_key else None


def _deepest(error: ValidationError) -> Iterator[ValidationError]:
    """Yield the errors of the shape that was meant, or the error itself."""
    if error.validator not in _CHOICES or _has_title(error):
        yield error
        return
    shapes: dict[object, list[ValidationError]] = {}
    for each in error.context or ():
        shapes.setdefault(each.relative_schema_path[0], []).append(each)
    fitting = [shape for shape in shapes.values() if not any(map(_is_other_kind, shape))]
    if not fitting:
        yield error
        return
    for each in min(fitting, key=len):
        yield from _deepest(each)


def _is_other_kind(error: ValidationError) -> bool:
    return error.validator == "type" and not error.relative_path


def _has_title(error: ValidationError) -> bool:
    return isinstance(error.schema, Mapping) and "title" in error.schema


def _failure(error: ValidationError) -> Failure:
    return Failure(
        path=tuple(error.absolute_path),
        keyword=str(error.validator),
        limit=error.validator_value,
        value=error.instance,
        rule=error.schema if isinstance(error.schema, Mapping) else {},
        is_key="propertyNames" in list(error.absolute_schema_path)[-3:],
        choices=tuple(_failure(each) for each in error.context or () if _is_other_kind(each)),
    )
