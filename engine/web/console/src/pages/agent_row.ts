/** A row of the live topic "agents" (engine/web/live/agent_rows.py). */

import type { ContactState } from "../ccp/document";
import type { Row } from "../live";

export type Activity =
  | "AVAILABLE"
  | "OFFLINE"
  | "CUSTOM"
  | "INCOMING"
  | "ON_CONTACT"
  | "AFTER_CONTACT_WORK"
  | "MISSED"
  | "MONITORING";

export interface AgentContact {
  contact_id: string;
  state: ContactState;
  since: string | null;
  queue: { id: string; name: string } | null;
  /** For whoever looks, just now. */
  monitorable: boolean;
  monitors: { login: string; mode: string }[];
  monitors_agent: string | null;
}

export interface AgentRow extends Row {
  user_id: string | null;
  login: string;
  first_name: string;
  last_name: string;
  hierarchy: string[];
  routing_profile: { id: string; name: string } | null;
  status: { id: string; name: string; type: string };
  next_status: string | null;
  activity: Activity;
  activity_since: string | null;
  capacity: number;
  active: number;
  available: number;
  contacts: AgentContact[];
}
