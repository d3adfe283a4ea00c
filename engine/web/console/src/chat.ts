/** What the engine tells of chats. */

/** An item of a transcript, in Connect's words. */
export interface Item {
  Id: string;
  /** UTC, ISO 8601. */
  AbsoluteTime: string;
  Type: string;
  ContentType: string;
  Content?: string;
  ParticipantId: string;
  DisplayName: string;
  ParticipantRole: string;
}
