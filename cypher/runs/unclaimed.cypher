// name:    runs.unclaimed
// purpose: Ready runs that are due, free of holds and of what their policies wait for, and that nobody claimed although they were rung a while ago.
// param:   patience_ms integer - how long a ring may take
// param:   most integer
// returns: id - most urgent first
// access:  read
WITH COLLECT { MATCH (h:Hold) WHERE h.open = 1 RETURN h.target } AS held,
  COLLECT { MATCH (v:DatasetVersion) WHERE v.withheld = 1 MATCH (v)-[:READ_BY]->(b:Run) WHERE b.open = 1 RETURN b.id } AS blocked,
  COLLECT { MATCH (l:Job) WHERE l.limited = 1 RETURN 1 LIMIT 1 } AS limited,
  COLLECT { MATCH (t:Run) WHERE t.taking = 1 AND t.state = 'RUNNING' UNWIND t.took AS pool RETURN pool } AS taken
MATCH (r:Run)
WHERE r.open = 1 AND r.state = 'READY'
  AND coalesce(r.not_before, r.created_at + duration({milliseconds: $patience_ms})) <= datetime.realtime()
  AND NOT r.id IN blocked
  AND (size(held) = 0 OR r.kind = 'validation' OR NOT (r.job IN held OR r.job_partition IN held OR EXISTS {
    MATCH (v:DatasetVersion)-[:READ_BY]->(r) WHERE v.dataset IN held OR v.partition IN held
  }))
  // A ring for what cannot be claimed yet would only be in the way of others.
  AND (size(limited) = 0 OR NOT EXISTS {
    MATCH (j:Job {id: r.job})
    WHERE j.limited = 1 AND (NOT EXISTS {
        MATCH (w:Worker)
        WHERE w.lease_until > datetime.realtime() AND all(label IN coalesce(j.runs_on, []) WHERE label IN coalesce(w.labels, []))
      }
      OR (j.run_order IN ['serial', 'strict'] AND EXISTS { MATCH (e:Run) WHERE e.job = r.job AND e.open = 1 AND e.key < r.key })
      OR EXISTS {
        MATCH (p:Pool)
        WHERE p.id IN coalesce(j.takes, []) + CASE WHEN r.pool IS NULL THEN coalesce(j.pool_takes, []) ELSE [r.pool] END
          AND p.retired_at IS NULL AND size([x IN taken WHERE x = p.id]) >= CASE WHEN p.lowered < p.slots THEN p.lowered ELSE p.slots END
      })
  })
RETURN r.id AS id
ORDER BY coalesce(r.background, 0), r.priority DESC, r.created_at LIMIT $most
