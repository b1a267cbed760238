// name:    readiness.set_aside_inputs
// purpose: The versions that a run reads and that were set aside since it was made.
// param:   run string
// returns: version string - none: all its inputs are good
// access:  read
MATCH (v:DatasetVersion)-[:READ_BY]->(:Run {id: $run})
WHERE v.state IN ['QUARANTINED', 'RETIRED']
RETURN v.id AS version ORDER BY version
