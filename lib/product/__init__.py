"""Facts of the product: each is stated here, once. Pure.

objectives          how fast and how reliable the service shall be
lifetimes           how long data is kept, and how long URLs and files work
limits              sizes that are accepted
schedule            how often each job of the worker runs
alert_guidance      what to do about each alert
reason_guidance     what each reason of the sign-in gate means, and what to do
runbook             writes docs/runbook.md from both
figures             numbers and times as people read them
paths               paths beside pages and API

Who may do and see what is in `lib/auth/permissions.json`, which Python and Convex both read.
"""
