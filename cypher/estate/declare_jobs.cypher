// name:    estate.declare_jobs
// purpose: Creates jobs or changes what is declared of them. A property that is null is removed; so is the mark of a retired one. Since when all that a job does with columns is known is remembered: what runs before that did is not. What was seen of its columns counts as long as the same code is declared.
// param:   nodes list of map {id, properties}
// returns: id string - one row each
// access:  write
UNWIND $nodes AS x
MERGE (j:Job {id: x.id})
WITH j, x, CASE WHEN coalesce(j.columns_known, false) AND j.retired_at IS NULL THEN j.columns_known_since END AS since,
  coalesce(j.columns_seen = x.properties.definition_hash AND NOT x.properties.columns_known, false) AS seen
SET j += x.properties
SET j.columns_known_since = CASE WHEN x.properties.columns_known OR seen THEN coalesce(since, datetime.realtime()) END,
  j.columns_known = CASE WHEN seen THEN true ELSE j.columns_known END,
  j.unresolved_unseen = CASE WHEN seen THEN x.properties.unresolved END,
  j.unresolved = CASE WHEN seen THEN [] ELSE j.unresolved END,
  j.columns_seen = CASE WHEN seen THEN x.properties.definition_hash END
REMOVE j.retired_at
RETURN j.id AS id
