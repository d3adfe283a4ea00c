"""Functions that flows call, under the ARN they have in Amazon Connect.

    InvokeFunction --event--> Functions --by ARN--> Workers   a Python function, in its own process
                                                    Endpoint  a web service of the operator
                                                    Aws       the Lambda function itself

`event` is what a function is told, Connect's own (specification 4.5); `functions` finds what runs
for an ARN and keeps the time limit; `answer` reads what comes back; `worker` is the program of the
other process, `workers` those processes, `endpoint` and `aws` the other two ways.

Whatever a function does wrong is a FunctionFailed and takes the flow's error branch: it raises,
ends its process, takes too long, wants too much memory, answers more than 32 kB or no JSON. A
contact that hangs up does not break off a function that runs; it has its time limit. Neither the
event nor the answer is logged, and of an exception its type and place only.
"""

from engine.functions.answer import FunctionFailed, value_of
from engine.functions.endpoint import Endpoint
from engine.functions.event import contact_flow_event
from engine.functions.functions import Functions

__all__ = ["Endpoint", "FunctionFailed", "Functions", "contact_flow_event", "value_of"]
