"""Lists of plain objects are completed at once, instead of field by field.

The executor of graphql-core looks at every field of every element anew: a path, an info, a resolver, a check whether
the result can be awaited. For an object whose fields only read attributes that is nearly all of the time which a large
answer takes. So what is asked of such a list is compiled once, and each element is read by it. Whatever is not plain —
a resolver of our own, an argument, a union, a value that is not what the schema says — goes the usual way, which is
also the one that knows how to tell what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLString,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

Read = Callable[[Any], Any]
"""From an element, or a value of it, to what is sent."""

_AS_THEY_ARE: dict[str, type] = {GraphQLString.name: str, GraphQLID.name: str, GraphQLBoolean.name: bool}


class NotPlain(Exception):
    """This value goes the usual way."""


class PlainListExecutor(StrawberryGraphQLCoreExecutionContext):
    """The executor of Strawberry with a short cut for lists of plain objects."""

    def complete_list_value(
        self,
        return_type: GraphQLList[Any],
        field_details_list: Any,
        info: Any,
        path: Any,
        result: Any,
        position_context: Any,
    ) -> Any:
        if isinstance(result, list | tuple):
            read = self._plain(return_type.of_type, field_details_list)
            if read is not None:
                try:
                    return [read(item) for item in result]
                except Exception:  # noqa: BLE001, S110  the usual way meets it again, and tells where it is
                    pass
        return super().complete_list_value(return_type, field_details_list, info, path, result, position_context)

    def _plain(self, wanted: Any, details: Any) -> Read | None:
        """How to read an element of type `wanted`, or None: it is not plain."""
        inner = wanted.of_type if isinstance(wanted, GraphQLNonNull) else wanted
        if not isinstance(inner, GraphQLObjectType):
            return None
        try:
            return self._read_of(wanted, details)
        except NotPlain:
            return None

    def _read_of(self, wanted: Any, details: Any) -> Read:
        if isinstance(wanted, GraphQLNonNull):
            return _never_null(self._read_of(wanted.of_type, details))
        if isinstance(wanted, GraphQLScalarType | GraphQLEnumType):
            return _or_null(_leaf(wanted))
        if isinstance(wanted, GraphQLList):
            return _or_null(_each(self._read_of(wanted.of_type, details), _exact(wanted.of_type)))
        if isinstance(wanted, GraphQLObjectType):
            return _or_null(self._object(wanted, details))
        raise NotPlain

    def _object(self, wanted: GraphQLObjectType, details: Any) -> Read:
        found = self.collect_subfields(wanted, details)
        if found.new_defer_usages or found.forbidden_directive_instances:
            raise NotPlain
        plan = [self._field(wanted, name, details) for name, details in found.grouped_field_set.items()]
        is_type_of = wanted.is_type_of

        def read(item: Any) -> dict[str, Any]:
            if is_type_of is not None and is_type_of(item, None) is not True:  # pyright: ignore[reportArgumentType]
                raise NotPlain
            sent = {}
            for name, attribute, exact, complete in plan:
                value = getattr(item, attribute)
                sent[name] = value if type(value) is exact else complete(value)
            return sent

        return read

    def _field(self, parent: GraphQLObjectType, name: str, details: Any) -> tuple[str, str, type | None, Read]:
        """How a field is called in the answer and in the object, the type that is sent as it is, and how others are."""
        field_name = details[0].node.name.value
        if field_name == "__typename":
            return name, "__class__", None, lambda _: parent.name
        field = self.schema.get_field(parent, field_name)
        if field is None or field.args or not getattr(field.resolve, "_is_default", False):
            raise NotPlain
        attribute = field.extensions["strawberry-definition"].python_name
        return name, attribute, _exact(field.type), self._read_of(field.type, details)


def _exact(wanted: Any) -> type | None:
    """The Python type whose values are sent as they are, without being looked at."""
    inner = wanted.of_type if isinstance(wanted, GraphQLNonNull) else wanted
    return _AS_THEY_ARE.get(inner.name) if isinstance(inner, GraphQLScalarType) else None


def _leaf(wanted: GraphQLScalarType | GraphQLEnumType) -> Read:
    coerce = wanted.coerce_output_value

    def read(value: Any) -> Any:
        sent = coerce(value)
        if sent is None:
            raise NotPlain
        return sent

    return read


def _each(read: Read, exact: type | None) -> Read:
    def read_all(values: Iterable[Any]) -> list[Any]:
        if not isinstance(values, list | tuple):
            raise NotPlain
        return [value if type(value) is exact else read(value) for value in values]

    return read_all


def _or_null(read: Read) -> Read:
    return lambda value: None if value is None else read(value)


def _never_null(read: Read) -> Read:
    def read_one(value: Any) -> Any:
        sent = read(value)
        if sent is None:
            raise NotPlain
        return sent

    return read_one
