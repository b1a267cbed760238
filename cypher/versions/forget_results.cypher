// name:    versions.forget_results
// purpose: Takes away what checks found in a version that is to be validated again; the audit keeps why it was not good.
// param:   version string
// returns: forgotten integer - one row
// access:  write
MATCH (:DatasetVersion {id: $version})-[:CHECKED_BY]->(c:CheckResult)
DETACH DELETE c
RETURN count(*) AS forgotten
