"""The workflows and actions of this repository, run step by step as a runner would, and held to laws."""
