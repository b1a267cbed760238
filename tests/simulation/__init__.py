"""The real protocol code on a model of the graph, under a seeded scheduler that makes everything go wrong."""
