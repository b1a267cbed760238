// name:    identity.lock_namespaces
// purpose: Makes others wait who see a new name in these namespaces, or declare one.
// param:   ids list of string - sorted
// param:   token string - fresh for each attempt
// returns: id string - one row each
// access:  write
UNWIND $ids AS id
MERGE (s:Scope {id: id})
SET s._lock = $token
RETURN s.id AS id
