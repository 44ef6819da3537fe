"""Review queue: work through sessions, see how far the queues are and what reviewers found."""

from lib.ui.review import queues
from lib.ui.shell.visitor import require_role

visitor = require_role("/review")
queues.draw(visitor)
