"""Names and other small things that every slice uses."""

from __future__ import annotations

from typing import Annotated, NewType

import strawberry

from graph_model import names
from graph_model.errors import InvalidInput

BigInt = NewType("BigInt", int)
BIG_INT = strawberry.scalar(
    name="BigInt", description="A whole number of any size, as a JSON number.", serialize=int, parse_value=int
)

Partition = Annotated[
    str, strawberry.argument(description="Partition key, like 2013-01-05; empty where there are no partitions.")
]
Search = Annotated[str | None, strawberry.argument(description="A part of `namespace/name`, in any case.")]


@strawberry.interface(description="Anything that has an id of its own.")
class Node:
    id: strawberry.ID


@strawberry.type(description="Namespace and name, spelled as OpenLineage spells them.")
class QualifiedName:
    namespace: str
    name: str

    @classmethod
    def of(cls, name: names.Name) -> QualifiedName:
        return cls(namespace=name.namespace, name=name.name)

    def to_name(self) -> names.Name:
        return names.Name(self.namespace, self.name)


@strawberry.input(description="Namespace and name of a dataset, job or consumer.")
class NameInput:
    namespace: str
    name: str

    def to_name(self) -> names.Name:
        """Raises InvalidInput for an empty part."""
        return to_name(self.namespace, self.name)


def to_name(namespace: str, name: str) -> names.Name:
    if not namespace or not name:
        raise InvalidInput("name", "namespace and name must not be empty")
    return names.Name(namespace, name)
