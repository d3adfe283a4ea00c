"""Every setting, with its default, unit and limits. Pure: reading files is `loader`'s work.

Times are seconds, sizes are bytes, rates are hertz, unless a name says otherwise.
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.bots import Bot
from config.browsers import BrowserSettings
from config.chat import ChatSettings
from config.events import EventSettings
from config.flows import FlowSettings
from config.functions import Function, FunctionSettings
from config.hours import Hours
from config.instance import DirectorySettings, Instance
from config.listeners import AddressText, ListenerText
from config.login import LoginSettings
from config.oidc import OidcSettings
from config.people import Agent, DigestAlgorithm, DigestQop, Supervisor
from config.section import (
    E164,
    CodecName,
    ListenerAddress,
    Name,
    OwnAddress,
    OwnAddress6,
    Port,
    ReferTarget,
    Seconds,
    Secret,
    Section,
)
from config.storage import EncryptionSettings, RetentionRule, StoreSettings
from config.streaming import StreamingSettings
from config.trace import TraceSettings
from config.trunks import DiallingSettings, Proxy, Trunk

ExtraHeader = Annotated[str, Field(pattern=r"^[Xx]-[A-Za-z0-9_.-]{1,60}$")]


class SipSettings(Section):
    host: ListenerAddress = "127.0.0.1"
    """Address of the first two listeners, UDP and TCP; Via and Contact carry it."""
    port: Port = 5060
    """Of both; 0 takes a free one (tests)."""
    listeners: tuple[ListenerText, ...] = ()
    """More of them: TLS, IPv6, other addresses and ports."""
    dscp: Annotated[int, Field(ge=0, le=63)] = 24
    """Marks the packets of signalling (RFC 4594): CS3, as switches expect it."""
    dns_servers: tuple[AddressText, ...] = ()
    """In place of those in /etc/resolv.conf."""
    outbound_proxies: tuple[Proxy, ...] = ()
    """The way of calls to the outside, one proxy after the other; a trunk's own comes first."""
    realm: Name = "earshot"
    digest_algorithms: Annotated[tuple[DigestAlgorithm, ...], Field(min_length=1)] = (
        "SHA-256",
        "MD5",
    )
    """Offered to phones in this order (RFC 8760)."""
    digest_qops: Annotated[tuple[DigestQop, ...], Field(min_length=1)] = ("auth",)
    """What a proof covers; with auth-int the body too, which boxes on the way like to rewrite."""
    nonce_seconds: Seconds = 300.0
    max_auth_failures: Annotated[int, Field(ge=1)] = 10
    """Wrong passwords from one address; its next guesses get no answer."""
    max_user_auth_failures: Annotated[int, Field(ge=1)] = 20
    """Wrong passwords for one user name; the next ones get 503 from addresses not known yet."""
    auth_failure_seconds: Seconds = 60.0
    """After so long one more wrong password is looked at."""
    max_registration_seconds: Annotated[int, Field(ge=60)] = 3600
    trusted_sources: tuple[IPv4Network | IPv6Network, ...] = ()
    """Networks whose P-Asserted-Identity is believed and who are told one (RFC 3325)."""
    keepalive_seconds: Annotated[float, Field(ge=0, le=3600)] = 25.0
    """Phones behind NAT, on UDP, are asked by OPTIONS so often; 0 asks nobody."""
    max_message_bytes: Annotated[int, Field(ge=2048, le=65535)] = 65535
    max_sessions: Annotated[int, Field(ge=1)] = 4000
    max_transactions: Annotated[int, Field(ge=1)] = 20000
    max_tcp_connections: Annotated[int, Field(ge=1)] = 1000
    """TCP and TLS together."""
    max_tcp_connections_per_source: Annotated[int, Field(ge=1)] = 100
    """That one address opened to us, or one /64 of IPv6."""
    tcp_idle_seconds: Annotated[float, Field(ge=60, allow_inf_nan=False)] = 1800.0
    """A connection without a message for so long is closed, unless a phone registered by it."""
    flood_messages_per_second: Annotated[float, Field(gt=0, le=100_000)] = 500.0
    """From one address; what comes beyond is thrown away unread."""
    flood_burst: Annotated[int, Field(ge=1)] = 2000
    """So many messages may come at once."""
    flood_exempt: tuple[IPv4Network | IPv6Network, ...] = (
        IPv4Network("127.0.0.0/8"),
        IPv6Network("::1/128"),
    )
    """Networks that may send what they like: proxies that speak for many."""
    overload_seconds: Seconds = 0.5
    """When messages wait longer than this, new calls and registrations get 503."""
    passed_headers: Annotated[tuple[ExtraHeader, ...], Field(max_length=32)] = ()
    """X- headers of a caller that the phones of agents are sent as well."""
    contact_id_header: ExtraHeader | None = None
    """X- header that tells the phones of agents the contact's id; None tells nobody."""


