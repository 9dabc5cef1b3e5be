"""Leaderboards and scores as people see them: terminal, CSV, JSON, Markdown, LaTeX, a page.

Every table is one `sheet.Sheet`; whatever shows it only renders it. Numbers come from `evaluation`.
"""
