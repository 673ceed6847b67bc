"""Measure Cruse against its peers; `python -m benchmarks` is the entry."""
