// name:    holds.place
// purpose: Holds a target, unless it is held already. Locks before it looks; a target has one hold, which opens and closes.
// param:   hold string - id
// param:   target map {id, kind, namespace, name, key} - id: of a dataset, job, partition or job partition; key: null for all partitions
// param:   open integer - 1: no run of it is claimed; 2: it keeps no run from being claimed
// param:   effect string - WAIT or SKIP
// param:   until datetime - when it ends by itself; null: never
// param:   reason string
// param:   by string
// param:   token string - fresh for each attempt
// returns: id string, placed boolean - one row; placed false: it was held already, and by whom stays
// access:  write
MERGE (h:Hold {id: $hold})
SET h._lock = $token
WITH h, h.open IS NULL AS placed
FOREACH (_ IN CASE WHEN placed THEN [1] ELSE [] END |
  SET h.open = $open, h.target = $target.id, h.kind = $target.kind, h.namespace = $target.namespace, h.name = $target.name,
    h.key = $target.key, h.effect = $effect, h.until = $until, h.reason = $reason, h.by = $by, h.placed_at = datetime.realtime()
  REMOVE h.released_at, h.released_by)
RETURN h.id AS id, placed
