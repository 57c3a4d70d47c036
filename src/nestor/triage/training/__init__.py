"""Training our own reader: from `corpora/`, and from a folder of public sets where there is one. Numpy only."""
