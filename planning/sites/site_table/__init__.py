"""Bring your own times: a siting question from plain tables of ids, costs and people."""
