"""Set-up of a checkout: everything that the Makefile needs, put into ``.venv/`` and ``.tools/`` and nowhere else.

The law: a set-up that ran to its end is not run again until one of its inputs changes, and one that was interrupted is
repaired by the next run. Only the standard library is used, because nothing else is there yet.
"""
