"""What a program does that tells of its runs with the Python client. Only the environment says where to and how."""

from datetime import UTC, datetime

from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import (
    DatasetEvent,
    InputDataset,
    Job,
    JobEvent,
    OutputDataset,
    Run,
    RunEvent,
    RunState,
    StaticDataset,
)
from openlineage.client.facet_v2 import column_lineage_dataset, schema_dataset
from openlineage.client.uuid import generate_new_uuid

PRODUCER = "https://example.org/nightly"
WAREHOUSE = "postgres://warehouse:5432"


def now() -> str:
    return datetime.now(UTC).isoformat()


def schema(*fields: tuple[str, str]) -> schema_dataset.SchemaDatasetFacet:
    return schema_dataset.SchemaDatasetFacet(
        fields=[schema_dataset.SchemaDatasetFacetFields(name=name, type=kind) for name, kind in fields]
    )


orders = InputDataset(WAREHOUSE, "shop.public.orders", facets={"schema": schema(("day", "date"), ("amount", "int8"))})
made = column_lineage_dataset.ColumnLineageDatasetFacet(
    fields={
        "total": column_lineage_dataset.Fields(
            inputFields=[column_lineage_dataset.InputField(WAREHOUSE, "shop.public.orders", "amount")]
        )
    }
)
totals = OutputDataset(
    WAREHOUSE, "shop.public.totals", facets={"schema": schema(("total", "int8")), "columnLineage": made}
)

client = OpenLineageClient()
run, job = Run(str(generate_new_uuid())), Job("scheduler", "nightly.totals")
for state in (RunState.START, RunState.COMPLETE):
    client.emit(
        RunEvent(
            eventType=state, eventTime=now(), run=run, job=job, producer=PRODUCER, inputs=[orders], outputs=[totals]
        )
    )
client.emit(
    JobEvent(
        eventTime=now(),
        job=Job("scheduler", "yearly.report"),
        producer=PRODUCER,
        inputs=[InputDataset(WAREHOUSE, "shop.public.totals")],
        outputs=[OutputDataset(WAREHOUSE, "shop.public.report")],
    )
)
client.emit(
    DatasetEvent(
        eventTime=now(),
        producer=PRODUCER,
        dataset=StaticDataset(WAREHOUSE, "shop.public.report", facets={"schema": schema(("total", "int8"))}),
    )
)
client.close()
