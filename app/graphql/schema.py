"""The schema: one slice per subject, and what protects it."""

from __future__ import annotations

from functools import cache
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.extensions import MaxTokensLimiter, ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from app.graphql.audit import AuditQuery
from app.graphql.bad_versions import BadVersionMutation, BadVersionQuery
from app.graphql.consumers import ConsumerQuery
from app.graphql.dataset_names import NamesMutation, NamesQuery
from app.graphql.datasets import DatasetQuery
from app.graphql.errors import HANDLERS, presentable
from app.graphql.execution import PlainListExecutor
from app.graphql.forecast import ForecastQuery
from app.graphql.holds import HoldMutation, HoldQuery
from app.graphql.impact import ImpactQuery
from app.graphql.interventions import InterventionMutation
from app.graphql.jobs import JobQuery
from app.graphql.limits import Limits, LimitsExtension
from app.graphql.lineage import MOST_NODES, MOST_PATHS, LineageQuery
from app.graphql.names import BIG_INT, BigInt
from app.graphql.nodes import NodeQuery
from app.graphql.observed_runs import ObservedRunQuery
from app.graphql.orders import OrderMutation, OrderQuery
from app.graphql.pools import PoolQuery
from app.graphql.quarantine import QuarantineMutation, QuarantineQuery
from app.graphql.questions import QuestionMutation, QuestionQuery
from app.graphql.readiness import ReadinessQuery
from app.graphql.reads import ReadMutation
from app.graphql.registration import RegistrationMutation
from app.graphql.rereading import RereadMutation
from app.graphql.retirement import RetirementQuery
from app.graphql.runs import RunQuery
from app.graphql.search import SearchQuery
from app.graphql.versions import VersionMutation, VersionQuery

MOST_TOKENS = 2000
CACHED_DOCUMENTS = 512
LIMITS = Limits(
    weights={
        "Query.lineage": 50,
        "Query.lineagePaths": 500,
        "Query.lineageDiff": 500,
        "Query.impact": 500,
        "Query.forecast": 1000,
        "Query.forecastDelay": 1000,
        "Query.readiness": 20,
        "Query.pools": 100,
        "Query.tainted": 500,
        "Query.badVersion": 500,
        "Query.replayPlan": 500,
        "Query.retirement": 500,
        "Query.search": 200,
        "Mutation.reportVersion": 500,
        "Mutation.reportRead": 200,
        "Version.readers": 20,
        "Mutation.hold": 500,
        "Mutation.release": 500,
        "Mutation.cancelRun": 500,
        "Mutation.replay": 500,
        "Mutation.revalidate": 500,
        "Mutation.run": 500,
        "Mutation.changeOrder": 500,
        "Mutation.restart": 500,
        "Query.order": 100,
        "Query.orders": 100,
        "Order.forecast": 100,
        "Order.steps": 20,
        "OrderConnection.totalCount": 50,
        "Mutation.startReplay": 500,
        "Mutation.cancelReplay": 500,
        "Mutation.quarantine": 500,
        "Mutation.checkVersion": 500,
        "Mutation.releaseVersion": 500,
        "Mutation.answer": 500,
        "Mutation.holdNamesApart": 500,
        "Mutation.rejoinNames": 500,
        "Query.nameDoubts": 200,
        "Dataset.knownNames": 20,
        "Mutation.registerDataset": 500,
        "Mutation.unregisterDataset": 500,
        "Dataset.schemaHistory": 100,
        "DatasetConnection.totalCount": 50,
        "JobConnection.totalCount": 50,
        "ConsumerConnection.totalCount": 50,
        "RunConnection.totalCount": 100,
        "VersionConnection.totalCount": 50,
    },
    most={"Query.lineage": MOST_NODES, "Query.lineageDiff": MOST_NODES, "Query.lineagePaths": MOST_PATHS},
)


@strawberry.type
class Query(
    NodeQuery,
    DatasetQuery,
    JobQuery,
    ConsumerQuery,
    RunQuery,
    ObservedRunQuery,
    VersionQuery,
    LineageQuery,
    ImpactQuery,
    ForecastQuery,
    ReadinessQuery,
    AuditQuery,
    HoldQuery,
    PoolQuery,
    QuarantineQuery,
    QuestionQuery,
    SearchQuery,
    NamesQuery,
    BadVersionQuery,
    RetirementQuery,
    OrderQuery,
):
    pass


@strawberry.type
class Mutation(
    VersionMutation,
    ReadMutation,
    HoldMutation,
    InterventionMutation,
    QuarantineMutation,
    QuestionMutation,
    RegistrationMutation,
    RereadMutation,
    NamesMutation,
    BadVersionMutation,
    OrderMutation,
):
    pass


class HeadwaterSchema(strawberry.Schema):
    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Every error on its way out passes here once. The list is the one that is sent, so it is changed in place."""
        errors[:] = presentable(errors)


@cache
def build_schema() -> HeadwaterSchema:
    """The schema of the process; it holds no state of its own."""
    extensions: list[Any] = [
        lambda: MaxTokensLimiter(max_token_count=MOST_TOKENS),
        lambda: ParserCache(maxsize=CACHED_DOCUMENTS),
        lambda: ValidationCache(maxsize=CACHED_DOCUMENTS),
        lambda: LimitsExtension(LIMITS),  # after the validation, whose result it reads
    ]
    return HeadwaterSchema(
        query=Query,
        mutation=Mutation,
        extensions=extensions,
        exception_handlers=HANDLERS,
        execution_context_class=PlainListExecutor,
        config=StrawberryConfig(scalar_map={BigInt: BIG_INT}),
    )
