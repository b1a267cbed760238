// name:    backup.nodes
// purpose: The next nodes of one label, by id. An index gives each stretch, so a graph of any size is read in stretches.
// param:   label string - one of those below
// param:   after string - the last id that was read; empty: from the start
// param:   most integer
// returns: id string, properties map - in order
// access:  read
WITH $label AS label WHERE label = 'Scope'
MATCH (n:Scope) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'Owner'
MATCH (n:Owner) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'Dataset'
MATCH (n:Dataset) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'DatasetName'
MATCH (n:DatasetName) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'DeclaredName'
MATCH (n:DeclaredName) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'Field'
MATCH (n:Field) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'SchemaVersion'
MATCH (n:SchemaVersion) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'Contract'
MATCH (n:Contract) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'Job'
MATCH (n:Job) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'Consumer'
MATCH (n:Consumer) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'Pool'
MATCH (n:Pool) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'Partition'
MATCH (n:Partition) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'DatasetVersion'
MATCH (n:DatasetVersion) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'CheckResult'
MATCH (n:CheckResult) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'Reading'
MATCH (n:Reading) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'JobPartition'
MATCH (n:JobPartition) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'Run'
MATCH (n:Run) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'Attempt'
MATCH (n:Attempt) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'LineageEvent'
MATCH (n:LineageEvent) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'ObservedRun'
MATCH (n:ObservedRun) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'Note'
MATCH (n:Note) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'Hold'
MATCH (n:Hold) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'Question'
MATCH (n:Question) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'Replay'
MATCH (n:Replay) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'ReplayStep'
MATCH (n:ReplayStep) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'Schedule'
MATCH (n:Schedule) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'Tick'
MATCH (n:Tick) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'Deadline'
MATCH (n:Deadline) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'Outbox'
MATCH (n:Outbox) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'AuditRecord'
MATCH (n:AuditRecord) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
UNION ALL
WITH $label AS label WHERE label = 'AuditChain'
MATCH (n:AuditChain) WHERE n.id > $after
RETURN n.id AS id, properties(n) AS properties ORDER BY id LIMIT $most
