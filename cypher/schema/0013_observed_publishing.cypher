// Observed runs whose results are to be looked at (`publish`, the mark), and those whose end nobody heard of (`open`);
// those that were concluded to be lost (`lost_at`); datasets that became one with others (`joined`), so that runs which wrote them are looked at again. All sparse.
CREATE INDEX observed_run_publish IF NOT EXISTS FOR (n:ObservedRun) ON (n.publish);
CREATE INDEX observed_run_open IF NOT EXISTS FOR (n:ObservedRun) ON (n.open);
CREATE INDEX observed_run_lost IF NOT EXISTS FOR (n:ObservedRun) ON (n.lost_at);
CREATE INDEX observed_run_completed IF NOT EXISTS FOR (n:ObservedRun) ON (n.job, n.complete_at);
CREATE INDEX dataset_joined IF NOT EXISTS FOR (n:Dataset) ON (n.joined);
// What was known of runs before says when they were heard of last, and which are open.
MATCH (r:ObservedRun) WHERE r.heard IS NULL CALL (r) { SET r.heard = coalesce(r.ended_at, r.started_at, r.first), r.open = CASE WHEN r.ended_at IS NULL AND size(r.types) > 0 THEN 1 END } IN TRANSACTIONS OF 5000 ROWS;
