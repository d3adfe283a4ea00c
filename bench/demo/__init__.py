"""The demo: one real contact, from the greeting to the record, with three independent phones.

    earshot serve (a process)        agent1, manager1, customer: pjsua2, a process each
        ^ SIP, RTP, HTTP                   |
        +----------------------------------+

`engine.py` runs the engine, `story.py` is what happens, `checks.py` measures what was heard,
`__main__.py` prints. Everything lies in one folder afterwards, to be listened to.
"""
