// name:    retirement.members
// purpose: All datasets that are one with some datasets, themselves among them.
// param:   datasets list of string - ids
// returns: dataset string, member string - one row each
// access:  read
UNWIND $datasets AS id
MATCH (d:Dataset {id: id})
UNWIND [d.id] + COLLECT { MATCH (m:Dataset) WHERE m.entity = d.entity AND m.id <> d.id RETURN m.id } AS member
RETURN d.id AS dataset, member
