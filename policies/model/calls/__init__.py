"""Whom pods call: the addresses in their variables, arguments and files, and where these lead."""
