"""Text to words, words to ids and cells: spelling, tokens, vocabulary, lexicon."""
