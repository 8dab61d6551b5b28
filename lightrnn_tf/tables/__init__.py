"""The table of words: as a value, its first form, its listing, and matching."""
