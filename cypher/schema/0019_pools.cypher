// Slots that runs share. They are few, and a claim looks all of them up by id.
CREATE CONSTRAINT pool_id IF NOT EXISTS FOR (n:Pool) REQUIRE n.id IS UNIQUE;
CREATE INDEX pool_scope IF NOT EXISTS FOR (n:Pool) ON (n.scope);
// Sparse properties: jobs of which a claim must know more, and runs that hold slots now.
CREATE INDEX job_limited IF NOT EXISTS FOR (n:Job) ON (n.limited);
CREATE INDEX run_taking IF NOT EXISTS FOR (n:Run) ON (n.taking);
// The open runs of one job in the order of its partitions, however many runs there were.
CREATE INDEX run_job_open IF NOT EXISTS FOR (n:Run) ON (n.job, n.open, n.key);
