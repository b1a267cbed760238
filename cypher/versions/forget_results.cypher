// name:    versions.forget_results
// purpose: Takes away what our checks found in a version that is to be validated again; the audit keeps why it was not good. What others found stays.
// param:   version string
// returns: forgotten integer - one row
// access:  write
MATCH (:DatasetVersion {id: $version})-[:CHECKED_BY]->(c:CheckResult)
WHERE c.source IS NULL
DETACH DELETE c
RETURN count(*) AS forgotten
