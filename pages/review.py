"""Review queue: work through sessions, see how far the queues are and what reviewers found."""

from lib.ui.identity import require_role
from lib.ui.screens import review

visitor = require_role("/review")
review.draw(visitor)
