"""Single edits of a right platform, one file for each policy: what the policy must find."""
