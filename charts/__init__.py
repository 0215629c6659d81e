"""The coffee platform: one file per part."""
