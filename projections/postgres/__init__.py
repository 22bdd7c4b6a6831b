"""PostgreSQL itself: the server that comes along when none is named, and the migrations of any server."""
