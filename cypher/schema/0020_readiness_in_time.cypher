// Sparse properties: only job partitions whose readiness time alone may change, only those that wait on terms, only runs
// that lapse, only runs that others wait for by control.
CREATE INDEX job_partition_look_again IF NOT EXISTS FOR (n:JobPartition) ON (n.look_again_at);
CREATE INDEX job_partition_special IF NOT EXISTS FOR (n:JobPartition) ON (n.special);
CREATE INDEX run_ready_until IF NOT EXISTS FOR (n:Run) ON (n.ready_until);
CREATE INDEX run_followed IF NOT EXISTS FOR (n:Run) ON (n.followed);
// The newest partition of a dataset, without looking at all of them.
CREATE INDEX partition_order IF NOT EXISTS FOR (n:Partition) ON (n.dataset, n.key);
CREATE INDEX job_partition_awaits IF NOT EXISTS FOR (n:JobPartition) ON (n.awaits);
