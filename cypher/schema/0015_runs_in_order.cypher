// The newest run of a job, and the last complete one before a moment, without looking at all of its runs.
CREATE INDEX observed_run_order IF NOT EXISTS FOR (n:ObservedRun) ON (n.job, n.first);
CREATE INDEX observed_run_complete IF NOT EXISTS FOR (n:ObservedRun) ON (n.job, n.complete_at);
CREATE INDEX run_order IF NOT EXISTS FOR (n:Run) ON (n.job, n.created_at);
// What clients say of namespaces, sources and tags, which have no nodes of their own.
CREATE CONSTRAINT note_id IF NOT EXISTS FOR (n:Note) REQUIRE n.id IS UNIQUE;
CREATE INDEX note_kind IF NOT EXISTS FOR (n:Note) ON (n.kind);
