"""Chromium for machines that have none: an npm package that ships it whole, with its own lock."""
