/** What the engine tells of contacts: /earshot/v1/contact (engine/web/review_api.py). */

export type RecordingKind = "AGENT" | "IVR";

export interface Recording {
  Kind: RecordingKind;
  Status: "RECORDING" | "AVAILABLE" | "FAILED" | "INTERRUPTED" | "DELETED";
  Start: string;
  Stop: string | null;
  Deleted: string | null;
  DeletedBy: string | null;
  DeletionReason: string | null;
}

export interface Contact {
  ContactId: string;
  InitialContactId: string;
  PreviousContactId: string | null;
  Channel: string;
  InitiationMethod: string;
  InitiationTimestamp: string;
  ConnectedToAgentTimestamp: string | null;
  DisconnectTimestamp: string | null;
  DisconnectReason: string | null;
  CustomerEndpoint: string;
  SystemEndpoint: string;
  TransferredTo: string | null;
  Queue: string | null;
  Agent: string | null;
  Agents: string[];
  QueueSeconds: number | null;
  TalkSeconds: number | null;
  HoldSeconds: number;
  WorkSeconds: number | null;
  /** null without the permission to see them. */
  Attributes: Record<string, string> | null;
  Tags: Record<string, string>;
  /** null without Manager monitor. */
  Recordings: Recording[] | null;
}

export interface Found {
  Contacts: Contact[];
  TotalCount: number;
  NextToken: string | null;
}

export type StageKind = "FLOW" | "QUEUE" | "TALK" | "HOLD" | "TRANSFERRED" | "WORK";

export interface Stage {
  Kind: StageKind;
  Start: string;
  End: string | null;
}

export interface Step {
  moment: string;
  flow: string;
  block: string;
  type: string;
  at: string;
  seconds: number;
  answer: string;
  led_to: string;
}

export interface Rung {
  At: string;
  Party: string;
  Peer: string;
  Sent: boolean;
  Label: string;
}

export interface Reviewed {
  Contact: Contact;
  Stages: Stage[];
  Steps: Step[];
  Ladder: Rung[];
  Listened: { At: string; Who: string; Action: string }[] | null;
}

export interface Waveform {
  Seconds: number;
  /** By channel, left (customer) first; for each piece lowest and highest, from -1 to 1. */
  Peaks: [number, number][][];
  Spans: { kind: "SUSPENDED" | "HOLD" | "MASKED"; start: number; end: number; reason: string }[];
}

export function isPlayable(recording: Recording): boolean {
  return recording.Status === "AVAILABLE" || recording.Status === "INTERRUPTED";
}

export function contactPath(contactId: string): string {
  return `/earshot/v1/contact/${encodeURIComponent(contactId)}`;
}

export function soundPath(contactId: string, kind: RecordingKind): string {
  return `${contactPath(contactId)}/recording/${kind}`;
}
