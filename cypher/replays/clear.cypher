// name:    replays.clear
// purpose: Versions that stay, because a good run found the same content or because of their owners' word: the open steps of a replay need not avoid them any more.
// param:   replay string
// param:   versions list of string
// returns: id string - one row per step that is concerned
// access:  write
MATCH (s:ReplayStep {replay: $replay})
WHERE s.open = 1 AND any(id IN s.avoids WHERE id IN $versions)
SET s.avoids = [id IN s.avoids WHERE NOT id IN $versions]
RETURN s.id AS id
