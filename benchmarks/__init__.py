"""Measures the endpoint against other engines, on the Niger graph and on synthetic ones."""
