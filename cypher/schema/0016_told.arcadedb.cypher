// What is told of observed runs. This engine has no full text index, so there is none to make again.
CREATE INDEX observed_run_gap IF NOT EXISTS FOR (n:ObservedRun) ON (n.job, n.gap_at);
CREATE INDEX observed_run_complete IF NOT EXISTS FOR (n:ObservedRun) ON (n.job, n.complete_at);
CREATE INDEX observed_run_first IF NOT EXISTS FOR (n:ObservedRun) ON (n.first);
CREATE INDEX lineage_event_run IF NOT EXISTS FOR (n:LineageEvent) ON (n.run);
