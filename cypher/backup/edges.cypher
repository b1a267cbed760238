// name:    backup.edges
// purpose: The edges that leave the next nodes of one label, by id of the node they leave.
// param:   label string - one of those below: no edge leaves the others
// param:   after string - the last id that was read; empty: from the start
// param:   most integer - how many nodes
// returns: source string, type string, target_label string, target string, properties map - a node without edges: one row of nulls
// access:  read
WITH $label AS label WHERE label = 'Scope'
MATCH (n:Scope) WHERE n.id > $after
WITH n ORDER BY n.id LIMIT $most
OPTIONAL MATCH (n)-[e]->(m)
RETURN n.id AS source, type(e) AS type, labels(m)[0] AS target_label, m.id AS target, properties(e) AS properties
UNION ALL
WITH $label AS label WHERE label = 'Dataset'
MATCH (n:Dataset) WHERE n.id > $after
WITH n ORDER BY n.id LIMIT $most
OPTIONAL MATCH (n)-[e]->(m)
RETURN n.id AS source, type(e) AS type, labels(m)[0] AS target_label, m.id AS target, properties(e) AS properties
UNION ALL
WITH $label AS label WHERE label = 'DatasetName'
MATCH (n:DatasetName) WHERE n.id > $after
WITH n ORDER BY n.id LIMIT $most
OPTIONAL MATCH (n)-[e]->(m)
RETURN n.id AS source, type(e) AS type, labels(m)[0] AS target_label, m.id AS target, properties(e) AS properties
UNION ALL
WITH $label AS label WHERE label = 'Field'
MATCH (n:Field) WHERE n.id > $after
WITH n ORDER BY n.id LIMIT $most
OPTIONAL MATCH (n)-[e]->(m)
RETURN n.id AS source, type(e) AS type, labels(m)[0] AS target_label, m.id AS target, properties(e) AS properties
UNION ALL
WITH $label AS label WHERE label = 'SchemaVersion'
MATCH (n:SchemaVersion) WHERE n.id > $after
WITH n ORDER BY n.id LIMIT $most
OPTIONAL MATCH (n)-[e]->(m)
RETURN n.id AS source, type(e) AS type, labels(m)[0] AS target_label, m.id AS target, properties(e) AS properties
UNION ALL
WITH $label AS label WHERE label = 'Job'
MATCH (n:Job) WHERE n.id > $after
WITH n ORDER BY n.id LIMIT $most
OPTIONAL MATCH (n)-[e]->(m)
RETURN n.id AS source, type(e) AS type, labels(m)[0] AS target_label, m.id AS target, properties(e) AS properties
UNION ALL
WITH $label AS label WHERE label = 'Consumer'
MATCH (n:Consumer) WHERE n.id > $after
WITH n ORDER BY n.id LIMIT $most
OPTIONAL MATCH (n)-[e]->(m)
RETURN n.id AS source, type(e) AS type, labels(m)[0] AS target_label, m.id AS target, properties(e) AS properties
UNION ALL
WITH $label AS label WHERE label = 'Partition'
MATCH (n:Partition) WHERE n.id > $after
WITH n ORDER BY n.id LIMIT $most
OPTIONAL MATCH (n)-[e]->(m)
RETURN n.id AS source, type(e) AS type, labels(m)[0] AS target_label, m.id AS target, properties(e) AS properties
UNION ALL
WITH $label AS label WHERE label = 'DatasetVersion'
MATCH (n:DatasetVersion) WHERE n.id > $after
WITH n ORDER BY n.id LIMIT $most
OPTIONAL MATCH (n)-[e]->(m)
RETURN n.id AS source, type(e) AS type, labels(m)[0] AS target_label, m.id AS target, properties(e) AS properties
UNION ALL
WITH $label AS label WHERE label = 'JobPartition'
MATCH (n:JobPartition) WHERE n.id > $after
WITH n ORDER BY n.id LIMIT $most
OPTIONAL MATCH (n)-[e]->(m)
RETURN n.id AS source, type(e) AS type, labels(m)[0] AS target_label, m.id AS target, properties(e) AS properties
UNION ALL
WITH $label AS label WHERE label = 'Run'
MATCH (n:Run) WHERE n.id > $after
WITH n ORDER BY n.id LIMIT $most
OPTIONAL MATCH (n)-[e]->(m)
RETURN n.id AS source, type(e) AS type, labels(m)[0] AS target_label, m.id AS target, properties(e) AS properties
UNION ALL
WITH $label AS label WHERE label = 'ObservedRun'
MATCH (n:ObservedRun) WHERE n.id > $after
WITH n ORDER BY n.id LIMIT $most
OPTIONAL MATCH (n)-[e]->(m)
RETURN n.id AS source, type(e) AS type, labels(m)[0] AS target_label, m.id AS target, properties(e) AS properties
