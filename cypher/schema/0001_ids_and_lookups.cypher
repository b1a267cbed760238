// One opaque id per label: all that Neo4j Community enforces, and the index that every look-up starts from.
CREATE CONSTRAINT migration_id IF NOT EXISTS FOR (n:Migration) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT operation_id IF NOT EXISTS FOR (n:Operation) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT dataset_id IF NOT EXISTS FOR (n:Dataset) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT dataset_name_id IF NOT EXISTS FOR (n:DatasetName) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT job_id IF NOT EXISTS FOR (n:Job) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT consumer_id IF NOT EXISTS FOR (n:Consumer) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT owner_id IF NOT EXISTS FOR (n:Owner) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT field_id IF NOT EXISTS FOR (n:Field) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT schema_version_id IF NOT EXISTS FOR (n:SchemaVersion) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT partition_id IF NOT EXISTS FOR (n:Partition) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT dataset_version_id IF NOT EXISTS FOR (n:DatasetVersion) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT check_result_id IF NOT EXISTS FOR (n:CheckResult) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT job_partition_id IF NOT EXISTS FOR (n:JobPartition) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT run_id IF NOT EXISTS FOR (n:Run) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT attempt_id IF NOT EXISTS FOR (n:Attempt) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT worker_id IF NOT EXISTS FOR (n:Worker) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT lease_id IF NOT EXISTS FOR (n:Lease) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT audit_record_id IF NOT EXISTS FOR (n:AuditRecord) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT outbox_id IF NOT EXISTS FOR (n:Outbox) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT scope_id IF NOT EXISTS FOR (n:Scope) REQUIRE n.id IS UNIQUE;
// Sparse properties: only what waits carries them, so these indexes stay small however many runs there were.
CREATE INDEX run_open IF NOT EXISTS FOR (n:Run) ON (n.open);
CREATE INDEX partition_evaluate IF NOT EXISTS FOR (n:Partition) ON (n.evaluate);
CREATE INDEX outbox_open IF NOT EXISTS FOR (n:Outbox) ON (n.open);
// Look-ups that start from another property.
CREATE INDEX partition_dataset IF NOT EXISTS FOR (n:Partition) ON (n.dataset);
CREATE INDEX job_partition_job IF NOT EXISTS FOR (n:JobPartition) ON (n.job);
CREATE INDEX run_job IF NOT EXISTS FOR (n:Run) ON (n.job);
CREATE INDEX dataset_version_dataset IF NOT EXISTS FOR (n:DatasetVersion) ON (n.dataset);
CREATE INDEX field_dataset IF NOT EXISTS FOR (n:Field) ON (n.dataset);
CREATE INDEX dataset_scope IF NOT EXISTS FOR (n:Dataset) ON (n.scope);
CREATE INDEX job_scope IF NOT EXISTS FOR (n:Job) ON (n.scope);
CREATE INDEX consumer_scope IF NOT EXISTS FOR (n:Consumer) ON (n.scope);
CREATE INDEX operation_at IF NOT EXISTS FOR (n:Operation) ON (n.at);
CREATE INDEX audit_record_subject IF NOT EXISTS FOR (n:AuditRecord) ON (n.subject);
CREATE INDEX run_created_at IF NOT EXISTS FOR (n:Run) ON (n.created_at);
