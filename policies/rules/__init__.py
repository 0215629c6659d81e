"""The policies: one file each, in one folder for each path that they guard."""
