"""Reviewed texts: articles in versions, Chinese and English, and the search that finds them.

Door: `actions`, `queries`. Stands on notices' floor and below; texts take their values as a mapping, so
that no fee, hour or number is ever typed into one.
"""
