/** What the engine says of one's own phone, and what follows from it. Pure. */

/** All of it is below. */
export const CCP = "/earshot/v1/ccp";

export interface Status {
  id: string;
  name: string;
  type: "ROUTABLE" | "CUSTOM" | "OFFLINE";
}

export type ContactState =
  | "INCOMING"
  | "CONNECTING"
  | "CONNECTED"
  | "CONNECTED_ONHOLD"
  | "MISSED"
  | "ENDED"
  | "MONITORING";
export type Mode = "SILENT_MONITOR" | "WHISPER" | "BARGE";

/** Whoever was called in: a colleague who is asked first, or the third in a conference. */
export interface Third {
  name: string;
  state: "CONNECTING" | "CONNECTED" | "CONNECTED_ONHOLD";
  conference: boolean;
}

export interface Monitored {
  agent: string;
  agent_name: string;
  mode: Mode;
  allowed: Mode[];
}

/** Moments are UTC, ISO 8601. */
export interface Contact {
  contact_id: string;
  channel: "VOICE" | "CHAT";
  state: ContactState;
  since: string;
  connected_at: string | null;
  /** When after-contact work, or the rest after a missed contact, is over by itself. */
  clear_at: string | null;
  initiation_method: string;
  queue: string | null;
  phone_number: string | null;
  muted: boolean;
  recording: "ON" | "SUSPENDED" | null;
  /** Whoever gets it is being called, and has not answered yet. */
  transferring: boolean;
  third: Third | null;
  /** Supervisors who speak; who only listens is not told. */
  listeners: { username: string; mode: Mode }[];
  monitor: Monitored | null;
  /** Of a chat: what the customer is called. */
  customer_name: string | null;
  /** Whether the customer of a chat is just writing. */
  typing: boolean;
  /** Another one when there is more to read. */
  last_item_id: string | null;
}

export interface Permits {
  dial: boolean;
  transfer: boolean;
  record: boolean;
}

export interface CcpDocument {
  key: string;
  /** null for whoever is no agent: a supervisor who listens. */
  status: (Status & { since: string | null }) | null;
  next_status: Status | null;
  statuses: Status[];
  presence: string;
  since: string | null;
  /** Whether the engine has the audio of this user's browser. */
  media: boolean;
  /** Why the last offer led to nothing. */
  /** The page that has the phone, as it calls itself. */
  page: string | null;
  media_failure: string | null;
  /** Of what comes from the browser; a `mos` of 0 before anything came. */
  quality: { loss_percent: number; jitter_ms: number; rtt_ms: number; mos: number } | null;
  may: Permits;
  contacts: Contact[];
}

/** What may be asked for a contact; the name is that of the engine's route. */
export type Deed =
  | "accept"
  | "reject"
  | "hold"
  | "resume"
  | "mute"
  | "unmute"
  | "end"
  | "clear"
  | "digits"
  | "transfer"
  | "conference"
  | "swap"
  | "suspend_recording"
  | "resume_recording";

const WITH_THIRD: Deed[] = ["conference", "swap"];
const OF_CALL: Deed[] = ["hold", "resume", "mute", "digits"];
const OF_RECORDING: Deed[] = ["suspend_recording", "resume_recording"];
const DEEDS: Record<ContactState, Deed[]> = {
  INCOMING: ["accept", "reject"],
  CONNECTING: ["end"],
  CONNECTED: ["hold", "mute", "digits", "transfer", ...WITH_THIRD, ...OF_RECORDING, "end"],
  CONNECTED_ONHOLD: ["resume", "mute", "digits", "transfer", ...WITH_THIRD, ...OF_RECORDING, "end"],
  MISSED: ["clear"],
  ENDED: ["clear"],
  MONITORING: ["end"],
};
const TALKS: ContactState[] = ["CONNECTED", "CONNECTED_ONHOLD"];

/** In the order in which they are drawn. */
export function deeds(contact: Contact, may: Permits): Deed[] {
  const { state, third, recording, muted, transferring } = contact;
  if (transferring) return ["end"];
  const apart = third !== null && third.state !== "CONNECTING" && !third.conference;
  const impossible = new Set<Deed>(contact.channel === "CHAT" ? OF_CALL : []);
  if (!may.transfer || third) impossible.add("transfer");
  if (state === "CONNECTED_ONHOLD" && !apart) impossible.add("digits"); // nobody would hear them
  if (!apart) for (const each of WITH_THIRD) impossible.add(each);
  if (!may.record || recording !== "ON") impossible.add("suspend_recording");
  if (!may.record || recording !== "SUSPENDED") impossible.add("resume_recording");
  return DEEDS[state]
    .filter((each) => !impossible.has(each))
    .map((each) => (each === "mute" && muted ? "unmute" : each));
}

const URGENCY: ContactState[] = [
  "INCOMING",
  "CONNECTED",
  "CONNECTED_ONHOLD",
  "CONNECTING",
  "MONITORING",
  "ENDED",
  "MISSED",
];

/** What a contact is at, by its words in the catalogue. */
export function title({ channel, state }: Contact) {
  const chat = channel === "CHAT" && state === "INCOMING";
  return chat ? "ccp.chat.incoming" : (`ccp.state.${state}` as const);
}

/** What wants an answer first. */
export function byUrgency(contacts: Contact[]): Contact[] {
  return contacts.toSorted((a, b) => URGENCY.indexOf(a.state) - URGENCY.indexOf(b.state));
}

/** Since when the time counts that is shown: a conversation goes on through holds. */
export function countedFrom({ state, since, connected_at }: Contact): string {
  return state === "CONNECTED" ? (connected_at ?? since) : since;
}

const BUSY: ContactState[] = ["INCOMING", "CONNECTING", ...TALKS];

/** Whether another call may be made just now. */
export function isFree(document: CcpDocument): boolean {
  return !document.contacts.some(({ state }) => state === "MONITORING" || BUSY.includes(state));
}

/** An agent at work, and whoever speaks on a contact; who only listens is not asked for one. */
export function needsMicrophone(document: CcpDocument): boolean {
  return (
    (document.status !== null && document.status.type !== "OFFLINE") ||
    document.contacts.some(
      ({ state, monitor }) =>
        monitor ? monitor.mode !== "SILENT_MONITOR" : BUSY.includes(state),
    )
  );
}

/** Whether what the microphone hears may go out. */
export function speaks(document: CcpDocument): boolean {
  return !document.contacts.some(({ state, muted }) => TALKS.includes(state) && muted);
}

const NUMBER = /^\+?[0-9*#]{3,}$/;

/** What is dialled for what was typed; null where that is no phone number. */
export function phoneNumber(typed: string): string | null {
  const bare = typed.replace(/[\s()/.-]/g, "");
  return NUMBER.test(bare) ? bare : null;
}

/** `seconds` as m:ss, or h:mm:ss from an hour on. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const padded = (part: number) => String(part).padStart(2, "0");
  const rest = `${hours ? padded(minutes) : minutes}:${padded(whole % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

/** Seconds from `moment` to `now` (milliseconds since 1970). */
export function secondsSince(moment: string, now: number): number {
  return (now - Date.parse(moment)) / 1000;
}
