"""What becomes of contacts and agents, as Amazon Connect streams it, to whoever subscribes.

    ledger, floor, registry -> streams   what happened, as an event, onto the bus
                            -> outbox    to a file and to a URL, in order, again until it is taken
                            -> the live socket: topics contact_events and agent_events

Contact events are those of EventBridge (`contact_events`), agent events those of the agent event
stream (`agent_events`). Each is told at least once: who gets one twice knows it by its id. What
happens while the engine does not run is told by the contact records alone. Pure: contact_events,
agent_snapshot, agent_events.
"""
