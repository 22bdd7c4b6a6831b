"""Work that follows from what was recorded: effects, what is due later, and where each process stands."""
