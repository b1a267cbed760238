// name:    audit.beside
// purpose: Records that are neither in the chain nor wait for it: written past Headwater, or their place was taken away.
// param:   upto integer - the head, as it was when the walk began
// returns: id string, why string - the first one, or no row
// access:  read
MATCH (a:AuditRecord)
WHERE a.unsealed IS NULL AND (a.seq IS NULL OR a.seq < 1)
RETURN a.id AS id, 'stands outside the chain' AS why
ORDER BY id LIMIT 1
UNION ALL
MATCH (a:AuditRecord)
WHERE a.seq <= $upto
WITH a.seq AS seq, count(*) AS records, min(a.id) AS id
WHERE records > 1
RETURN id, 'shares its place with another record' AS why
ORDER BY id LIMIT 1