class TlsSettings(Section):
    """Certificates of SIP over TLS, all in PEM. They are read again when a file changes."""

    certificate: Path | None = None
    """Ours, then those that lead to the root. A `tls:` listener needs it."""
    private_key: Path | None = None
    """In a file of its own; None when it is in that of the certificate."""
    client_certificate: Path | None = None
    """What we show to peers that we connect to; None shows them `certificate`."""
    client_private_key: Path | None = None
    ca_file: Path | None = None
    """Whose certificates we believe; None takes the system's store."""
    client_certificates: Literal["ignored", "optional", "required"] = "ignored"
    """Whether peers that connect to us must have one; what they show is always verified."""

    @model_validator(mode="after")
    def _keys_have_certificates(self) -> Self:
        if self.private_key and not self.certificate:
            raise ValueError("a certificate for private_key")
        if self.client_private_key and not self.client_certificate:
            raise ValueError("a client_certificate for client_private_key")
        return self


class MediaSettings(Section):
    host: OwnAddress = "127.0.0.1"
    """Address of the RTP sockets, as written into SDP."""
    host6: OwnAddress6 | None = None
    """That for phones that describe themselves in IPv6; without it they are refused."""
    dscp: Annotated[int, Field(ge=0, le=63)] = 46
    """Of RTP and RTCP: expedited forwarding (RFC 3246)."""
    port_min: Annotated[int, Field(ge=1024, le=65535)] = 20000
    port_max: Annotated[int, Field(ge=1024, le=65535)] = 29999
    max_ports: Annotated[int, Field(ge=4, le=65536)] = 4096
    """Slots of the mixer: RTP ports, players and taps together. Memory is taken at start."""
    silence_timeout_seconds: Seconds = 30.0
    """A phone that sends no RTP for this long, and no BYE, has vanished: its call is ended."""
    playout_min_ms: Annotated[int, Field(ge=20, le=400)] = 20
    playout_max_ms: Annotated[int, Field(ge=20, le=400)] = 200
    """Within these bounds what is mixed waits for late packets, as long as their jitter needs."""
    recording_delay_ms: Annotated[int, Field(ge=40, le=400)] = 120
    recorded_dtmf: Literal["silent", "heard"] = "silent"
    """What keys that are tones in what a phone says are in recordings."""
    srtp: Literal["never", "secure", "always"] = "secure"
    """SRTP with keys in SDP: "secure" wherever signalling is over TLS and the phone knows it,
    "always" takes no call without. Keys are never told over anything but TLS."""
    codecs: Annotated[tuple[CodecName, ...], Field(min_length=1)] = (
        "PCMU",
        "PCMA",
        "G722",
        "opus",
    )
    """What calls are spoken in, in the order of our offers; a phone's offer has its own order."""
    inband_dtmf: Literal["never", "fallback"] = "never"
    """Whether keys are looked for in the sound of callers whose phones know no telephone events."""
    rtcp_mux: Literal["accepted", "offered"] = "accepted"
    """RTCP on the port of RTP (RFC 5761): where a phone offers it, or in our own offers too."""
    late_tick_ms: Annotated[int, Field(ge=1, le=1000)] = 10
    """A tick of a media thread that begins later is counted, and warned of at most every 10 s."""
    threads: Annotated[int, Field(ge=1, le=64)] = 1
    """Media threads. Each has its share of the ports and slots; a call lives on one of them."""

    @model_validator(mode="after")
    def _a_pair_of_ports_fits(self) -> Self:
        """RTP on an even port, RTCP on the next (RFC 3550 §11)."""
        if self.port_min + self.port_min % 2 >= self.port_max:
            raise ValueError("an even port and the one after it between port_min and port_max")
        return self

    @model_validator(mode="after")
    def _the_bounds_of_the_delay_are_in_order(self) -> Self:
        if self.playout_min_ms > self.playout_max_ms:
            raise ValueError("playout_min_ms is at most playout_max_ms")
        return self

    @model_validator(mode="after")
    def _a_call_fits_on_every_thread(self) -> Self:
        pairs = (self.port_max + 1 - self.port_min - self.port_min % 2) // 2
        if self.threads > 1 and (pairs < 2 * self.threads or self.max_ports < 4 * self.threads):
            raise ValueError("two pairs of ports and four of max_ports for each of the threads")
        return self


def never_or_seldom(seconds: float) -> float:
    if seconds != 0 and not 1 <= seconds <= 120:
        raise ValueError("0, or 1 to 120 seconds")
    return seconds


class RecordingSettings(Section):
    directory: Path = Path("var/recordings")
    format: Literal["wav", "flac", "opus"] = "wav"
    """What a recording is kept as after the call; while it runs it is always WAV."""
    min_free_bytes: Annotated[int, Field(ge=0)] = 100_000_000
    """Below this much free space no recording starts and an alarm is logged."""
    beep_seconds: Annotated[float, AfterValidator(never_or_seldom)] = 0.0
    """From one tone to the next that tells both parties that they are recorded; 0 for none."""
    policy: Literal["continue-unrecorded", "record-or-refuse"] = "continue-unrecorded"
    """What becomes of a conversation that cannot be recorded: it goes on, with an alarm, or its
    flow takes the error branch, and what has no such branch is ended."""


