"""Which datasets are one: several names for the same thing, as evidence says it and a rule decides it."""
