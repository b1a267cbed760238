"""Search: datasets, jobs and consumers by what is said of them."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from app.graphql.context import Info
from app.graphql.errors import InvalidInputError
from app.graphql.names import Node, QualifiedName
from app.graphql.nodes import find_node
from app.graphql.paging import First
from graph_model.search import entities
from graph_model.search.find import search as find


@strawberry.enum(description="What can be searched for.")
class SearchKind(Enum):
    DATASET = "dataset"
    JOB = "job"
    CONSUMER = "consumer"


@strawberry.enum(description="Where a word of the search stands.")
class SearchField(Enum):
    NAME = "name"
    COLUMN = "column"
    TAG = "tag"
    DOMAIN = "domain"
    OWNER = "owner"
    NAMESPACE = "namespace"
    DESCRIPTION = "description"


@strawberry.type(description="Where words of the search stand, and the text there, shortened around the word.")
class SearchWhy:
    field: SearchField
    snippet: str
    almost: bool = strawberry.field(description="The word is not quite the one that stands there.")


@strawberry.type(description="One thing that answers every word.")
class SearchHit:
    kind: SearchKind
    name: QualifiedName
    why: list[SearchWhy] = strawberry.field(description="The best place for each word, the best first.")
    thing: strawberry.Private[entities.Thing]

    @strawberry.field(description="The dataset, job or consumer; null: it went away meanwhile.")
    async def node(self, info: Info) -> Node | None:
        return await find_node(info, self.thing.id)

    @classmethod
    def of(cls, found: entities.Hit) -> SearchHit:
        return cls(
            kind=SearchKind(found.thing.kind),
            name=QualifiedName.of(found.thing.name),
            why=[SearchWhy(field=SearchField(w.field), snippet=w.snippet, almost=w.almost) for w in found.why],
            thing=found.thing,
        )


@strawberry.type(
    description="What was found, the best first: exact names, starts of names, words in names, columns, the rest."
)
class SearchPayload:
    hits: list[SearchHit]
    is_complete: bool = strawberry.field(description="False: there is more; write one more word.")


SearchResult = Annotated[SearchPayload | InvalidInputError, strawberry.union("SearchResult")]


@strawberry.type
class SearchQuery:
    @strawberry.field(
        description="The things declared now that say every word of `text` in a name, column, tag, domain, owner or "
        "description. Where nothing is called so, names that are almost so count as well. No word: nothing."
    )
    async def search(
        self, info: Info, text: str, kinds: list[SearchKind] | None = None, first: First = 20
    ) -> SearchResult:
        wanted: tuple[entities.Kind, ...] = tuple(
            known for known in entities.KINDS if kinds is None or SearchKind(known) in kinds
        )
        found = await info.context.ask(find, text, kinds=wanted, first=first)
        return SearchPayload(hits=[SearchHit.of(hit) for hit in found.hits], is_complete=found.is_complete)
