"""Changes over HTTP: what every open desk waits for."""
