"""The bulk importer: files of conversations, read line by line and written through `lib.data`.

- `source`: a file -> conversations and refusals, by the parsers.
- `sessions`, `chat`, `cues`, `table`: pure parsers, JSON or text -> turns and numbered refusals.
- `writer`: one conversation -> user, session, turns, recordings; repeats change nothing.
- `run`: many files, several writers, one report.
"""
