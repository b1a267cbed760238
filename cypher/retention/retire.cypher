// name:    retention.retire
// purpose: Says that the data of an expired version goes, before any of it does; the mark stays until it is gone.
// param:   version string
// param:   reason string
// returns: id string - no row: it is not expired any more
// access:  write
MATCH (v:DatasetVersion {id: $version})
WHERE v.state = 'EXPIRED' AND v.expired = 1
SET v.state = 'RETIRED', v.reason = $reason, v.retired_at = datetime.realtime(), v.undeleted = 1
REMOVE v.expired
RETURN v.id AS id
