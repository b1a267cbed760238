// name:    listing.tags
// purpose: The tags that datasets and columns carry by declaration, each once, and the facets of datasets that observations tagged.
// returns: tags list of string, facets list of string - one row; facets are JSON
// access:  read
CALL () {
  MATCH (d:Dataset) WHERE d.retired_at IS NULL AND d.tags IS NOT NULL
  UNWIND d.tags AS tag
  RETURN DISTINCT tag
  UNION
  MATCH (f:Field) WHERE f.tags IS NOT NULL
  UNWIND f.tags AS tag
  RETURN DISTINCT tag
}
WITH collect(tag) AS tags
CALL () {
  MATCH (d:Dataset) WHERE d.retired_at IS NULL AND d.facets CONTAINS '"tags": ["'
  RETURN collect(d.facets) AS facets
}
RETURN tags, facets
