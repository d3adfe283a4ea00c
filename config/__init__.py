"""Configuration: one TOML file and the environment, checked once, then never changed.

    file.toml --+
                +--load()--> Settings        ConfigError: every problem, with file or variable,
    EARSHOT_* --+            (frozen)        key, what was expected and what was found

`settings.py` has every setting with its limits, `default.toml` explains each to the operator,
`people.py` those of agents and supervisors, `listeners.py` knows how addresses are written,
`trunks.py` has lines to the outside and who may be called there, `flows.py` and `hours.py` what
contact flows may name, `functions.py` what runs when they call a function, `bots.py` whom callers
talk with in them, `streaming.py` who hears them meanwhile, `storage.py` where recordings go, who
can read them and for how long they stay, `browsers.py` where phones in browsers are reached,
`instance.py` what else an instance has, in a file of its own that `instance.toml` explains,
`login.py` how browsers log in, `oidc.py` who else vouches for people, `events.py` who is told of
contacts and agents, `trace.py` what is kept of messages, `section.py` what all are made of.
`directory.py` ties people, queues and numbers together and writes a first file, `problems.py` finds
the words, `loader.py` reads. Packages import the section that is theirs.

The environment wins over the file: EARSHOT_SIP__PORT=5070. An unknown key is an error, with the
known key it resembles; no message holds the value of a secret. What is allowed but hardly meant,
a file with passwords that everyone may read for one, is told by `warnings`, which logs nothing.
"""

from config.bots import Bot
from config.browsers import BrowserSettings
from config.chat import ChatSettings
from config.directory import starter
from config.events import EventSettings
from config.flows import FlowSettings
from config.functions import Function, FunctionSettings
from config.hours import Hours
from config.instance import DirectorySettings, Instance
from config.loader import load, warnings
from config.login import LoginSettings
from config.oidc import OidcSettings
from config.people import Agent, Person, Supervisor
from config.problems import ConfigError, Problem
from config.settings import (
    DatabaseSettings,
    MediaSettings,
    Number,
    PromptSettings,
    Queue,
    RecordingSettings,
    RoutingSettings,
    Settings,
    SipSettings,
    TlsSettings,
    WebSettings,
)
from config.storage import EncryptionSettings, RetentionRule, StoreSettings
from config.streaming import StreamingSettings
from config.trace import TraceSettings
from config.trunks import DiallingSettings, NumberPlan, Trunk

__all__ = [
    "Agent",
    "Bot",
    "BrowserSettings",
    "ChatSettings",
    "ConfigError",
    "DatabaseSettings",
    "DiallingSettings",
    "DirectorySettings",
    "EncryptionSettings",
    "EventSettings",
    "FlowSettings",
    "Function",
    "FunctionSettings",
    "Hours",
    "Instance",
    "LoginSettings",
    "MediaSettings",
    "Number",
    "NumberPlan",
    "OidcSettings",
    "Person",
    "Problem",
    "PromptSettings",
    "Queue",
    "RecordingSettings",
    "RetentionRule",
    "RoutingSettings",
    "Settings",
    "SipSettings",
    "StoreSettings",
    "StreamingSettings",
    "Supervisor",
    "TlsSettings",
    "TraceSettings",
    "Trunk",
    "WebSettings",
    "load",
    "starter",
    "warnings",
]
