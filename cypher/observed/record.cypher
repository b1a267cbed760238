// name:    observed.record
// purpose: Keeps events as they were sent, each once; what is known now of the jobs, datasets and runs that they speak of; which datasets jobs read and make, and which of that is stale; and the schemas that datasets showed. Edges that were seen before are widened: first, last, last complete.
// param:   events list of map {id, at, body, run, job, warnings}
// param:   jobs list of map {id, properties}
// param:   datasets list of map {id, properties}
// param:   runs list of map {id, properties}
// param:   inputs list of map {id, name, job, first, last, complete_at} - name is the id of a dataset's name; first and last are null where only the completeness is new
// param:   outputs list of map {id, name, job, first, last, complete_at}
// param:   settled list of string - ids of the jobs of these edges
// param:   schemas list of map {id, dataset, first, last, fields: list of map {id, path, type, position, nullable}} - fields empty: they are there
// param:   source string
// param:   now datetime
// param:   forever datetime
// param:   operation string - the mark of the unit of work
// returns: concerns list of string, paused string or null - one row. paused: why writes are (`store.mark_operation`). concerns: the parts (ROLE/id of the name) that are declared, of outputs those that others are trusted to publish
// access:  write
FOREACH (x IN $events |
  MERGE (e:LineageEvent {id: x.id})
  ON CREATE SET e.at = x.at, e.body = x.body, e.run = x.run, e.job = x.job, e.warnings = x.warnings,
    e.received_at = datetime.realtime())
FOREACH (x IN $jobs | MERGE (n:Job {id: x.id}) SET n += x.properties)
FOREACH (x IN $datasets | MERGE (n:Dataset {id: x.id}) SET n += x.properties)
FOREACH (x IN $runs | MERGE (n:ObservedRun {id: x.id}) SET n += x.properties)
WITH 1 AS one
CALL () {
  UNWIND $inputs AS x
  MATCH (:DatasetName {id: x.name})-[:NAMES]->(d:Dataset)
  MATCH (j:Job {id: x.job})
  MERGE (d)-[e:CONSUMED_BY {id: x.id}]->(j)
  ON CREATE SET e.source = $source, e.provenance = 'observed', e.named = x.name, e.stale = false, e.valid_from = x.first,
    e.valid_to = $forever, e.recorded_at = $now, e.retracted_at = $forever, e.last_seen = x.last
  FOREACH (_ IN CASE WHEN x.first < e.valid_from THEN [1] ELSE [] END | SET e.valid_from = x.first)
  FOREACH (_ IN CASE WHEN x.last > e.last_seen THEN [1] ELSE [] END | SET e.last_seen = x.last)
  FOREACH (_ IN CASE WHEN x.complete_at IS NOT NULL AND (e.complete_at IS NULL OR x.complete_at > e.complete_at) THEN [1] ELSE [] END |
    SET e.complete_at = x.complete_at)
  RETURN collect(CASE WHEN d.format IS NOT NULL OR EXISTS { MATCH (t:Dataset {id: d.entity}) WHERE t.format IS NOT NULL }
    THEN 'INPUT/' + x.name END) AS read
}
CALL () {
  UNWIND $outputs AS x
  MATCH (:DatasetName {id: x.name})-[:NAMES]->(d:Dataset)
  MATCH (j:Job {id: x.job})
  MERGE (j)-[e:PRODUCES {id: x.id}]->(d)
  ON CREATE SET e.source = $source, e.provenance = 'observed', e.named = x.name, e.stale = false, e.valid_from = x.first,
    e.valid_to = $forever, e.recorded_at = $now, e.retracted_at = $forever, e.last_seen = x.last
  FOREACH (_ IN CASE WHEN x.first < e.valid_from THEN [1] ELSE [] END | SET e.valid_from = x.first)
  FOREACH (_ IN CASE WHEN x.last > e.last_seen THEN [1] ELSE [] END | SET e.last_seen = x.last)
  FOREACH (_ IN CASE WHEN x.complete_at IS NOT NULL AND (e.complete_at IS NULL OR x.complete_at > e.complete_at) THEN [1] ELSE [] END |
    SET e.complete_at = x.complete_at)
  RETURN collect(CASE WHEN d.observed IS NOT NULL OR EXISTS { MATCH (t:Dataset {id: d.entity}) WHERE t.observed IS NOT NULL }
    THEN 'OUTPUT/' + x.name END) AS made
}
CALL () {
  UNWIND $settled AS id
  MATCH (j:Job {id: id})
  CALL (j) {
    MATCH (j)<-[e:CONSUMED_BY]-(:Dataset)
    WHERE e.source = $source
    RETURN collect(e) AS edges, max(e.complete_at) AS newest
    UNION ALL
    MATCH (j)-[e:PRODUCES]->(:Dataset)
    WHERE e.source = $source
    RETURN collect(e) AS edges, max(e.complete_at) AS newest
  }
  UNWIND edges AS e
  WITH e, coalesce(coalesce(e.complete_at, e.last_seen) < newest, false) AS stale
  WHERE e.stale <> stale
  SET e.stale = stale
  RETURN count(*) AS changed
}
CALL () {
  UNWIND $schemas AS x
  MATCH (d:Dataset {id: x.dataset})
  MERGE (s:SchemaVersion {id: x.id})
  ON CREATE SET s.dataset = x.dataset, s.seen_at = x.first
  FOREACH (_ IN CASE WHEN x.first < s.seen_at THEN [1] ELSE [] END | SET s.seen_at = x.first)
  // Whoever makes a schema makes its fields with it, so there are all of them or none.
  FOREACH (f IN CASE WHEN size(x.fields) = 0 OR EXISTS { MATCH (s)-[:HAS_FIELD]->(:Field) } THEN [] ELSE x.fields END |
    MERGE (n:Field {id: f.id})
    ON CREATE SET n.dataset = x.dataset, n.path = f.path
    CREATE (s)-[:HAS_FIELD {type: f.type, position: f.position, nullable: f.nullable}]->(n))
  MERGE (d)-[h:SHOWED]->(s)
  ON CREATE SET h.first_seen = x.first, h.last_seen = x.last, d.schema_news = true
  // One of several that becomes the newest again is news too.
  FOREACH (_ IN CASE WHEN h.last_seen < x.last
      AND EXISTS { MATCH (d)-[o:SHOWED]->(:SchemaVersion) WHERE o.last_seen > h.last_seen AND o.last_seen <= x.last }
    THEN [1] ELSE [] END | SET d.schema_news = true)
  FOREACH (_ IN CASE WHEN x.first < h.first_seen THEN [1] ELSE [] END | SET h.first_seen = x.first)
  FOREACH (_ IN CASE WHEN x.last > h.last_seen THEN [1] ELSE [] END | SET h.last_seen = x.last)
  RETURN count(*) AS shown
}
WITH read + made AS concerns
OPTIONAL MATCH (p:Pause {id: 'writes'})
WHERE p.until > datetime.realtime()
CREATE (:Operation {id: $operation, at: datetime.realtime()})
RETURN concerns, p.reason AS paused
