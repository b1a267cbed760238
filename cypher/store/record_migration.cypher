// name:    store.record_migration
// purpose: Says that a migration is applied.
// param:   id string - the migration
// returns: id string - one row
// access:  write
MERGE (m:Migration {id: $id})
ON CREATE SET m.at = datetime.realtime()
RETURN m.id AS id
