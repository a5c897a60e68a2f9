"""Figures of this program, each beside a baseline from the same run. See docs/benchmarks.md."""
