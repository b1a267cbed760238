// name:    versions.confirm
// purpose: A later report found the current content again: from now on only what is later than that report is newer.
// param:   confirmations list of map {current, version} - ids of versions
// returns: id string - one row each
// access:  write
UNWIND $confirmations AS x
MATCH (o:DatasetVersion {id: x.current})
MATCH (v:DatasetVersion {id: x.version})
SET o.confirmed_time = v.source_time, o.confirmed_by = v.id
RETURN o.id AS id
