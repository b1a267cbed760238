// name:    verify.published_unchecked
// purpose: Versions that were published although a blocking check failed on them, or without having been read at all. What others found comes later, and does not count.
// param:   most integer
// returns: subject string, message string - none when the invariant holds
// access:  read
MATCH (v:DatasetVersion)
WHERE v.published_at IS NOT NULL
  AND (v.content_hash IS NULL
    OR EXISTS { MATCH (v)-[:CHECKED_BY]->(c:CheckResult) WHERE c.severity = 'blocking' AND NOT c.passed AND c.source IS NULL })
RETURN v.id AS subject, 'published without its blocking checks passed' AS message
LIMIT $most
