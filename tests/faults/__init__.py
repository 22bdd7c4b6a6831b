"""Runs in which processes are killed at random, and whose outcome must be that of a quiet one."""
