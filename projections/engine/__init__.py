"""The engine of the views: follows the log, folds its events, builds tables anew and says how fresh each view is."""
