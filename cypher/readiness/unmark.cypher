// name:    readiness.unmark
// purpose: Takes away marks that were evaluated; one that was set anew meanwhile stays.
// param:   partitions list of string
// param:   read_at datetime - when the marks were read
// returns: id string - one row each
// access:  write
UNWIND $partitions AS id
MATCH (p:Partition {id: id})
WHERE p.evaluate <= $read_at
REMOVE p.evaluate
RETURN p.id AS id
