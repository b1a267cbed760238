"""A flow of one statement in a PostgreSQL, as an Airflow user writes it."""

from datetime import datetime

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG

with DAG("nightly", start_date=datetime(2013, 1, 5), schedule=None):
    SQLExecuteQueryOperator(
        task_id="totals",
        conn_id="warehouse",
        sql="CREATE TABLE totals AS SELECT day, sum(amount) AS total FROM orders WHERE state = 'paid' GROUP BY day",
    )
