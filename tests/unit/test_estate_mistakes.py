"""Every mistake that an estate file can hold: one message, at its line, with what would mend it."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph_model.errors import InvalidEstate
from graph_model.estate.parse import load_estate
from graph_model.names import Name
from graph_model.partitions.rules import PartitionScheme

START = """\
scope: shop
datasets:
  raw: {format: csv, partition: {every: day, from: 2024-01-01}, contract: raw.odcs.yaml}
  clean: {format: parquet, partition: {every: day, from: 2024-01-01}}
  codes: {format: csv}
"""
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: raw
version: 1.0.0
status: active
schema:
  - name: raw
    properties:
      - {name: id, logicalType: string}
      - {name: amount, logicalType: integer}
"""
MISSING_COLUMN = "its contract declares id, amount"

JOB = "jobs:\n  tidy:\n    shell: [x]\n    outputs: [clean]\n    "
OF_OURS = "HEADWATER_X is a setting of Headwater, which no job is given"
# What is added below START, from line 6 on (or is the whole file: `scope…`, `[…`) -> line, message, hint
MISTAKES = {
    "a size that is none": (
        JOB + "limits: {memory: lots}",
        (10, "job tidy: limits: memory 'lots' is no size", "write 500MB or 2GB"),
    ),
    "processor time that is none": (
        JOB + "limits: {cpu: 10}",
        (10, "job tidy: limits: cpu '10' is no length of time", "write 30s, 10m, 2h or 1d"),
    ),
    "no process at all": (
        JOB + "limits: {processes: 0}",
        (10, "job tidy: limits: processes must be 1 or more, not 0", None),
    ),
    "a limit that nobody knows": (
        JOB + "limits: {memroy: 1GB}",
        (10, "job tidy: limits: unknown key memroy", "did you mean memory?"),
    ),
    "a variable that is Headwater's": (
        JOB + "environment: {HEADWATER_RUN: x}",
        (10, "job tidy: environment: HEADWATER_RUN is set by Headwater itself", "choose another name"),
    ),
    "a variable without a name": (
        JOB + "environment: {a-b: x}",
        (10, "job tidy: environment: 'a-b' is no name of a variable", "use letters, digits and `_`"),
    ),
    "a variable that is a list": (
        JOB + "environment: {A: [x]}",
        (10, "job tidy: environment: A must be a text or {secret: …}, not a list", None),
    ),
    "a secret that is written out as a variable": (
        JOB + "environment: {DB_PASSWORD: abc}",
        (
            10,
            "job tidy: environment: DB_PASSWORD would be known to all who read the graph",
            "write {secret: env:NAME}",
        ),
    ),
    "a secret that is written out as a reference": (
        JOB + "environment: {A: {secret: hunter2}}",
        (10, "job tidy: environment: A: the secret is written out, or no reference", "write env:NAME or file:/PATH"),
    ),
    "a secret that is a setting of Headwater": (
        JOB + "environment: {A: {secret: 'env:HEADWATER_X'}}",
        (
            10,
            f"job tidy: environment: A: the secret is no reference: {OF_OURS}",
            "write env:NAME or file:/PATH",
        ),
    ),
    "a secret in a form that nobody knows": (
        JOB + "environment: {A: {secret: 'env:A', as: fiel}}",
        (10, "job tidy: environment: A: fiel is no as", "did you mean file?"),
    ),
    "a command that no shell reads": (
        JOB + "command: x",
        (10, "job tidy: a command is read by a shell, which is not said", "add shell: true"),
    ),
    "a shell without a command": (
        "jobs:\n  tidy: {shell: true, outputs: [clean]}",
        (7, "job tidy: has no command", None),
    ),
    "a value that would be pasted into a command": (
        "jobs:\n  tidy: {shell: true, command: 'sort {input.raw}', outputs: [clean]}",
        (
            7,
            "job tidy: nothing is pasted into a command, and {input.raw} stands there as it is",
            'write "$HEADWATER_INPUT_RAW"',
        ),
    ),
    "a template in a virtual environment": (
        "jobs:\n  tidy: {python: 'a:b', venv: x, interpreter: template, outputs: [clean]}",
        (7, "job tidy: a template has no virtual environment", "leave interpreter out"),
    ),
    "a virtual environment of a command": (
        JOB + "venv: x",
        (10, "job tidy: venv is for python jobs, and this one runs shell", None),
    ),
    "unknown key of the estate": ("jbos: {}", (6, "estate: unknown key jbos", "did you mean jobs?")),
    "a key of a store that is written out": (
        "  lake: {format: csv, location: 's3://lake/x.csv', options: {secret_key: abc}}",
        (6, "dataset lake: secret_key would be known to all who read the graph", "write env:NAME or file:/PATH"),
    ),
    "a dialect that nobody knows": (
        "  lake: {format: csv, options: {dialect: snifed}}",
        (6, "dataset lake: dialect can only be sniffed, not 'snifed'", "did you mean sniffed?"),
    ),
    "a dialect of what has none": (
        "  lake: {format: parquet, options: {dialect: sniffed}}",
        (6, "dataset lake: dialect belongs to datasets of format csv, not parquet", None),
    ),
    "a rule of retries that nobody knows": (
        "jobs:\n  tidy: {shell: [x], inputs: [raw], outputs: [clean], retries: {exit_codes: {75: often}}}",
        (7, "job tidy: retries: exit code 75 cannot be the text 'often'", "write never, a number or {times: N}"),
    ),
    "a word of retries that nobody knows": (
        "jobs:\n  tidy: {shell: [x], inputs: [raw], outputs: [clean], retries: {time: 3}}",
        (7, "job tidy: retries: unknown key time", "did you mean times?"),
    ),
    "a backoff that shrinks": (
        "jobs:\n  tidy: {shell: [x], inputs: [raw], outputs: [clean], retries: {backoff: {first: 10m, most: 10s}}}",
        (7, "job tidy: retries: backoff: most is less than first", "write the longer time as most"),
    ),
    "an exit code that is two things": (
        "jobs:\n  tidy: {shell: [x], inputs: [raw], outputs: [clean], exit_codes: {success: [3], never: [3]}}",
        (7, "job tidy: exit_codes: 3 is success and never", "keep one of them"),
    ),
    "an order that nobody knows": (
        "jobs:\n  tidy: {shell: [x], inputs: [raw], outputs: [clean], order: seriel}",
        (7, "job tidy: seriel is no order", "did you mean serial?"),
    ),
    "an order that runs several at once": (
        "jobs:\n  tidy: {shell: [x], inputs: [raw], outputs: [clean], order: serial, at_once: 2}",
        (7, "job tidy: order serial runs one at a time, not 2", "leave at_once out"),
    ),
    "an order of what has no time": (
        "  extra: {format: csv}\njobs:\n  tidy: {shell: [x], inputs: [codes], outputs: [extra], order: latest}",
        (8, "job tidy: order latest needs partitions of time", "leave order out, or slice its outputs by day, hour, …"),
    ),
    "a label with a comma": (
        "jobs:\n  tidy: {shell: [x], inputs: [raw], outputs: [clean], runs_on: 'spark,gpu'}",
        (7, "job tidy: 'spark,gpu' is no label", "write words, as in [spark, gpu]"),
    ),
    "a pool that takes nothing": (
        "jobs:\n  tidy: {shell: [x], inputs: [raw], outputs: [clean], pool: {pool: db, slots: 0}}",
        (7, "job tidy: pool: slots must be 1 or more, not 0", None),
    ),
    "a pool that is no number": (
        "pools: {db: many}",
        (6, "estate: pool db must be a whole number, not the text 'many'", None),
    ),
    "a limit of nobody": (
        "limits: {owner: {me: 1}}",
        (6, "estate: limits: unknown key owner", "did you mean owners?"),
    ),
    "writers that are misspelt": (
        "  extra: {format: csv, at_once: {writer: 1}}",
        (6, "dataset extra: at_once: unknown key writer", "did you mean writers?"),
    ),
    "unknown key of a dataset": (
        "  extra: {format: csv, ownr: me}",
        (6, "dataset extra: unknown key ownr", "did you mean owner?"),
    ),
    "an input that is read in a way that nobody knows": (
        "jobs:\n  tidy: {shell: [x], inputs: [{dataset: raw, by: positions}], outputs: [clean]}",
        (7, "job tidy: input: nobody reads by positions", "did you mean position?"),
    ),
    "a read in a way that nobody knows": (
        "consumers:\n  board: {kind: feed, reads: {raw: {columns: [id], by: exakt}}}",
        (7, "consumer board: reads raw: nobody reads by exakt", "did you mean exact?"),
    ),
    "an unknown key of a read": (
        "consumers:\n  board: {kind: feed, reads: {raw: {colums: [id]}}}",
        (7, "consumer board: reads raw: unknown key colums", "did you mean columns?"),
    ),
    "a name without a space": (
        "  extra: {format: csv, names: ['s3://lake/extra']}",
        (
            6,
            "dataset extra: 's3://lake/extra' is no name that other systems have for it",
            "did you mean s3://lake extra?",
        ),
    ),
    "another name that is none": (
        "  extra: {format: csv, names: [lake]}",
        (
            6,
            "dataset extra: 'lake' is no name that other systems have for it",
            "write NAMESPACE NAME, as in s3://bucket clean/orders",
        ),
    ),
    "names that are no list": (
        "  extra: {format: csv, names: s3://lake extra}",
        (6, "dataset extra: names must be a list, not the text 's3://lake extra'", None),
    ),
    "a name with an unknown placeholder": (
        "  extra: {format: csv, partition: {every: day}, names: ['s3://lake x/{dat}']}",
        (6, "dataset extra: name s3://lake x/{dat} has an unknown placeholder {dat}", "did you mean date?"),
    ),
    "a name with a partition of what has none": (
        "  extra: {format: csv, names: ['s3://lake x/{date}']}",
        (6, "dataset extra: a name names a partition, but the dataset has none", "add partition: {every: day}"),
    ),
    "its own name": (
        "  extra: {format: csv, names: [shop extra]}",
        (6, "dataset extra: shop extra is its own name", None),
    ),
    "another name twice": (
        "  extra: {format: csv, names: [s3://lake x, s3://lake x]}",
        (6, "dataset extra: s3://lake x is named twice", None),
    ),
    "a name of two datasets": (
        "  one: {format: csv, names: [s3://lake x]}\n  two: {format: csv, names: [s3://lake x]}",
        (7, "dataset two: s3://lake x is a name of dataset one already", "a name belongs to one dataset"),
    ),
    "the place of another dataset": (
        "  one: {format: csv, names: [s3://lake x.csv]}\n  two: {format: csv, location: 's3://lake/x.csv'}",
        (6, "dataset one: s3://lake x.csv is a name of dataset two already", "a name belongs to one dataset"),
    ),
    "another dataset's own name": (
        "  extra: {format: csv, names: [shop codes]}",
        (6, "dataset extra: shop codes is a name of dataset codes already", "a name belongs to one dataset"),
    ),
    "unknown key near names": (
        "  extra: {format: csv, name: [s3://lake x]}",
        (6, "dataset extra: unknown key name", "did you mean names?"),
    ),
    "a property that is no plain value": (
        "  extra: {format: csv, properties: {a: 1, b: [2]}}",
        (6, "dataset extra: property b must be a text, a number or true or false", "not a list"),
    ),
    "properties that are no mapping": (
        "  extra: {format: csv, properties: [a]}",
        (6, "dataset extra: properties must be a mapping, not a list", None),
    ),
    "a misspelt word about a dataset": (
        "  extra: {format: csv, clasification: public}",
        (6, "dataset extra: unknown key clasification", "did you mean classification?"),
    ),
    "unknown key of a job": (
        "jobs:\n  tidy:\n    sql: SELECT 1\n    output: [clean]\n    outputs: [clean]",
        (9, "job tidy: unknown key output", "did you mean outputs?"),
    ),
    "unknown key of an input": (
        "jobs:\n  tidy:\n    sql: SELECT 1\n    outputs: [clean]\n    inputs:\n    - {dataset: raw, windw: same}",
        (11, "job tidy: input: unknown key windw", "did you mean window?"),
    ),
    "unknown key of a consumer": (
        "consumers:\n  board: {kind: dashboard, reads: {raw: all}, dead_line: {by: '06:00'}}",
        (7, "consumer board: unknown key dead_line", "did you mean deadline?"),
    ),
    "unknown key of a partition": (
        "  extra: {format: csv, partition: {every: day, form: 2024-01-01}}",
        (6, "dataset extra: partition: unknown key form", "did you mean from?"),
    ),
    "unknown key of a deadline": (
        "consumers:\n  board: {kind: dashboard, reads: {raw: all}, deadline: {by: '06:00', timezon: UTC}}",
        (7, "consumer board: deadline: unknown key timezon", "did you mean timezone?"),
    ),
    "a list where a mapping belongs": ("jobs: [tidy]", (6, "estate: jobs must be a mapping, not a list", None)),
    "a mapping where a list belongs": (
        "jobs:\n  tidy: {sql: SELECT 1, inputs: {raw: same}, outputs: [clean]}",
        (7, "job tidy: inputs must be a list, not a mapping", None),
    ),
    "a list where a text belongs": (
        "  extra: {format: [csv]}",
        (6, "dataset extra: format must be a text, not a list", None),
    ),
    "a text where a number belongs": (
        "jobs:\n  tidy: {sql: SELECT 1, outputs: [clean], retries: many}",
        (7, "job tidy: retries must be a whole number, not the text 'many'", None),
    ),
    "a number too small": (
        "jobs:\n  tidy: {sql: SELECT 1, outputs: [clean], retries: -1}",
        (7, "job tidy: retries must be 0 or more, not -1", None),
    ),
    "a text where a truth value belongs": (
        "jobs:\n  tidy: {sql: SELECT 1, inputs: [{dataset: raw, optional: maybe}], outputs: [clean]}",
        (7, "job tidy: input: optional must be true or false, not the text 'maybe'", None),
    ),
    "a thing without a body": ("  extra:", (6, "dataset extra must be a mapping, not nothing", None)),
    "a value that is missing": (
        "  extra: {format: csv, owner: }",
        (6, "dataset extra: owner must be a text, not nothing", None),
    ),
    "no scope": ("scope:\nnamespace: shop", (1, "estate: scope must be a text, not nothing", None)),
    "unknown input": (
        "jobs:\n  tidy:\n    sql: SELECT 1\n    inputs:\n      - rw\n    outputs: [clean]",
        (10, "job tidy: input rw is not a known dataset", "did you mean raw?"),
    ),
    "unknown output": (
        "jobs:\n  tidy: {sql: SELECT 1, outputs: [claen]}",
        (7, "job tidy: output claen is not a known dataset", "did you mean clean?"),
    ),
    "unknown dataset that is read": (
        "consumers:\n  board:\n    kind: dashboard\n    reads:\n      claen: all",
        (10, "consumer board: claen is not a known dataset", "did you mean clean?"),
    ),
    "unknown dataset with nothing near": (
        "consumers:\n  board: {kind: dashboard, reads: {xyzzy: all}}",
        (7, "consumer board: xyzzy is not a known dataset", None),
    ),
    "unknown column that is read": (
        "consumers:\n  board:\n    kind: dashboard\n    reads:\n      raw:\n        - id\n        - amuont",
        (12, "consumer board: raw has no column amuont", "did you mean amount?"),
    ),
    "unknown column of a declared flow": (
        "jobs:\n  tidy: {python: 'a.b:c', inputs: [raw], outputs: [clean], columns: {id: [raw.zzz]}}",
        (7, "job tidy: columns: raw has no column zzz", MISSING_COLUMN),
    ),
    "a declared flow from no input": (
        "jobs:\n  tidy: {python: 'a.b:c', inputs: [raw], outputs: [clean], columns: {id: [codes.id]}}",
        (
            7,
            "job tidy: columns: codes.id is not a column of an input of the job",
            "write DATASET.COLUMN with one of raw",
        ),
    ),
    "two producers": (
        "jobs:\n  one: {sql: SELECT 1, outputs: [clean]}\n  two:\n    sql: SELECT 1\n    outputs:\n      - clean",
        (
            11,
            "job two: output clean is made by job one already (line 7)",
            "one dataset has one producer: keep one of them",
        ),
    ),
    "a bad mapping": (
        "jobs:\n  tidy: {sql: SELECT 1, inputs: [{dataset: raw, window: prev 3 days}], outputs: [clean]}",
        (
            7,
            (
                "job tidy: input: window 'prev 3 days' is not a partition mapping: "
                "expected `same`, `whole`, `previous N days`, `last N days` or `all days of the month`, "
                "or one of the others in docs/partitions.md"
            ),
            None,
        ),
    ),
    "a window of another unit": (
        "jobs:\n  tidy: {sql: SELECT 1, inputs: [{dataset: raw, window: previous 3 hours}], outputs: [clean]}",
        (
            7,
            "job tidy: input raw: the window counts hours, but the job has partitions by day from 2024-01-01",
            "count days",
        ),
    ),
    "a window on an input without partitions": (
        "jobs:\n  tidy: {sql: SELECT 1, inputs: [{dataset: codes, window: previous 3 days}], outputs: [clean]}",
        (7, "job tidy: input codes has no partitions, so it has no window", "leave the window out"),
    ),
    "the whole of an input with partitions": (
        "jobs:\n  tidy: {sql: SELECT 1, inputs: [{dataset: raw, window: whole}], outputs: [clean]}",
        (
            7,
            "job tidy: input raw has partitions by day from 2024-01-01, so there is no whole of it",
            "write `window: last N`",
        ),
    ),
    "partitions that do not meet": (
        "  hourly: {format: csv, partition: {every: hour}}\njobs:\n  tidy: {sql: S, inputs: [hourly],outputs: [clean]}",
        (
            8,
            "job tidy: input hourly has partitions by hour, but the job has partitions by day from 2024-01-01",
            "write `window: all hours of the day`",
        ),
    ),
    "outputs with different partitions": (
        "jobs:\n  tidy: {sql: SELECT 1, inputs: [], outputs: [clean, codes]}",
        (
            7,
            "job tidy: output codes has no partitions, output clean has partitions by day from 2024-01-01",
            "the outputs of one job have the same partitions",
        ),
    ),
    "a bad partition start": (
        "  extra: {format: csv, partition: {every: day, from: 2024-1-1}}",
        (6, "dataset extra: partition: from: '2024-1-1' is not a partition here: expected a day like 2013-01-05", None),
    ),
    "an unknown rhythm": (
        "  extra: {format: csv, partition: {every: dya}}",
        (6, "dataset extra: partition: dya is no every", "did you mean day?"),
    ),
    "no format": ("  extra:\n    owner: me", (6, "dataset extra: has no format", None)),
    "an unknown format": (
        "  extra: {format: parqet}",
        (6, "dataset extra: parqet is no format", "did you mean parquet?"),
    ),
    "a table without an address": (
        "  extra: {format: table, table: t}",
        (6, "dataset extra: format table needs url", None),
    ),
    "an address for a file": (
        "  extra: {format: csv, url: 'sqlite://'}",
        (6, "dataset extra: url belongs to datasets of format table, not csv", None),
    ),
    "an unknown placeholder": (
        "  extra: {format: csv, location: 'x/{dat}.csv'}",
        (6, "dataset extra: location has an unknown placeholder {dat}", "did you mean date?"),
    ),
    "a placeholder without partitions": (
        "  extra: {format: csv, location: 'x/{date}.csv'}",
        (6, "dataset extra: location names a partition, but the dataset has none", "add partition: {every: day}"),
    ),
    "exposing nowhere": (
        "  extra: {format: csv, expose: copy}",
        (6, "dataset extra: expose needs a location to copy to", None),
    ),
    "exposing all partitions at one place": (
        "  extra: {format: csv, expose: copy, location: x.csv, partition: {every: day}}",
        (6, "dataset extra: every partition would be exposed at the same location", "put {date} into it"),
    ),
    "an unknown compatibility": (
        "  extra: {format: csv, compatibility: forwards}",
        (6, "dataset extra: forwards is no compatibility", "did you mean forward?"),
    ),
    "a compatibility of two kinds": (
        "  extra: {format: csv, compatibility: {mode: full, columns: [a]}}",
        (
            6,
            "dataset extra: compatibility: needs either a mode or columns",
            "known modes are backward, forward, full, none",
        ),
    ),
    "a compatibility of no columns": (
        "  extra: {format: csv, compatibility: {columns: []}}",
        (6, "dataset extra: compatibility: columns names no column", None),
    ),
    "a compatibility of a column that the contract lacks": (
        "  extra: {format: csv, contract: raw.odcs.yaml, compatibility: {columns: [amont]}}",
        (6, "dataset extra: compatibility: the contract has no column amont", "did you mean amount?"),
    ),
    "an unknown word for violations": (
        "  extra: {format: csv, compatibility: {mode: full, on_violation: shout}}",
        (6, "dataset extra: compatibility: shout is no on_violation", "known are quarantine, warn"),
    ),
    "an unknown word for violations of a consumer": (
        "consumers:\n  board: {kind: feed, reads: {raw: [id]}, on_violation: quarantin}",
        (7, "consumer board: quarantin is no on_violation", "did you mean quarantine?"),
    ),
    "an unknown rule of retention": (
        "  extra: {format: csv, retention: {version: 3}}",
        (6, "dataset extra: retention: unknown key version", "did you mean versions?"),
    ),
    "a retention that says nothing": (
        "  extra: {format: csv, retention: {}}",
        (6, "dataset extra: retention: says nothing", "known are versions, partitions, age, partition_age"),
    ),
    "a retention of no length": (
        "  extra: {format: csv, retention: 90 days}",
        (6, "dataset extra: retention '90 days' is no length of time", "write 30s, 10m, 2h or 1d"),
    ),
    "a retention of no versions": (
        "  extra: {format: csv, retention: {versions: 0}}",
        (6, "dataset extra: retention: versions must be 1 or more, not 0", None),
    ),
    "a retention by partitions without any": (
        "  extra: {format: csv, retention: {partitions: 9}}",
        (6, "dataset extra: retention: partitions needs partitions of time", "add partition: {every: day}"),
    ),
    "a retention that ends before it began": (
        "  extra: {format: csv, partition: {every: day}, retention: {age: 9d, partition_age: 2d}}",
        (6, "dataset extra: retention: partition_age is shorter than age, which could keep nothing then", None),
    ),
    "a job without outputs": (
        "jobs:\n  tidy:\n    sql: SELECT 1\n    inputs: [raw]",
        (7, "job tidy: has no outputs", "name the datasets that it makes"),
    ),
    "a job that runs nothing": (
        "jobs:\n  tidy: {outputs: [clean]}",
        (7, "job tidy: does not say what to run", "add one of python, sql, shell, procedure, java, spark, http, uses"),
    ),
    "a job that runs two things": (
        "jobs:\n  tidy: {sql: SELECT 1, shell: [ls], outputs: [clean]}",
        (7, "job tidy: runs sql and shell", "keep one of them"),
    ),
    "no Python function": (
        "jobs:\n  tidy: {python: shop.tidy, outputs: [clean]}",
        (7, "job tidy: 'shop.tidy' is no Python function", "write package.module:function"),
    ),
    "a missing SQL file": (
        "jobs:\n  tidy: {sql: raww.sql, outputs: [clean]}",
        (7, "job tidy: sql: there is no file raww.sql", "did you mean raw.sql?"),
    ),
    "a file outside": (
        "jobs:\n  tidy: {sql: ../raw.sql, outputs: [clean]}",
        (7, "job tidy: sql: ../raw.sql lies outside the folder of the estate file", None),
    ),
    "a missing contract": (
        "  extra: {format: csv, contract: nowhere/x.yaml}",
        (6, "dataset extra: contract: there is no file nowhere/x.yaml", "there is no folder nowhere"),
    ),
    "a bad duration": (
        "jobs:\n  tidy: {sql: SELECT 1, outputs: [clean], timeout: 10 minutes}",
        (7, "job tidy: timeout '10 minutes' is no length of time", "write 30s, 10m, 2h or 1d"),
    ),
    "no exit code": (
        "jobs:\n  tidy: {sql: SELECT 1, outputs: [clean], never_retry: [256]}",
        (7, "job tidy: 256 is no exit code", "exit codes go from 0 to 255"),
    ),
    "a parameter without a default": (
        "jobs:\n  tidy: {sql: SELECT 1, outputs: [clean], parameters: {rate: {type: number}}}",
        (7, "job tidy: parameter rate: has no default", "say what a run gets that nobody sets it for"),
    ),
    "a default of another type": (
        "jobs:\n  tidy: {sql: SELECT 1, outputs: [clean], parameters: {rate: {type: integer, default: much}}}",
        (7, "job tidy: parameter rate: 'much' is not a whole number like 3", None),
    ),
    "a type that nobody knows": (
        "jobs:\n  tidy: {sql: SELECT 1, outputs: [clean], parameters: {rate: {type: numbr, default: 1}}}",
        (7, "job tidy: parameter rate: numbr is no type", "did you mean number?"),
    ),
    "an interpreter that nobody knows": (
        "jobs:\n  tidy: {python: 'shop.tidy:build', outputs: [clean], interpreter: frehs}",
        (7, "job tidy: frehs is no interpreter", "did you mean fresh?"),
    ),
    "an interpreter for SQL": (
        "jobs:\n  tidy: {sql: SELECT 1, outputs: [clean], interpreter: fresh}",
        (7, "job tidy: interpreter is for python jobs, and this one runs sql", None),
    ),
    "an input twice": (
        "jobs:\n  tidy: {sql: SELECT 1, inputs: [raw, shop/raw], outputs: [clean]}",
        (7, "job tidy: input raw is read twice", "code asks for an input by its short name: keep one"),
    ),
    "a word that names no input": (
        "jobs:\n  tidy: {shell: [cp, '{input.rw}', '{output.clean}'], inputs: [raw], outputs: [clean]}",
        (7, "job tidy: {input.rw} names no input of the job", "did you mean {input.raw}?"),
    ),
    "a job that needs its own output": (
        "jobs:\n  tidy: {sql: SELECT 1, inputs: [clean], outputs: [clean]}",
        (
            7,
            "job tidy depends on itself: tidy → clean → tidy",
            "a job may read strictly earlier partitions of its own output: window: previous 1",
        ),
    ),
    "a circle": (
        (
            "  other: {format: csv, partition: {every: day, from: 2024-01-01}}\n"
            "jobs:\n  back: {sql: SELECT 1, inputs: [clean], outputs: [other]}\n"
            "  tidy: {sql: SELECT 1, inputs: [other], outputs: [clean]}"
        ),
        (
            8,
            "jobs depend on each other in a circle: back → other → tidy → clean → back",
            "a job may read earlier partitions only of its own output",
        ),
    ),
    "no time of day": (
        "consumers:\n  board: {kind: dashboard, reads: {raw: all}, deadline: {by: 6am}}",
        (7, "consumer board: deadline: by: '6am' is no time of day", 'write "06:00"'),
    ),
    "no time zone": (
        "consumers:\n  board: {kind: dashboard, reads: {raw: all}, deadline: {by: '06:00', timezone: Europe/Pariss}}",
        (7, "consumer board: deadline: there is no time zone Europe/Pariss", "did you mean Europe/Paris?"),
    ),
    "a consumer that reads nothing": (
        "consumers:\n  board: {kind: dashboard}",
        (7, "consumer board: reads nothing", "write reads: {DATASET: [COLUMN, …]}"),
    ),
    "a name twice": (
        "  shop/raw: {format: csv}",
        (6, "dataset shop/raw is declared twice", "it stands in line 3 already"),
    ),
    "a key twice": ("  raw: {format: csv}", (6, "key raw is written twice", "it stands in line 3 already")),
    "a name that is none": (
        "  '..': {format: csv}",
        (6, "dataset: '..' is not a name", "use letters, digits, `_`, `-` and `.`"),
    ),
    "an anchor": (
        "  extra: &it {format: csv}",
        (6, "anchor &it is not allowed", "write the value out where it is needed"),
    ),
    "a tag": (
        "  extra: !!python/name:os {}",
        (6, "tag tag:yaml.org,2002:python/name:os is not allowed", "leave it out"),
    ),
    "a merge": (
        "  extra: {<<: {format: csv}, format: csv}",
        (6, "merge key << is not allowed", "write the values out"),
    ),
    "no YAML": ("  extra: {format: csv", (7, "is not YAML: expected ',' or '}', but got '<stream end>'", None)),
    "two documents": ("---\nscope: two", (6, "holds more than one YAML document", "write one estate per file")),
    "no mapping": ("[scope]", (1, "an estate must be a mapping, not a list", "it starts with `scope: NAME`")),
    "too deep": (f"x: {'[' * 21}{']' * 21}", (6, "is nested deeper than 20 levels", None)),
}


