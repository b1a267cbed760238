// name:    runs.claimable
// purpose: Ready runs that this worker may claim now: due, free of holds, without a running sibling, with room in their pools, on its labels and in the order of their job; most urgent first. A hint: the claim looks again under the lock.
// param:   most integer
// param:   most_losses integer - a run that lost more workers is passed by
// param:   labels list of string - those of the worker
// param:   age_ms integer - a run that waits so long is one step more urgent
// returns: id string, job_partition string, priority integer - with what waiting has added, background integer - 1: only when nothing else waits, losses integer, takes list of string - the pools it takes from, each once per slot; none when nothing waits
// access:  read
WITH COLLECT { MATCH (h:Hold) WHERE h.open = 1 RETURN h.target } AS held,
  COLLECT { MATCH (v:DatasetVersion) WHERE v.withheld = 1 MATCH (v)-[:READ_BY]->(b:Run) WHERE b.open = 1 RETURN b.id } AS blocked,
  COLLECT { MATCH (l:Job) WHERE l.limited = 1 RETURN 1 LIMIT 1 } AS limited,
  COLLECT { MATCH (t:Run) WHERE t.taking = 1 AND t.state = 'RUNNING' UNWIND t.took AS pool RETURN pool } AS taken,
  datetime.realtime() AS now
MATCH (r:Run)
WHERE r.open = 1 AND r.state = 'READY' AND (r.not_before IS NULL OR r.not_before <= now)
  AND coalesce(r.ready_until > now, true) AND r.losses <= $most_losses
// In order first, so that what costs a look elsewhere is asked only until enough are found.
WITH r, held, blocked, limited, taken, coalesce(r.background, 0) AS background,
  // A restored graph of the embedded engine has times without a zone, which tell no milliseconds by themselves.
  r.priority + (now.epochMillis - datetime(r.created_at).epochMillis) / $age_ms AS priority
ORDER BY background, priority DESC, r.created_at
WHERE NOT EXISTS { MATCH (:JobPartition {id: r.job_partition})-[:HAS_RUN]->(s:Run) WHERE s.open = 1 AND s.state = 'RUNNING' }
  AND NOT r.id IN blocked
  AND (size(held) = 0 OR r.kind = 'validation' OR NOT (r.job IN held OR r.job_partition IN held OR EXISTS {
    MATCH (v:DatasetVersion)-[:READ_BY]->(r) WHERE v.dataset IN held OR v.partition IN held
  }))
  AND (size(limited) = 0 OR NOT EXISTS {
    MATCH (j:Job {id: r.job})
    WHERE j.limited = 1 AND (any(label IN coalesce(j.runs_on, []) WHERE NOT label IN $labels)
      OR (j.run_order IN ['serial', 'strict'] AND EXISTS { MATCH (e:Run) WHERE e.job = r.job AND e.open = 1 AND e.key < r.key })
      OR (j.run_order = 'strict' AND r.after IS NOT NULL AND NOT EXISTS {
        MATCH (:JobPartition {id: r.after})-[:HAS_RUN]->(e:Run) WHERE e.state = 'SUCCEEDED'
      })
      OR (j.run_order = 'latest' AND coalesce(r.generation, 0) = 0 AND r.background IS NULL AND EXISTS {
        MATCH (n:JobPartition)-[:HAS_RUN]->(e:Run)
        WHERE n.job = r.job AND n.key > r.key AND e.state IN ['READY', 'RUNNING', 'SUCCEEDED']
      }))
  })
WITH r, background, priority, taken,
  COLLECT {
    MATCH (j:Job {id: r.job}) WHERE size(limited) > 0 AND j.limited = 1
    UNWIND coalesce(j.takes, []) + CASE WHEN r.pool IS NULL THEN coalesce(j.pool_takes, []) ELSE [] END AS pool
    RETURN pool
  } + CASE WHEN r.pool IS NULL THEN [] ELSE [r.pool] END AS takes
WHERE size(takes) = 0 OR NOT EXISTS {
  MATCH (p:Pool)
  WHERE p.id IN takes AND p.retired_at IS NULL
    AND size([x IN taken WHERE x = p.id]) + size([x IN takes WHERE x = p.id]) > CASE WHEN p.lowered < p.slots THEN p.lowered ELSE p.slots END
}
RETURN r.id AS id, r.job_partition AS job_partition, priority, background, r.losses AS losses, takes
LIMIT $most
