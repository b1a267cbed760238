// name:    identity.forget_names
// purpose: Names that datasets are no longer declared to have. What came of them is told by the closed evidence.
// param:   ids list of string
// returns: id string - one row each
// access:  write
UNWIND $ids AS id
MATCH (n:DeclaredName {id: id})
DELETE n
RETURN id