def write(folder: Path, added: str) -> Path:
    (folder / "raw.odcs.yaml").write_text(CONTRACT)
    (folder / "raw.sql").write_text("SELECT 1")
    file = folder / "estate.yaml"
    file.write_text(added if added.startswith(("scope", "[")) else START + added + "\n")
    return file


def mistakes_of(file: Path, **options: object) -> list[tuple[int, str, str | None]]:
    with pytest.raises(InvalidEstate) as caught:
        load_estate(file, **options)  # type: ignore[arg-type]
    assert {mistake.file for mistake in caught.value.mistakes} == {str(file)}
    return [(mistake.line, mistake.message, mistake.hint) for mistake in caught.value.mistakes]


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_mistake_is_told_once_with_its_line_and_its_mend(kind: str, tmp_path: Path):
    added, expected = MISTAKES[kind]

    assert mistakes_of(write(tmp_path, added)) == [expected]


def test_the_file_without_a_mistake_is_fine(tmp_path: Path):
    estate = load_estate(write(tmp_path, ""))

    assert [dataset.name.name for dataset in estate.datasets] == ["raw", "clean", "codes"]


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path: Path):
    added = (
        "jobs:\n  tidy: {sql: SELECT 1, inputs: [rw], outputs: [clean], timeout: x}\n"
        "consumers:\n  board: {reads: {raw: [idd]}}"
    )

    found = mistakes_of(write(tmp_path, added))

    assert [(line, message.split(":")[0]) for line, message, _ in found] == [
        (7, "job tidy"),
        (7, "job tidy"),
        (9, "consumer board"),
        (9, "consumer board"),
    ]


