"""Who may come in and what is theirs: passwords, tokens, sessions, saved views and links of leaving."""
