"""Tests of what runs beside the API."""
