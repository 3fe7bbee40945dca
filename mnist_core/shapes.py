"""Checks values that were read from JSON against type hints, once, so that all code behind may rely on the hints.

The hints are the code's own: `TypedDict`s, dataclasses and the types of their members.
"""

from collections.abc import Mapping, Set
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints, is_typeddict

T = TypeVar("T")

WORDS = {str: "a text", bool: "true or false", int: "a whole number", float: "a number", NoneType: "null"}


class Misshapen(ValueError):
    """A value has another shape; the message says where, and what was expected."""


def conform(value: Any, hint: type[T], where: str = "") -> T:
    """Converts a value from JSON to the type that a hint describes.

    Args:
        value: as `json` returns it.
        hint: one of JSON's own types, a list, tuple or dict of such, a `TypedDict`, a dataclass, a literal, or a union
            of these. A `TypedDict`'s value may have more members than are named; a dataclass's may lack those that
            have a default.
        where: the path to the value, for the error message.

    Returns:
        The value, with dictionaries as dataclasses and lists as tuples where the hint has these.

    Raises:
        Misshapen: the value does not have this type.
    """
    made: T = _conform(value, hint, where)
    return made


def renamed(values: Mapping[str, Any], older_names: Mapping[str, str]) -> dict[str, Any]:
    """Returns values under the names of today.

    Args:
        values: as a file has them, maybe of an earlier version.
        older_names: for each name of an earlier version today's.
    """
    return {older_names.get(name, name): value for name, value in values.items()}


def _conform(value: Any, hint: Any, where: str) -> Any:
    origin, parts = get_origin(hint), get_args(hint)
    if hint is Any:
        return value
    if origin in (Union, UnionType):
        return _one_of(value, parts, where)
    if origin is Literal:
        if value not in parts:
            raise _wrong(where, f"one of {', '.join(map(str, parts))}")
        return value
    if origin is list:
        return [_conform(item, parts[0], f"{where}[{index}]") for index, item in enumerate(_is(value, list, where))]
    if origin is tuple:
        items = _is(value, list, where)
        if parts[1:] == (...,):
            parts = (parts[0],) * len(items)
        if len(items) != len(parts):
            raise _wrong(where, f"a list of {len(parts)}")
        pairs = zip(items, parts, strict=True)
        return tuple(_conform(item, part, f"{where}[{index}]") for index, (item, part) in enumerate(pairs))
    if origin is dict:
        return {name: _conform(item, parts[1], _within(where, name)) for name, item in _is(value, dict, where).items()}
    if is_typeddict(hint):
        return _is(value, dict, where) | _members(value, get_type_hints(hint), hint.__required_keys__, where)
    if isinstance(hint, type) and is_dataclass(hint):
        hints = get_type_hints(hint)
        members = {field.name: hints[field.name] for field in fields(hint)}
        for name in sorted(_is(value, dict, where).keys() - members.keys()):
            raise Misshapen(f"{_within(where, name)} is unknown")
        required = {field.name for field in fields(hint) if field.default is field.default_factory is MISSING}
        return hint(**_members(value, members, required, where))
    number = hint is float and type(value) is int
    if type(value) is not hint and not number:
        raise _wrong(where, WORDS[hint])
    return value


def _members(value: dict[str, Any], hints: dict[str, Any], required: Set[str], where: str) -> dict[str, Any]:
    for name in sorted(required - value.keys()):
        raise Misshapen(f"{_within(where, name)} is missing")
    return {name: _conform(value[name], hint, _within(where, name)) for name, hint in hints.items() if name in value}


def _one_of(value: Any, hints: tuple[Any, ...], where: str) -> Any:
    complaint: Misshapen | None = None
    for hint in hints:
        try:
            return _conform(value, hint, where)
        except Misshapen as error:
            complaint = error
    raise complaint or _wrong(where, "nothing")


def _is(value: Any, kind: type, where: str) -> Any:
    if not isinstance(value, kind):
        raise _wrong(where, "a list" if kind is list else "an object")
    return value


def _within(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _wrong(where: str, expected: str) -> Misshapen:
    return Misshapen(f"{where or 'it'} should be {expected}")
