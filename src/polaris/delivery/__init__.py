"""Webhooks for every dialect: made from events, signed, sent, and each attempt recorded.

`shape` composes the messages of one event. `as_of` restores the facts as they were right after
that event. `images` decodes the copies of the subject that an event stores. `signing` makes keys
and signatures. Each dialect has its own types, bodies, headers and retry times.
"""
