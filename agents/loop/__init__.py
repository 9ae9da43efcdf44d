"""How a run is carried out: for a question, search, choose passages, write, and check what was written."""
