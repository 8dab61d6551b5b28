"""Helpers for all other parts: checks, files, memory, options, progress bars."""
