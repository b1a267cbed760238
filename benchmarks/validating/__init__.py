"""The three ways to answer ten questions that `benchmarks.validate` compares, and the rows that they are about."""
