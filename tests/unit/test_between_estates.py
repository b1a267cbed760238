"""Two contracts, two declarations, two estates, and the changes that lie between them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph_model.contracts.entities import Check, Column, Contract
from graph_model.contracts.odcs import read_whole
from graph_model.errors import InvalidContract
from graph_model.impact.between.contracts import between_contracts, between_documents
from graph_model.impact.between.datasets import between_datasets
from graph_model.impact.between.estates import between_estates
from graph_model.impact.between.jobs import between_jobs
from graph_model.impact.entities import (
    AddColumn,
    ChangeAllowedValues,
    ChangeDefault,
    ChangeFormat,
    ChangeJob,
    ChangeKey,
    ChangeMeaning,
    ChangeNullability,
    ChangeTerm,
    DropColumn,
    DropDataset,
    MoveDataset,
    RenameColumn,
    RenameDataset,
    Repartition,
    RetireConsumer,
    RetireJob,
)
from graph_model.names import Name
from graph_model.partitions.rules import PartitionScheme
from graph_model.retention.entities import Retention
from tests.support.estates import a_consumer, a_dataset, a_job, an_estate

ORDERS = Name("shop", "orders")
CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - {name: id, logicalType: integer, primaryKey: true}
      - {name: state, logicalType: string, enum: [{value: new}, {value: paid}]}
      - name: fare
        logicalType: number
        customProperties: [{property: meaning, value: gross of tax}, {property: default, value: 0}]
slaProperties:
  - {property: freshness, value: 1, unit: d}
  - {property: retention, value: 3, unit: y}
"""


def contract(text: str) -> Contract:
    return read_whole(text, file="orders.yaml", dataset="orders")[1]


def between_texts(before: str, after: str) -> list[object]:
    (old, one), (new, other) = (read_whole(text, file="orders.yaml", dataset="orders") for text in (before, after))
    return [*between_contracts(ORDERS, one, other), *between_documents(ORDERS, old, new)]


def test_equal_contracts_change_nothing():
    assert between_texts(CONTRACT, CONTRACT.replace("1.0.0", "1.0.1")) == []


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ("{value: paid}", "{value: sent}", ChangeAllowedValues(ORDERS, "state", ("new", "paid"), ("new", "sent"))),
        (", enum: [{value: new}, {value: paid}]", "", ChangeAllowedValues(ORDERS, "state", ("new", "paid"), None)),
        (", primaryKey: true", ", required: true", ChangeKey(ORDERS, ())),
        ("gross of tax", "net of tax", ChangeMeaning(ORDERS, "fare", "net of tax")),
        ("value: 0}", "value: 1}", ChangeDefault(ORDERS, "fare", "1")),
        ("{name: state,", "{name: state, required: true,", ChangeNullability(ORDERS, "state", nullable=False)),
        ("freshness, value: 1", "freshness, value: 2", ChangeTerm(ORDERS, "freshness", "1 day", "2 days", weaker=True)),
        (
            "freshness, value: 1, unit: d",
            "freshness, value: 2, unit: h",
            ChangeTerm(ORDERS, "freshness", "1 day", "2 hours", weaker=False),
        ),
    ],
)
def test_each_promise_of_a_contract_is_a_change_when_it_changes(old: str, new: str, change: object):
    assert between_texts(CONTRACT, CONTRACT.replace(old, new)) == [change]


def test_a_key_that_says_more_is_no_loss():
    wide = replace(contract(CONTRACT), checks=(Check("key", "unique", {"columns": ["id", "state"]}),))
    narrow = replace(wide, checks=(Check("key", "unique", {"columns": ["id"]}),))

    assert between_contracts(ORDERS, wide, narrow) == ()
    assert between_contracts(ORDERS, narrow, wide) == (ChangeKey(ORDERS, ("id", "state")),)


def test_a_key_follows_a_renamed_column():
    named = CONTRACT.replace(
        "{name: id, logicalType: integer,",
        "{name: key, customProperties: [{property: renamedFrom, value: id}], logicalType: integer,",
    )

    assert between_texts(CONTRACT, named) == [RenameColumn(ORDERS, "id", "key")]


def test_a_check_that_stops_less_is_a_weaker_term_and_one_that_only_warns_is_none():
    strict = Contract(checks=(Check("fares", "range", {"column": "fare", "min": 0}),))
    wider = Contract(checks=(Check("fares", "range", {"column": "fare", "min": -1}),))
    warns = Contract(checks=(replace(strict.checks[0], severity="warning"),))
    renamed = Contract(checks=(replace(strict.checks[0], name="other"),))

    assert between_contracts(ORDERS, strict, wider) == (
        ChangeTerm(ORDERS, "check fares", "is checked", "is checked otherwise", weaker=True),
    )
    assert between_contracts(ORDERS, strict, warns) == (
        ChangeTerm(ORDERS, "check fares", "is checked", None, weaker=True),
    )
    assert between_contracts(ORDERS, wider, strict) == between_contracts(ORDERS, warns, Contract()) == ()
    assert between_contracts(ORDERS, strict, renamed) == ()


def test_meaning_must_be_one_text():
    with pytest.raises(InvalidContract, match="meaning must be one text"):
        contract(CONTRACT.replace("value: gross of tax", "value: [gross, net]"))


