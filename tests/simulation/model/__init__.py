"""A model of the graph that behaves like either engine; the conformance suite holds it to both."""
