// name:    observed.declared_and_seen
// purpose: What a job is declared to read and make, what runs of it were seen to, and whether a run executed it as it is declared now.
// param:   job string - its id
// param:   run string - id of one of its runs
// param:   source string - of observed edges
// returns: scope string or null, columns_known boolean, seen_hash string or null - of the declaration under which it was seen to be known by column, definition_hash string or null, is_of_now boolean, declared list of string, seen list of string - `reads ID` and `makes ID` of datasets; one row, none when there is no such job or run
// access:  read
MATCH (j:Job {id: $job})
MATCH (r:Run {id: $run})
RETURN j.scope AS scope, coalesce(j.columns_known, false) AS columns_known, j.columns_seen AS seen_hash,
  j.definition_hash AS definition_hash, coalesce(j.definition_hash = r.definition_hash, false) AS is_of_now,
  COLLECT { MATCH (j)<-[e:CONSUMED_BY]-(d:Dataset) WHERE e.source <> $source AND e.valid_to > datetime.realtime() RETURN DISTINCT 'reads ' + d.id }
  + COLLECT { MATCH (j)-[e:PRODUCES]->(d:Dataset) WHERE e.source <> $source AND e.valid_to > datetime.realtime() RETURN DISTINCT 'makes ' + d.id } AS declared,
  COLLECT { MATCH (j)<-[e:CONSUMED_BY]-(d:Dataset) WHERE e.source = $source AND NOT coalesce(e.stale, false) RETURN DISTINCT 'reads ' + d.id }
  + COLLECT { MATCH (j)-[e:PRODUCES]->(d:Dataset) WHERE e.source = $source AND NOT coalesce(e.stale, false) RETURN DISTINCT 'makes ' + d.id } AS seen
