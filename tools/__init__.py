"""Programs that build and keep the project; nothing here is part of the wheel."""
