// What others tell of their runs: events as they were sent, and the runs that they speak of.
CREATE CONSTRAINT lineage_event_id IF NOT EXISTS FOR (n:LineageEvent) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT observed_run_id IF NOT EXISTS FOR (n:ObservedRun) REQUIRE n.id IS UNIQUE;
CREATE INDEX lineage_event_at IF NOT EXISTS FOR (n:LineageEvent) ON (n.at);
CREATE INDEX observed_run_job IF NOT EXISTS FOR (n:ObservedRun) ON (n.job);
CREATE INDEX observed_run_run IF NOT EXISTS FOR (n:ObservedRun) ON (n.run);