def test_a_misspelt_part_is_one_mistake_and_not_one_for_each_reference(tmp_path: Path):
    text = START.replace("datasets:", "datsets:") + "consumers:\n  board: {kind: feed, reads: {raw: all, clean: all}}\n"

    assert mistakes_of(write(tmp_path, text)) == [(2, "estate: unknown key datsets", "did you mean datasets?")]


def test_a_mistake_in_a_contract_is_told_in_the_contract(tmp_path: Path):
    file = write(tmp_path, "")
    (tmp_path / "raw.odcs.yaml").write_text("schema: [")

    with pytest.raises(InvalidEstate) as caught:
        load_estate(file)

    assert [mistake.file for mistake in caught.value.mistakes] == [str(tmp_path / "raw.odcs.yaml")]


def test_a_missing_file_is_a_mistake_too(tmp_path: Path):
    found = mistakes_of(tmp_path / "nowhere.yaml")

    assert found == [(1, "there is no such file", "an estate file is a YAML file that starts with `scope: NAME`")]


def test_an_empty_file_says_how_an_estate_starts(tmp_path: Path):
    file = tmp_path / "estate.yaml"
    file.write_text("# nothing yet\n")

    assert mistakes_of(file) == [(1, "is empty", "an estate starts with `scope: NAME`")]


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path):
    file = tmp_path / "estate.yaml"
    file.write_text("scope: shop\n" + "#" * 256 * 1024)

    assert mistakes_of(file) == [(1, "is larger than 256 KiB", "split it into several scopes")]


