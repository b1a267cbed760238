// name:    versions.current_then
// purpose: What happened to the versions of a partition up to a moment, as the audit tells it: what was current then follows from it.
// param:   partition string
// param:   at datetime
// returns: version string, transition string, at datetime - oldest first; none: nothing was there yet
// access:  read
MATCH (:Partition {id: $partition})-[:HAS_VERSION]->(v:DatasetVersion)
WHERE v.reported_at <= $at
MATCH (a:AuditRecord {subject: v.id})
WHERE a.at <= $at AND a.transition IN ['PUBLISHED', 'SUPERSEDED', 'QUARANTINED', 'EXPIRED']
RETURN v.id AS version, a.transition AS transition, a.at AS at
ORDER BY at