class PromptSettings(Section):
    directory: Path = Path("var/prompts")
    """WAV prompts named by flows (PromptId), and the cache of spoken text below `spoken/`."""
    bucket: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,62}$")] | None = None
    """s3://<bucket>/<name> is the file of that name in the directory, for prompts of the API."""
    voice: Name = "en"
    """Voice of espeak-ng for texts."""
    hold_music: Path | None = None
    """WAV file; None plays the built-in loop."""
    max_text_chars: Annotated[int, Field(ge=1)] = 3000


class RoutingSettings(Section):
    ring_seconds: Seconds = 20.0
    drain_seconds: Seconds = 30.0
    """After SIGTERM current calls may finish for this long."""
    max_calls: Annotated[int, Field(ge=1)] = 1000
    max_listeners: Annotated[int, Field(ge=1)] = 5
    refer_targets: Annotated[tuple[ReferTarget, ...], Field(max_length=1000)] = ()
    """Outside of this house, where customers may be sent by REFER; the call is theirs then."""


class WebSettings(Section):
    host: Name = "127.0.0.1"
    port: Port = 8080
    token: Secret | None = None
    """Bearer token of the API; without one every request is refused."""
    instance_arn: Annotated[
        str, Field(pattern=r"^arn:aws[a-z-]*:connect:[a-z0-9-]+:\d{12}:instance/[\w-]{1,100}$")
    ] = "arn:aws:connect:local:000000000000:instance/earshot"
    """What the API calls this instance; agents and queues have their ARNs below it."""
    key_file: Path = Path("var/access-keys.key")
    """What the secrets of access keys are made of; made at the first start."""
    requests_per_second: Annotated[float, Field(gt=0, le=100_000)] = 100.0
    """Of one caller; what comes faster is refused, and AWS clients wait and try again."""
    request_burst: Annotated[int, Field(ge=1)] = 500
    """So many may come at once."""

    def is_instance(self, said: str) -> bool:
        """Whether an id or ARN means this instance."""
        return said in (self.instance_arn, self.instance_arn.rpartition("/")[2])


class DatabaseSettings(Section):
    url: Name = "sqlite+aiosqlite:///var/earshot.sqlite"


class Queue(Section):
    name: Annotated[str, Field(min_length=1, max_length=127)]
    outbound_flow: Path | None = None
    """The outbound whisper flow of calls to the outside."""
    caller_id: E164 | None = None
    """What those see who are called; without one the number of the trunk."""
    caller_name: Annotated[str, Field(max_length=64)] = ""
    hours: str | None = None
    """The hours of operation that flows check; without any they can check none."""
    max_contacts: Annotated[int, Field(ge=0)] | None = None
    """So many may wait, ringing ones included; flows are told that it is full. None: any number."""


class Number(Section):
    """What a customer can dial, and the contact flow that then runs."""

    number: Annotated[str, Field(pattern=r"^[A-Za-z0-9._+*#-]{1,64}$")]
    flow: Path
    auto_suspend_on_dtmf: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] = 0.0
    """Nothing is recorded from the first digit that is keyed until none came for so many seconds,
    wherever the contact goes. 0: what is said meanwhile is recorded."""


class Settings(BaseSettings):
    """The whole file. Made with keywords it is just those: only `load` looks at the environment."""

    model_config = SettingsConfigDict(
        env_prefix="EARSHOT_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,  # they may be secrets
    )

    sip: SipSettings = SipSettings()
    tls: TlsSettings = TlsSettings()
    media: MediaSettings = MediaSettings()
    browsers: BrowserSettings = BrowserSettings()
    recording: RecordingSettings = RecordingSettings()
    store: StoreSettings = StoreSettings()
    encryption: EncryptionSettings = EncryptionSettings()
    prompts: PromptSettings = PromptSettings()
    flows: FlowSettings = FlowSettings()
    functions: FunctionSettings = FunctionSettings()
    streaming: StreamingSettings = StreamingSettings()
    routing: RoutingSettings = RoutingSettings()
    chat: ChatSettings = ChatSettings()
    dialling: DiallingSettings = DiallingSettings()
    web: WebSettings = WebSettings()
    login: LoginSettings = LoginSettings()
    oidc: OidcSettings = OidcSettings()
    events: EventSettings = EventSettings()
    database: DatabaseSettings = DatabaseSettings()
    directory: DirectorySettings = DirectorySettings()
    trace: TraceSettings = TraceSettings()
    agents: tuple[Agent, ...] = ()
    supervisors: tuple[Supervisor, ...] = ()
    queues: tuple[Queue, ...] = ()
    hours: tuple[Hours, ...] = ()
    bots: tuple[Bot, ...] = ()
    lambda_functions: tuple[Function, ...] = ()
    numbers: tuple[Number, ...] = ()
    trunks: tuple[Trunk, ...] = ()
    retention: tuple[RetentionRule, ...] = ()
    instance: Instance = Instance()
    """From `directory.instance_file`, nowhere else."""

    @model_validator(mode="after")
    def _tls_has_a_certificate(self) -> Self:
        wanted = any(each.startswith("tls:") for each in self.sip.listeners)
        if wanted and not self.tls.certificate:
            raise ValueError("a certificate in [tls] for the tls: listener")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)
