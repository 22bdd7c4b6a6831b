"""Customers, stock and coupons of CSV files, row by row."""
