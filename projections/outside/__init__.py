"""Views of other teams, from files outside of this program, in Python or in SQL: kept as ours are, apart from them."""
