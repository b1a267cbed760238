// name:    verify.special_job_partitions
// purpose: A stretch of the job partitions that wait on terms, with the inputs of their runs; those that were superseded, or still wait to read what was set aside, do not count.
// param:   after string - the last id of the stretch before; empty: from the start
// param:   most integer
// returns: id string, job string, key string, is_settled boolean, input_sets list of string - in the order of ids; is_settled: none of the partitions that it waits for is still to be evaluated
// access:  read
MATCH (jp:JobPartition)
WHERE jp.special = 1 AND jp.id > $after
WITH jp ORDER BY jp.id LIMIT $most
RETURN jp.id AS id, jp.job AS job, jp.key AS key,
  NOT EXISTS { MATCH (jp)<-[:NEEDED_BY]-(p:Partition) WHERE p.evaluate IS NOT NULL } AS is_settled,
  COLLECT {
    MATCH (jp)-[:HAS_RUN]->(r:Run)
    WHERE (r.state <> 'SUPERSEDED' OR r.gave_way = 1)
      AND (r.state <> 'READY' OR NOT EXISTS { MATCH (bad:DatasetVersion)-[:READ_BY]->(r) WHERE bad.state = 'QUARANTINED' })
    RETURN r.input_set
  } AS input_sets
