// name:    retention.deleted
// purpose: The data of a retired version is gone, or must stay for another version that came to its place.
// param:   version string
// param:   kept_for string - id of the version that has the place now; null: the data is gone
// returns: id string - no row: somebody else said so before
// access:  write
MATCH (v:DatasetVersion {id: $version})
WHERE v.undeleted = 1
REMOVE v.undeleted
FOREACH (gone IN CASE WHEN $kept_for IS NULL THEN [v] ELSE [] END | SET gone.deleted_at = datetime.realtime())
FOREACH (kept IN CASE WHEN $kept_for IS NULL THEN [] ELSE [v] END | SET kept.reason = kept.reason + '; its place is that of version ' + $kept_for)
RETURN v.id AS id