def test_format_options_place_and_slices():
    before = a_dataset(
        "orders", format="csv", location="in/{date}.csv", options={"header": True, "access_key": "env:A"}
    )

    after = replace(before, options={"header": False, "delimiter": ";", "access_key": "env:B"})
    assert between_datasets(before, after) == (
        ChangeFormat(ORDERS, None, (("delimiter", None, ";"), ("header", "true", "false"))),
    )
    assert between_datasets(before, replace(before, format="parquet")) == (ChangeFormat(ORDERS, "parquet"),)
    assert between_datasets(before, replace(before, location="out/{date}.csv")) == (
        MoveDataset(ORDERS, "out/{date}.csv"),
    )
    assert between_datasets(before, replace(before, partitions=PartitionScheme("hour"))) == (
        Repartition(ORDERS, "day", "hour"),
    )
    assert between_datasets(before, replace(before, partitions=replace(before.partitions, timezone="Asia/Tokyo"))) == (
        Repartition(ORDERS, "day in UTC", "day in Asia/Tokyo"),
    )


def test_a_place_that_nobody_keeps_up_to_date_is_as_good_as_gone():
    exposed = a_dataset("orders", location="out/{date}.parquet", expose="copy")

    assert between_datasets(exposed, replace(exposed, expose=None)) == (MoveDataset(ORDERS, None),)
    assert between_datasets(replace(exposed, location=None), exposed) == ()


@pytest.mark.parametrize(
    ("before", "after", "weaker"),
    [
        (None, Retention(versions=3), True),
        (Retention(versions=3), None, False),
        (Retention(versions=3), Retention(versions=2), True),
        (Retention(versions=3), Retention(versions=3, age=5.0), False),
        (Retention(versions=3, age=5.0), Retention(versions=4), True),
        (None, Retention(partition_age=60.0), True),
        (Retention(partition_age=60.0), Retention(partition_age=90.0), False),
    ],
)
def test_what_is_kept_is_a_term(before: Retention | None, after: Retention | None, *, weaker: bool):
    orders = a_dataset("orders")

    (found,) = between_datasets(replace(orders, retention=before), replace(orders, retention=after))

    assert isinstance(found, ChangeTerm)
    assert (found.term, found.weaker) == ("retention", weaker)


def test_other_sql_is_told_with_its_text_and_other_code_without():
    job = a_job("tidy", {"raw": "same"}, "clean", sql="SELECT id FROM raw")
    python = replace(job, kind="python", executor={"function": "a:b"}, definition_hash="1")

    assert list(between_jobs(job, job)) == []
    again = a_job("tidy", {"raw": "same"}, "clean", sql="SELECT 1 AS id FROM raw")
    assert list(between_jobs(job, again)) == [ChangeJob(job.name, "SELECT 1 AS id FROM raw")]
    assert list(between_jobs(python, replace(python, definition_hash="2"))) == [ChangeJob(job.name)]
    assert list(between_jobs(python, replace(python, retries=3))) == []


def test_the_same_sql_over_other_slices_computes_something_else():
    job = a_job("tidy", {"raw": "same"}, "clean", sql="SELECT id FROM raw")
    windowed = a_job("tidy", {"raw": "last 3"}, "clean", sql="SELECT id FROM raw")

    assert list(between_jobs(job, windowed)) == [ChangeJob(job.name)]


RAW = a_dataset("raw", "id", "amount:integer")
CLEAN = a_dataset("clean", "id")
JOB = a_job("tidy", {"raw": "same"}, "clean", sql="SELECT id FROM raw")
SHOP = an_estate(RAW, CLEAN, JOB, a_consumer("board", {"clean": ("id",)}))


def test_nothing_lies_between_equal_estates_and_what_is_new_harms_nobody():
    more = an_estate(RAW, CLEAN, JOB, a_dataset("more", "x"), a_consumer("other", {"raw": ()}), *SHOP.consumers)

    assert between_estates(SHOP, SHOP) == between_estates(SHOP, more) == between_estates(an_estate(), SHOP) == ()


def test_what_is_declared_no_more_goes():
    assert between_estates(SHOP, an_estate(CLEAN)) == (
        DropDataset(RAW.name),
        RetireJob(JOB.name),
        RetireConsumer(Name("shop", "board")),
    )


def test_a_job_whose_outputs_others_go_on_to_make_is_no_loss():
    heir = a_job("heir", {"raw": "same"}, "clean", sql="SELECT id FROM raw")

    assert between_estates(SHOP, replace(SHOP, jobs=(heir,))) == ()
    assert between_estates(SHOP, replace(SHOP, jobs=())) == (RetireJob(JOB.name),)


def test_a_dataset_is_renamed_where_a_new_one_says_that_it_was_called_so():
    orders = a_dataset("orders", "id", "amount:integer", "more", names=(RAW.name,))

    assert between_estates(SHOP, replace(SHOP, datasets=(orders, CLEAN))) == (
        RenameDataset(RAW.name, orders.name),
        AddColumn(RAW.name, "more", "string"),
    )


def test_changes_of_datasets_and_jobs_come_together():
    fewer = a_dataset("raw", "id")
    mended = a_job("tidy", {"raw": "same"}, "clean", sql="SELECT id, 1 AS one FROM raw")

    assert between_estates(SHOP, replace(SHOP, datasets=(fewer, CLEAN), jobs=(mended,))) == (
        DropColumn(RAW.name, "amount"),
        ChangeJob(JOB.name, "SELECT id, 1 AS one FROM raw"),
    )


def test_a_required_rule_counts_as_much_as_the_word():
    plain = Contract(columns=(Column("id"),))
    ruled = replace(plain, checks=(Check("no gaps", "not_null", {"columns": ["id"]}),))

    assert between_contracts(ORDERS, ruled, plain) == (ChangeNullability(ORDERS, "id", nullable=True),)
