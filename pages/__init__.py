"""One thin file per page: the role, then what `lib.ui.screens` draws."""
