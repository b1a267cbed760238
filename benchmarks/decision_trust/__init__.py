"""Verdicts held against what really happens: estates are drawn, run, changed and run again (docs/decision-trust.md)."""
