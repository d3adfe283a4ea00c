"""What browsers are told as it happens: one WebSocket a tab, /earshot/v1/live.

    touch -> feed (board)     what may have changed is made anew, and published if it differs
          -> hub              to everybody who subscribed to the topic
          -> reader           what one client has still to be told, of what they may see
          -> socket           the WebSocket: who it is, what they ask for, how fast they take it

A topic is a set of rows, each under a key: a client gets all of them first, then those that change.
Whoever cannot keep up is told the latest of each row, or all rows anew; nobody is waited for.

    {"type": "subscribe", "topic": "agents", "id": 7}       from the client, "unsubscribe" likewise
    {"type": "snapshot", "topic", "id", "sequence", "rows"} replaces what the client had
    {"type": "change", "topic", "sequence", "rows", "gone"} rows that are new or other, keys that go
    {"type": "error", "topic", "id", "message"}             there is no subscription, or no more
    {"type": "heartbeat"}                                   nothing else happened for a while

Each of ours says when it was sent, `at`, UTC: what lasts is counted by one clock, not the client's.
Events (`event_topics`) are rows, too, each told once: who is sent a snapshot of them has lost some.
`sequence` counts the messages of a topic on a connection, without a gap. It is closed with 4401
where there is no session or it is over, with 4403 for a page of strangers or a password that has to
be changed, with 4429 where there are too many, with 1008 or 1009 for who asks too often or too
much. A socket that is open keeps its session in use. Pure: topic, board, reader, viewers.
"""

from engine.web.live.feed import Feed
from engine.web.live.hub import Hub
from engine.web.live.topic import Topic, Viewer, own_row

__all__ = ["Feed", "Hub", "Topic", "Viewer", "own_row"]
