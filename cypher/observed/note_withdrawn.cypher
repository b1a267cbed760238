// name:    observed.note_withdrawn
// purpose: Remembers whether versions are set aside because of what others said of their run.
// param:   versions list of map {id, withdrawn: 1, or null for no longer}
// returns: id string - one row each
// access:  write
UNWIND $versions AS x
MATCH (v:DatasetVersion {id: x.id})
SET v.withdrawn = x.withdrawn
RETURN v.id AS id
