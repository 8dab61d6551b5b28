"""What every other part may use: checks, files, memory, bars of progress."""
