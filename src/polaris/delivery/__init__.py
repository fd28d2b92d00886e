"""Webhooks for every dialect: which facts they tell, and how they are signed. Nothing is sent yet.

`shape` composes the messages of one event, `as_of` gives them the facts as that event left them,
`images` decodes what an event keeps of its subject, and `signing` makes keys and signatures. Each
dialect brings its own types, bodies, headers and times of retry.
"""
