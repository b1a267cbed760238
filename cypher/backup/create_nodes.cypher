// name:    backup.create_nodes
// purpose: Nodes of a backup as they were. Created, never merged: an id that is there already stops the restore.
// param:   nodes map - for each label a list of maps of properties
// returns: one integer - one row
// access:  write
FOREACH (x IN coalesce($nodes.Scope, []) | CREATE (n:Scope) SET n = x)
FOREACH (x IN coalesce($nodes.Owner, []) | CREATE (n:Owner) SET n = x)
FOREACH (x IN coalesce($nodes.Dataset, []) | CREATE (n:Dataset) SET n = x)
FOREACH (x IN coalesce($nodes.DatasetName, []) | CREATE (n:DatasetName) SET n = x)
FOREACH (x IN coalesce($nodes.DeclaredName, []) | CREATE (n:DeclaredName) SET n = x)
FOREACH (x IN coalesce($nodes.Field, []) | CREATE (n:Field) SET n = x)
FOREACH (x IN coalesce($nodes.SchemaVersion, []) | CREATE (n:SchemaVersion) SET n = x)
FOREACH (x IN coalesce($nodes.Contract, []) | CREATE (n:Contract) SET n = x)
FOREACH (x IN coalesce($nodes.Job, []) | CREATE (n:Job) SET n = x)
FOREACH (x IN coalesce($nodes.Consumer, []) | CREATE (n:Consumer) SET n = x)
FOREACH (x IN coalesce($nodes.Partition, []) | CREATE (n:Partition) SET n = x)
FOREACH (x IN coalesce($nodes.DatasetVersion, []) | CREATE (n:DatasetVersion) SET n = x)
FOREACH (x IN coalesce($nodes.CheckResult, []) | CREATE (n:CheckResult) SET n = x)
FOREACH (x IN coalesce($nodes.Reading, []) | CREATE (n:Reading) SET n = x)
FOREACH (x IN coalesce($nodes.JobPartition, []) | CREATE (n:JobPartition) SET n = x)
FOREACH (x IN coalesce($nodes.Run, []) | CREATE (n:Run) SET n = x)
FOREACH (x IN coalesce($nodes.Attempt, []) | CREATE (n:Attempt) SET n = x)
FOREACH (x IN coalesce($nodes.LineageEvent, []) | CREATE (n:LineageEvent) SET n = x)
FOREACH (x IN coalesce($nodes.ObservedRun, []) | CREATE (n:ObservedRun) SET n = x)
FOREACH (x IN coalesce($nodes.Note, []) | CREATE (n:Note) SET n = x)
FOREACH (x IN coalesce($nodes.Hold, []) | CREATE (n:Hold) SET n = x)
FOREACH (x IN coalesce($nodes.Question, []) | CREATE (n:Question) SET n = x)
FOREACH (x IN coalesce($nodes.Replay, []) | CREATE (n:Replay) SET n = x)
FOREACH (x IN coalesce($nodes.ReplayStep, []) | CREATE (n:ReplayStep) SET n = x)
FOREACH (x IN coalesce($nodes.Deadline, []) | CREATE (n:Deadline) SET n = x)
FOREACH (x IN coalesce($nodes.Outbox, []) | CREATE (n:Outbox) SET n = x)
FOREACH (x IN coalesce($nodes.AuditRecord, []) | CREATE (n:AuditRecord) SET n = x)
FOREACH (x IN coalesce($nodes.AuditChain, []) | CREATE (n:AuditChain) SET n = x)
RETURN 1 AS one
