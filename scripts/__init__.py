"""The `carnet` command, one file per sub-command, and what starts, stops and tests the whole."""
