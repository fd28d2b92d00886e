"""Background work: what runs when, and the queue that wakes it up.

A job finds its work by state, in sets, so nothing is lost if it is skipped or ends in the middle.
It may run in two processes at once: each piece of work is done once. The queue (procrastinate, in
PostgreSQL) only decides which process runs it, and remembers how it ended. Webhooks are sent by a
loop beside the queue, because one webhook is too small for a job.
"""
