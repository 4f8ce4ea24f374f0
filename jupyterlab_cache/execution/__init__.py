"""Executing notebooks with real kernels, and recording what came of it."""
