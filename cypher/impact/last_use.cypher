// name:    impact.last_use
// purpose: The newest reads that are known of some jobs and consumers: runs of jobs, ours and observed ones, and what consumers told of the newest partitions of what they read.
// param:   ids list of string - jobs, consumers
// param:   most integer - how many runs of a job, and partitions of a dataset, are looked at
// returns: uses list of [id, at datetime, run string or null] - one row; the newest read of each that has one
// access:  read
UNWIND $ids AS id
OPTIONAL MATCH (j:Job {id: id})
OPTIONAL MATCH (c:Consumer {id: id})
// The order is written so that the index gives it: a job may have any number of runs (decision 44 says why it is named).
WITH id, CASE WHEN j IS NULL THEN [] ELSE COLLECT {
    MATCH (r:Run)
    USING INDEX r:Run(job, created_at)
    WHERE r.job = j.id AND r.created_at > datetime('0001-01-01T00:00:00Z')
    WITH r ORDER BY r.job DESC, r.created_at DESC LIMIT $most
    RETURN [r.started_at, r.id]
  } + COLLECT {
    MATCH (r:ObservedRun)
    USING INDEX r:ObservedRun(job, first)
    WHERE r.job = j.id AND r.first > datetime('0001-01-01T00:00:00Z')
    WITH r ORDER BY r.job DESC, r.first DESC LIMIT $most
    RETURN [coalesce(r.started_at, r.first), r.id]
  } END + CASE WHEN c IS NULL THEN [] ELSE COLLECT {
    MATCH (d:Dataset)-[e:CONSUMED_BY]->(c)
    WHERE e.retracted_at > datetime.realtime() AND e.valid_to > datetime.realtime()
    MATCH (p:Partition {dataset: d.id})
    WITH c, p ORDER BY p.key DESC LIMIT $most
    MATCH (p)-[:HAS_VERSION]->(:DatasetVersion)-[:SEEN_BY]->(n:Reading)
    WHERE n.kind = 'consumer' AND n.reader = c.namespace + '/' + c.name
    RETURN [n.last_at, null]
  } END AS reads
WITH id, reduce(newest = null, x IN reads | CASE
    WHEN x[0] IS NULL THEN newest
    WHEN newest IS NULL OR x[0] > newest[0] THEN x
    ELSE newest
  END) AS newest
WHERE newest IS NOT NULL
RETURN collect([id, newest[0], newest[1]]) AS uses
