"""The moments of a contact at which a flow runs: who hears it, and what its end means to the call.

Flows set the flows of the later moments (UpdateContactEventHooks). None of them is there unless a
flow says so: then the customer hears music in the queue and on hold, and nobody is whispered to.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.call import Input
from engine.line import Party


@dataclass(frozen=True, slots=True)
class Moment:
    name: str
    """As the flow language calls it, where flows can set it."""
    party: Party
    """Who hears it."""
    ended: Input | None
    """What happens to the call when the flow ends; None: nothing, the customer hears music."""
    disconnected: Input | None
    """The same when the flow wants to hang up."""


CONTACT = Moment("Contact", Party.CUSTOMER, Input.FLOW_ENDED, Input.FLOW_ENDED)
"""The flow of a number, when the customer dialled it or was transferred to it."""
OUTBOUND_WHISPER = Moment("OutboundWhisper", Party.CUSTOMER, Input.FLOW_ENDED, Input.FLOW_ENDED)
CUSTOMER_QUEUE = Moment("CustomerQueue", Party.CUSTOMER, None, Input.FLOW_ENDED)
AGENT_WHISPER = Moment("AgentWhisper", Party.AGENT, Input.WHISPERED, Input.WHISPERED)
CUSTOMER_WHISPER = Moment("CustomerWhisper", Party.CUSTOMER, Input.WHISPERED, Input.WHISPERED)
CUSTOMER_HOLD = Moment("CustomerHold", Party.CUSTOMER, None, None)
AGENT_HOLD = Moment("AgentHold", Party.AGENT, None, None)
CUSTOMER_REMAINING = Moment("CustomerRemaining", Party.CUSTOMER, Input.FLOW_ENDED, Input.FLOW_ENDED)
TRANSFER = Moment("Transfer", Party.CUSTOMER, Input.FLOW_ENDED, Input.FLOW_ENDED)
"""The flow that a transfer names, by the API or a quick connect, or the API for whom it calls; it
runs once."""

HOOKS = {
    moment.name: moment
    for moment in (
        *(CUSTOMER_QUEUE, AGENT_WHISPER, CUSTOMER_WHISPER, CUSTOMER_HOLD, AGENT_HOLD),
        CUSTOMER_REMAINING,
    )
}
"""Those that a flow can set; of the language's others there is no moment here."""
