"""Refuses documents that would cost too much, before anything of them runs.

Each fragment is measured once and remembered, so measuring takes time in proportion to the text, while what is
measured is the document with every fragment unfolded. (Walking the spreads instead takes time in proportion to the
unfolded document: eighty short fragments that each spread the next one twice would keep a server busy for ever.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
)
from graphql.utilities.coerce_input_value import coerce_default_value
from strawberry.extensions import SchemaExtension

# A list without `first` is taken to have this many elements.
UNKNOWN_LENGTH = 10
# Selections inside of each other, those of fragments too. What goes deeper is not looked at: Python's stack is finite.
MOST_NESTED = 60


@dataclass(frozen=True, slots=True)
class Limits:
    """`weights` and `most` are by `Type.field`: what asking for it costs (else 1), and its largest `first`."""

    depth: int = 12
    aliases: int = 30
    root_fields: int = 10
    cost: int = 20_000
    first: int = 200
    weights: Mapping[str, int] = field(default_factory=dict)
    most: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measure:
    """Of a selection, unfolded. `fields` counts its own level only."""

    depth: int = 0
    aliases: int = 0
    cost: int = 0
    fields: int = 0

    def __add__(self, other: Measure) -> Measure:
        """Both beside each other."""
        return Measure(
            max(self.depth, other.depth),
            self.aliases + other.aliases,
            self.cost + other.cost,
            self.fields + other.fields,
        )


def check(
    schema: GraphQLSchema,
    document: DocumentNode,
    *,
    operation_name: str | None,
    variables: Mapping[str, Any] | None,
    limits: Limits,
) -> list[GraphQLError]:
    """What is too much about a valid document; empty when nothing is."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    asked = [node for node in operations if operation_name is None or (node.name and node.name.value == operation_name)]
    meter = _Meter(schema, document, limits, variables or {})
    problems = [problem for operation in asked for problem in meter.problems(operation)]
    return [GraphQLError(problem, extensions={"code": "TOO_COMPLEX"}) for problem in problems]


class LimitsExtension(SchemaExtension):
    """Place it after the extension that validates: it looks at valid documents only."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self.limits = limits

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        if not context.pre_execution_errors and context.graphql_document is not None:
            context.pre_execution_errors = check(
                context.schema._schema,  # noqa: SLF001  Strawberry gives no other way to the schema that it runs
                context.graphql_document,
                operation_name=context.operation_name,
                variables=context.variables,
                limits=self.limits,
            )
        yield


class _Meter:
    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, limits: Limits, variables: Mapping[str, Any]
    ) -> None:
        self._schema, self._limits, self._variables = schema, limits, dict(variables)
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._known: dict[tuple[str, bool], Measure] = {}
        self._first_problems: dict[str, str] = {}
        self._open = 0

    def problems(self, operation: OperationDefinitionNode) -> list[str]:
        for definition in operation.variable_definitions or ():
            if isinstance(definition.default_value, IntValueNode):
                self._variables.setdefault(definition.variable.name.value, int(definition.default_value.value))
        root = self._schema.get_root_type(operation.operation)
        found = self._selections(operation.selection_set, root, paged=False)
        limits = self._limits
        compared = (
            ("levels of fields", found.depth, limits.depth),
            ("aliases", found.aliases, limits.aliases),
            ("fields at the top", found.fields, limits.root_fields),
            ("points of cost", found.cost, limits.cost),
        )
        over = [
            f"this asks for {_number(value)} {what}; {most} is the most"
            for what, value, most in compared
            if value > most
        ]
        return over + list(self._first_problems.values())

    def _selections(self, selections: SelectionSetNode, parent: GraphQLNamedType | None, *, paged: bool) -> Measure:
        if self._open > MOST_NESTED:
            return Measure(depth=self._limits.depth + 1)
        self._open += 1
        total = Measure()
        for node in selections.selections:
            total += self._selection(node, parent, paged=paged)
        self._open -= 1
        return total

    def _selection(self, node: SelectionNode, parent: GraphQLNamedType | None, *, paged: bool) -> Measure:
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value, paged=paged)
        if isinstance(node, InlineFragmentNode):
            narrowed = self._schema.get_type(node.type_condition.name.value) if node.type_condition else parent
            return self._selections(node.selection_set, narrowed, paged=paged)
        assert isinstance(node, FieldNode)
        return self._field(node, parent, paged=paged)

    def _fragment(self, name: str, *, paged: bool) -> Measure:
        key = (name, paged)
        if key not in self._known:
            self._known[key] = Measure()  # stands in while it is measured; a valid document has no cycles
            fragment = self._fragments[name]
            narrowed = self._schema.get_type(fragment.type_condition.name.value)
            self._known[key] = self._selections(fragment.selection_set, narrowed, paged=paged)
        return self._known[key]

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, *, paged: bool) -> Measure:
        aliases = 1 if node.alias else 0
        defined = (
            parent.fields.get(node.name.value) if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else None
        )
        if node.selection_set is None or parent is None:
            return Measure(1, aliases, self._weight(node, parent, default=0), 1)
        if defined is None:  # introspection, whose depth the standard rules limit
            inner = self._selections(node.selection_set, None, paged=False)
            return Measure(1, aliases + inner.aliases, 1, 1)
        first = self._first(node, defined, parent)
        inner = self._selections(node.selection_set, get_named_type(defined.type), paged=first is not None)
        times = first if first is not None else _length(defined, paged=paged)
        cost = self._weight(node, parent, default=1) + times * inner.cost
        return Measure(1 + inner.depth, aliases + inner.aliases, cost, 1)

    def _weight(self, node: FieldNode, parent: GraphQLNamedType | None, *, default: int) -> int:
        return self._limits.weights.get(f"{parent.name}.{node.name.value}", default) if parent else default

    def _first(self, node: FieldNode, defined: GraphQLField, parent: GraphQLNamedType) -> int | None:
        """How many elements the field may give; None: it takes no `first`. Remembers one that is out of range."""
        if "first" not in defined.args:
            return None
        place = f"{parent.name}.{node.name.value}"
        most = self._limits.most.get(place, self._limits.first)
        default = coerce_default_value(defined.args["first"])
        given = next((argument.value for argument in node.arguments or () if argument.name.value == "first"), None)
        value = self._integer(given, default if isinstance(default, int) else most)
        if value is None:  # not a number: the execution will say so
            return most
        if not 1 <= value <= most:
            self._first_problems[place] = f"{place}: first is {_number(value)}; it goes from 1 to {most}"
        return max(value, 1)

    def _integer(self, node: ValueNode | None, default: int) -> int | None:
        if node is None or isinstance(node, NullValueNode):
            return default
        if isinstance(node, IntValueNode):
            return int(node.value)
        value = self._variables.get(node.name.value, Undefined) if isinstance(node, VariableNode) else None
        if value is Undefined:
            return default
        return value if isinstance(value, int) and not isinstance(value, bool) else None


def _length(defined: GraphQLField, *, paged: bool) -> int:
    kind = defined.type.of_type if isinstance(defined.type, GraphQLNonNull) else defined.type
    return UNKNOWN_LENGTH if isinstance(kind, GraphQLList) and not paged else 1


def _number(value: int) -> str:
    """Unfolded, a short document can have a number of fields with hundreds of digits."""
    return str(value) if value < 10**9 else "more than a billion"
