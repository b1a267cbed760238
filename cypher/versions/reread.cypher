// name:    versions.reread
// purpose: Notes that versions were found unchanged just now.
// param:   versions list of string
// returns: id string - one row each
// access:  write
UNWIND $versions AS id
MATCH (v:DatasetVersion {id: id})
SET v.reread_at = datetime.realtime()
RETURN v.id AS id
