// name:    datasets.get_datasets
// purpose: Everything declared about some datasets, with their owners and the columns of their current schema; and what others tell of them, by whichever name.
// param:   ids list of string - dataset ids
// returns: id, namespace, name, format, location, partition_every, partition_from, partition_details, expose, retention, observed, options, contract, description, tags, classification, domain, tier, properties, scope, retired_at, terms list, facets list, owners list, columns list, seen list - one row per dataset that exists; seen: columns of the schema that others saw last; terms and facets are JSON, for each of those that are one
// access:  read
UNWIND $ids AS dataset_id
MATCH (d:Dataset {id: dataset_id})
// What others tell stands where they spelled it, with each of the datasets that are one.
WITH d, [d] + COLLECT { MATCH (m:Dataset {entity: d.entity}) WHERE m.id <> d.id RETURN m } AS members
RETURN d.id AS id, d.namespace AS namespace, d.name AS name, d.format AS format, d.location AS location,
       d.partition_every AS partition_every, d.partition_from AS partition_from, d.partition_details AS partition_details,
       d.expose AS expose, d.retention AS retention, d.observed AS observed, d.options AS options, d.contract AS contract, d.description AS description, d.tags AS tags,
       d.classification AS classification, d.domain AS domain, d.tier AS tier, d.properties AS properties, d.scope AS scope, d.retired_at AS retired_at,
       [m IN members | m.terms] AS terms, [m IN members | m.facets] AS facets,
       COLLECT { UNWIND members AS m MATCH (m)-[:OWNED_BY]->(o:Owner) RETURN DISTINCT o.name } AS owners,
       COLLECT {
         MATCH (d)-[s:HAS_SCHEMA]->(:SchemaVersion)-[h:HAS_FIELD]->(f:Field)
         WHERE s.valid_to > datetime.realtime() AND s.retracted_at > datetime.realtime()
         RETURN {path: f.path, type: h.type, nullable: h.nullable, position: h.position}
       } AS columns,
       COLLECT {
         UNWIND members AS m
         MATCH (m)-[o:SHOWED]->(s:SchemaVersion)
         WITH s, o.last_seen AS last_seen
         ORDER BY last_seen DESC, s.id
         LIMIT 1
         MATCH (s)-[h:HAS_FIELD]->(f:Field)
         RETURN {path: f.path, type: h.type, nullable: h.nullable, position: h.position}
       } AS seen
