"""What every room stands on: money, ids, actors, refusals, audit, outbox, redaction, masks, brand, files.

Door: the modules by name. Neighbours: none below; every room may import it.
"""
