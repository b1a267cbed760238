// name:    search.columns
// purpose: Columns of datasets declared now that say one of some words in their path, description or tags: those of the schema that is declared, or, where none is, all that versions ever showed. This engine has no full text index: it looks at every column.
// param:   words list of string - lower-case letters and digits only
// param:   limit integer - how many columns to look at, at most
// returns: id string, namespace string, name string, path string, description string, tags list of string - one row each, with the dataset
// access:  read
MATCH (f:Field)
WHERE any(word IN $words WHERE toLower(f.path) CONTAINS word)
  OR (f.description IS NOT NULL AND any(word IN $words WHERE toLower(f.description) CONTAINS word))
  OR (f.tags IS NOT NULL AND any(word IN $words WHERE toLower(reduce(said = '', tag IN f.tags | said + ' ' + tag))
    CONTAINS word))
WITH f
LIMIT $limit
MATCH (d:Dataset {id: f.dataset})
WHERE d.retired_at IS NULL
  AND (EXISTS {
      MATCH (d)-[s:HAS_SCHEMA]->(:SchemaVersion)-[:HAS_FIELD]->(f) WHERE s.valid_to > datetime.realtime()
    } OR (
      NOT EXISTS { MATCH (d)-[s:HAS_SCHEMA]->(:SchemaVersion) WHERE s.valid_to > datetime.realtime() }
      AND EXISTS { MATCH (f)<-[:HAS_FIELD]-(:SchemaVersion)<-[:WITH_SCHEMA]-(:DatasetVersion) }
    ))
OPTIONAL MATCH (entity:Dataset {id: d.entity})
WITH f, coalesce(entity, d) AS d
RETURN d.id AS id, d.namespace AS namespace, d.name AS name, f.path AS path, f.description AS description, f.tags AS tags
