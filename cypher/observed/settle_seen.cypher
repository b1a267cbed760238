// name:    observed.settle_seen
// purpose: A job that declares no columns is known by them, as it is declared now, or is not any more. What could not be followed is kept beside, for the estate that it is compared with. After the lock of the job.
// param:   job string - its id
// param:   seen_hash string - of its declaration; null: it is not known
// returns: id string - one row
// access:  write
MATCH (j:Job {id: $job})
// Looked at before: one engine reads what it has just set, the other one what was there.
WITH j, coalesce(j.unresolved_unseen, j.unresolved, []) AS unfollowed, j.columns_known_since AS since
SET j.unresolved_unseen = CASE WHEN $seen_hash IS NULL THEN null ELSE unfollowed END,
  j.unresolved = CASE WHEN $seen_hash IS NULL THEN unfollowed ELSE [] END,
  j.columns_known_since = CASE WHEN $seen_hash IS NULL THEN null ELSE coalesce(since, datetime.realtime()) END,
  j.columns_known = $seen_hash IS NOT NULL, j.columns_seen = $seen_hash
RETURN j.id AS id
