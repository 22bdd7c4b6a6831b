"""Payment providers and what they told us."""
