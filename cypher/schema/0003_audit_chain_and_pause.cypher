CREATE CONSTRAINT audit_chain_id IF NOT EXISTS FOR (n:AuditChain) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT pause_id IF NOT EXISTS FOR (n:Pause) REQUIRE n.id IS UNIQUE;
// Sparse: only a record that is not in the chain yet carries the mark.
CREATE INDEX audit_record_unsealed IF NOT EXISTS FOR (n:AuditRecord) ON (n.unsealed);
CREATE INDEX audit_record_seq IF NOT EXISTS FOR (n:AuditRecord) ON (n.seq);
// Records from before there was a chain wait for their place in it.
MATCH (a:AuditRecord) WHERE a.seq IS NULL AND a.unsealed IS NULL CALL (a) { SET a.unsealed = 1 } IN TRANSACTIONS OF 5000 ROWS;
