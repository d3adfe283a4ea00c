/** What the engine tells of contacts: /earshot/v1/contact. */

import type { Schemas } from "./api";

export type RecordingKind = Schemas["RecordingKind"];
export type Recording = Schemas["Recording"];
export type Contact = Schemas["Contact"];
export type Chained = Schemas["Chained"];
export type Stage = Schemas["Stage"];
export type Rung = Schemas["Rung"];
export type Reviewed = Schemas["Reviewed"];
export type Waveform = Schemas["Waveform"];

export function isPlayable(recording: Recording): boolean {
  return recording.Status === "AVAILABLE" || recording.Status === "INTERRUPTED";
}

export function soundPath(contactId: string, kind: RecordingKind): string {
  return `/earshot/v1/contact/${encodeURIComponent(contactId)}/recording/${kind}`;
}
