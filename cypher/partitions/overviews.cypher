// name:    partitions.overviews
// purpose: What some partitions hold.
// param:   ids list of string - ids of partitions
// returns: key string, current list of {id, published_at, row_count}, versions list of {id, state, reason, source_time, published_at} - a row for each that exists
// access:  read
UNWIND $ids AS partition_id
MATCH (p:Partition {id: partition_id})
RETURN p.key AS key,
       COLLECT {
         MATCH (p)-[:CURRENT]->(c:DatasetVersion)
         RETURN {id: c.id, published_at: c.published_at, row_count: c.row_count}
       } AS current,
       COLLECT {
         MATCH (p)-[:HAS_VERSION]->(v:DatasetVersion)
         RETURN {id: v.id, state: v.state, reason: v.reason, source_time: v.source_time, published_at: v.published_at}
       } AS versions
