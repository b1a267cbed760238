// name:    reads.told
// purpose: The consumers and programs that told to have read any of some versions, the last ones first.
// param:   versions list of string
// param:   most integer
// returns: kind, name, count integer, last_at datetime - one row each
// access:  read
UNWIND $versions AS id
MATCH (:DatasetVersion {id: id})-[:SEEN_BY]->(n:Reading)
RETURN n.kind AS kind, n.reader AS name, sum(n.count) AS count, max(n.last_at) AS last_at
ORDER BY last_at DESC, name LIMIT $most
