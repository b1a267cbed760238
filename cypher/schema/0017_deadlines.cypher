// What was learned of jobs and datasets from their history, and deadlines of one business date each.
CREATE CONSTRAINT timing_id IF NOT EXISTS FOR (n:Timing) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT deadline_id IF NOT EXISTS FOR (n:Deadline) REQUIRE n.id IS UNIQUE;
CREATE INDEX deadline_consumer IF NOT EXISTS FOR (n:Deadline) ON (n.consumer);
// The newest versions of a dataset, without looking at all of them.
CREATE INDEX dataset_version_order IF NOT EXISTS FOR (n:DatasetVersion) ON (n.dataset, n.reported_at);
