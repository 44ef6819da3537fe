"""Write the page `docs/import-inputs.md` to standard output."""

from __future__ import annotations

from tests.formats.inputs import page

print(page(), end="")  # the page is what this is for
