// name:    retention.sharing
// purpose: Other versions that lie in the same place and must keep it: whatever has not expired, and what has and is still read or held.
// param:   places list of map {version, spellings: list of string - the ways to write the place}
// returns: version string, other string - one row each; none: nobody else needs these places
// access:  read
UNWIND $places AS x
MATCH (o:DatasetVersion)
WHERE o.location IN x.spellings AND o.id <> x.version AND o.state <> 'RETIRED'
  AND (o.state <> 'EXPIRED' OR EXISTS { MATCH (o)-[:READ_BY]->(r:Run) WHERE r.open = 1 }
    OR EXISTS { MATCH (q:Question) WHERE q.open = 1 AND q.version = o.id }
    OR EXISTS { MATCH (h:Hold) WHERE h.open = 1 AND h.target IN [o.partition, o.dataset] })
RETURN x.version AS version, min(o.id) AS other