def test_a_file_in_another_encoding_says_where(tmp_path: Path):
    file = tmp_path / "estate.yaml"
    file.write_bytes(b"scope: shop\n# caf\xe9\n")

    assert mistakes_of(file) == [(2, "is not UTF-8 text", None)]


def test_an_alias_is_refused_where_it_stands(tmp_path: Path):
    found = mistakes_of(write(tmp_path, "  one: &it {format: csv}\n  two: *it"))

    assert (7, "alias *it is not allowed", "write the value out") in found


def test_what_another_scope_declares_may_be_read_but_not_made(tmp_path: Path):
    added = "jobs:\n  tidy: {sql: SELECT 1, inputs: [other/there], outputs: [other/there]}"
    known = {Name("other", "there"): PartitionScheme("day", "2024-01-01")}

    found = mistakes_of(write(tmp_path, added), known=known)

    assert (
        7,
        "job tidy: output other/there is not declared in this file",
        "one scope declares a dataset and the job that makes it",
    ) in found


def test_what_another_scope_declares_must_fit_the_job(tmp_path: Path):
    added = "jobs:\n  tidy: {sql: SELECT 1, inputs: [other/there], outputs: [clean]}"

    found = mistakes_of(write(tmp_path, added), known={Name("other", "there"): PartitionScheme("hour")})

    assert [message for _, message, _ in found] == [
        "job tidy: input other/there has partitions by hour, but the job has partitions by day from 2024-01-01"
    ]


@pytest.mark.parametrize(
    ("dataset", "job", "told"),
    [
        (
            "arrival: {watch: 'in/{date}.csv'}",
            'shell: ["true"]',
            "output made is watched for arrival, and the job publishes it; leave arrival out of the dataset, or",
        ),
        (
            "observed: {publish: true}",
            "spark: app.py",
            "output made is published when Spark tells of it, and by the run of the job; leave observed out",
        ),
        ("observed: {publish: true}", 'shell: ["true"]', ""),
    ],
)
def test_what_would_be_published_twice_is_refused(dataset: str, job: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("pass\n")
    file = tmp_path / "estate.yaml"
    daily = "format: csv, partition: {every: day}, location: 'made/{date}.csv'"
    file.write_text(
        f"scope: shop\nnamespace: shop\ndatasets:\n  raw: {{format: csv, partition: {{every: day}}}}\n"
        f"  made: {{{daily}, {dataset}}}\njobs:\n  make: {{{job}, inputs: [raw], outputs: [made]}}\n"
    )
    if not told:
        load_estate(file)
        return

    with pytest.raises(InvalidEstate) as caught:
        load_estate(file)

    (mistake,) = caught.value.mistakes
    assert told in str(mistake)
    assert mistake.line == 7
