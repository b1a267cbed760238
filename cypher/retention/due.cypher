// name:    retention.due
// purpose: Partitions whose versions want a look at what is still kept, longest due first. Younger marks may belong to a commit that is not wholly visible yet.
// param:   grace_ms integer - only marks older than this
// param:   most integer
// returns: id string, dataset string, key string, mark string, retention string or null, partition_every, partition_from, partition_details - none when nothing is due
// access:  read
MATCH (p:Partition)
WHERE p.expire_at IS NOT NULL AND p.expire_at < datetime.realtime() - duration({milliseconds: $grace_ms})
WITH p ORDER BY p.expire_at LIMIT $most
OPTIONAL MATCH (d:Dataset {id: p.dataset})
RETURN p.id AS id, p.dataset AS dataset, p.key AS key, toString(p.expire_at) AS mark, d.retention AS retention,
  d.partition_every AS partition_every, d.partition_from AS partition_from, d.partition_details AS partition_details
