// name:    verify.ready_without_run
// purpose: Job partitions whose required inputs are all there, in their current state, without a run on exactly those that trigger. Those that wait on terms are held against what would be decided of them.
// param:   most integer
// returns: subject string, message string - none when the invariant holds
// access:  read
MATCH (jp:JobPartition)
WHERE jp.wiring IS NOT NULL AND jp.special IS NULL
  AND EXISTS { MATCH (jp)<-[n:NEEDED_BY]-(p:Partition)-[:CURRENT]->(:DatasetVersion) WHERE n.triggers }
  AND NOT EXISTS {
    MATCH (jp)<-[n:NEEDED_BY]-(missing:Partition)
    WHERE missing.expired = 1 OR (n.required AND missing.skipped IS NULL AND NOT EXISTS { MATCH (missing)-[:CURRENT]->(:DatasetVersion) })
  }
  AND NOT EXISTS { MATCH (jp)<-[:NEEDED_BY]-(p:Partition) WHERE p.evaluate IS NOT NULL }
  AND NOT EXISTS {
    MATCH (jp)-[:HAS_RUN]->(r:Run)
    WHERE (r.state <> 'SUPERSEDED' OR r.gave_way = 1)
      AND (r.state <> 'READY' OR NOT EXISTS { MATCH (bad:DatasetVersion)-[:READ_BY]->(r) WHERE bad.state = 'QUARANTINED' })
      AND NOT EXISTS {
      MATCH (jp)<-[n:NEEDED_BY]-(:Partition)-[:CURRENT]->(v:DatasetVersion)
      WHERE n.triggers AND NOT EXISTS { MATCH (v)-[:READ_BY]->(r) }
    }
  }
  // The first run of a job that runs by the clock waits for its time.
  AND (jp.called IS NOT NULL OR EXISTS { MATCH (jp)-[:HAS_RUN]->(:Run) }
    OR NOT EXISTS { MATCH (j:Job {id: jp.job}) WHERE j.schedule IS NOT NULL AND NOT j.schedule CONTAINS 'what_is_there' })
RETURN jp.id AS subject, 'job partition ' + jp.key + ' is ready and has no run on its current inputs' AS message
LIMIT $most
