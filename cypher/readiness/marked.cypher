// name:    readiness.marked
// purpose: Partitions whose readiness is to be evaluated again, oldest mark first. Younger marks may belong to a commit that is not wholly visible yet.
// param:   grace_ms integer - only marks older than this
// param:   most integer
// returns: id string, dataset string, key string, mark string - none when nothing is marked
// access:  read
MATCH (p:Partition)
WHERE p.evaluate IS NOT NULL AND p.evaluate < datetime.realtime() - duration({milliseconds: $grace_ms})
RETURN p.id AS id, p.dataset AS dataset, p.key AS key, toString(p.evaluate) AS mark
ORDER BY p.evaluate LIMIT $most
