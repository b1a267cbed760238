"""What may be asked about: one input type for each kind of change."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import strawberry

from app.graphql.names import NameInput
from app.services import moment
from graph_model.errors import InvalidInput
from graph_model.impact import entities
from graph_model.impact.between.now import completed
from graph_model.schemas.types import NotAType, parse
from graph_model.store.graph import Graph


@strawberry.input
class AddColumnInput:
    dataset: NameInput
    column: str
    type: str = "unknown"
    nullable: bool = True
    default: str | None = None
    position: int | None = strawberry.field(default=None, description="From 0 on; without one it comes last.")

    def to_change(self) -> entities.Change:
        if self.position is not None and self.position < 0:
            raise InvalidInput("position", "it counts from 0")
        added = (_type(self.type), self.nullable, self.default, self.position)
        return entities.AddColumn(self.dataset.to_name(), self.column, *added)


@strawberry.input
class DropColumnInput:
    dataset: NameInput
    column: str

    def to_change(self) -> entities.Change:
        return entities.DropColumn(self.dataset.to_name(), self.column)


@strawberry.input
class RenameColumnInput:
    dataset: NameInput
    column: str
    to: str

    def to_change(self) -> entities.Change:
        return entities.RenameColumn(self.dataset.to_name(), self.column, self.to)


@strawberry.input
class RetypeColumnInput:
    dataset: NameInput
    column: str
    type: str

    def to_change(self) -> entities.Change:
        return entities.RetypeColumn(self.dataset.to_name(), self.column, _type(self.type))


@strawberry.input
class ReorderColumnsInput:
    dataset: NameInput
    columns: list[str] = strawberry.field(description="All columns, in their new order.")

    def to_change(self) -> entities.Change:
        return entities.ReorderColumns(self.dataset.to_name(), tuple(self.columns))


@strawberry.input
class ChangeNullabilityInput:
    dataset: NameInput
    column: str
    nullable: bool

    def to_change(self) -> entities.Change:
        return entities.ChangeNullability(self.dataset.to_name(), self.column, self.nullable)


@strawberry.input
class ChangeKeyInput:
    dataset: NameInput
    columns: list[str] = strawberry.field(description="What is unique together from now on; empty: nothing is.")

    def to_change(self) -> entities.Change:
        return entities.ChangeKey(self.dataset.to_name(), tuple(self.columns))


@strawberry.input
class ChangeAllowedValuesInput:
    dataset: NameInput
    column: str
    after: list[str] | None = strawberry.field(description="The values that may occur from now on; null: any.")
    before: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="Those that may occur now; as the contract says, if left out."
    )

    def to_change(self) -> entities.Change:
        before, after = (tuple(values) if values else None for values in (self.before, self.after))
        return entities.ChangeAllowedValues(self.dataset.to_name(), self.column, before, after)


@strawberry.input
class ChangeMeaningInput:
    dataset: NameInput
    column: str
    meaning: str

    def to_change(self) -> entities.Change:
        return entities.ChangeMeaning(self.dataset.to_name(), self.column, self.meaning)


@strawberry.input
class ChangeDefaultInput:
    dataset: NameInput
    column: str
    default: str | None = strawberry.field(description="What rows get that say nothing; null: nothing.")

    def to_change(self) -> entities.Change:
        return entities.ChangeDefault(self.dataset.to_name(), self.column, self.default)


@strawberry.input
class DropDatasetInput:
    dataset: NameInput

    def to_change(self) -> entities.Change:
        return entities.DropDataset(self.dataset.to_name())


@strawberry.input
class RenameDatasetInput:
    dataset: NameInput
    to: NameInput

    def to_change(self) -> entities.Change:
        return entities.RenameDataset(self.dataset.to_name(), self.to.to_name())


@strawberry.input
class FormatOptionInput:
    name: str
    after: str | None = strawberry.field(description="Its value from now on; null: it is not said any more.")
    before: str | None = strawberry.field(default=None, description="Its value now; as declared, if left out.")


@strawberry.input
class ChangeFormatInput:
    dataset: NameInput
    format: str | None = strawberry.field(default=None, description="Null: it stays.")
    options: list[FormatOptionInput] = strawberry.field(default_factory=list)

    def to_change(self) -> entities.Change:
        if self.format is None and not self.options:
            raise InvalidInput("changeFormat", "name another format, or an option")
        options = tuple((one.name, one.before, one.after) for one in self.options)
        return entities.ChangeFormat(self.dataset.to_name(), self.format, options)


@strawberry.input
class MoveDatasetInput:
    dataset: NameInput
    location: str | None = strawberry.field(description="Null: it has no fixed place any more.")

    def to_change(self) -> entities.Change:
        return entities.MoveDataset(self.dataset.to_name(), self.location)


@strawberry.input
class RepartitionInput:
    dataset: NameInput
    after: str | None = strawberry.field(description="The unit of its partitions, such as day; null: it has none.")

    def to_change(self) -> entities.Change:
        return entities.Repartition(self.dataset.to_name(), None, self.after)


@strawberry.input
class ChangeTermInput:
    dataset: NameInput
    term: str = strawberry.field(description="A service level of the contract, such as freshness.")
    after: str | None = strawberry.field(description="Such as `2 days`; null: it is promised no more.")
    before: str | None = strawberry.field(default=strawberry.UNSET, description="As the contract says, if left out.")
    weaker: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether it promises less; found out, if left out."
    )

    def to_change(self) -> entities.Change:
        before, weaker = self.before or None, self.weaker
        is_weaker = weaker if isinstance(weaker, bool) else True
        return entities.ChangeTerm(self.dataset.to_name(), self.term, before, self.after, is_weaker)


@strawberry.input
class ChangeJobInput:
    job: NameInput
    sql: str | None = strawberry.field(default=None, description="Its new statement; null: it may compute anything.")

    def to_change(self) -> entities.Change:
        return entities.ChangeJob(self.job.to_name(), self.sql)


@strawberry.input
class RetireJobInput:
    job: NameInput

    def to_change(self) -> entities.Change:
        return entities.RetireJob(self.job.to_name())


@strawberry.input
class RetireConsumerInput:
    consumer: NameInput

    def to_change(self) -> entities.Change:
        return entities.RetireConsumer(self.consumer.to_name())


@strawberry.input
class DelayInput:
    dataset: NameInput
    until: datetime
    partition: str = strawberry.field(default="", description="Empty: the next one that is due.")

    def to_change(self) -> entities.Change:
        until = moment(self.until, field="until")
        if until is None:
            raise InvalidInput("until", "say a time")
        return entities.Delay(self.dataset.to_name(), self.partition, until)


@strawberry.input
class BadVersionInput:
    version: strawberry.ID
    columns: list[str] = strawberry.field(default_factory=list, description="Those that are wrong; empty: all may be.")

    def to_change(self) -> entities.Change:
        return entities.BadVersion(str(self.version), tuple(self.columns))


@strawberry.input(one_of=True, description="One change; exactly one of the fields is given.")
class ChangeInput:
    add_column: AddColumnInput | None = strawberry.UNSET
    drop_column: DropColumnInput | None = strawberry.UNSET
    rename_column: RenameColumnInput | None = strawberry.UNSET
    retype_column: RetypeColumnInput | None = strawberry.UNSET
    reorder_columns: ReorderColumnsInput | None = strawberry.UNSET
    change_nullability: ChangeNullabilityInput | None = strawberry.UNSET
    change_key: ChangeKeyInput | None = strawberry.UNSET
    change_allowed_values: ChangeAllowedValuesInput | None = strawberry.UNSET
    change_meaning: ChangeMeaningInput | None = strawberry.UNSET
    change_default: ChangeDefaultInput | None = strawberry.UNSET
    drop_dataset: DropDatasetInput | None = strawberry.UNSET
    rename_dataset: RenameDatasetInput | None = strawberry.UNSET
    change_format: ChangeFormatInput | None = strawberry.UNSET
    move_dataset: MoveDatasetInput | None = strawberry.UNSET
    repartition: RepartitionInput | None = strawberry.UNSET
    change_term: ChangeTermInput | None = strawberry.UNSET
    change_job: ChangeJobInput | None = strawberry.UNSET
    retire_job: RetireJobInput | None = strawberry.UNSET
    retire_consumer: RetireConsumerInput | None = strawberry.UNSET
    delay: DelayInput | None = strawberry.UNSET
    bad_version: BadVersionInput | None = strawberry.UNSET

    def to_change(self, graph: Graph) -> entities.Change:
        """The change, with what it leaves open as the graph says it. Raises InvalidInput, DatasetNotFound."""
        given = next(value for field in dataclasses.fields(self) if (value := getattr(self, field.name)))
        left_out = [key for key in ("before", "weaker") if getattr(given, key, strawberry.UNSET) is strawberry.UNSET]
        return completed(graph, given.to_change(), open=left_out)


def _type(text: str) -> str:
    try:
        parse(text)
    except NotAType as error:
        raise InvalidInput("type", f"{error}: write integer, int64, decimal(10,2) …") from None
    return text
