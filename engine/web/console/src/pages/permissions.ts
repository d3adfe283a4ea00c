/** Permissions as the guide names them: a group, what is in it, and the boxes of each
 * (engine/directory/permission.py has all of them by their names in the API). */

export interface Permission {
  label: string;
  /** Name in the API of each box. */
  boxes: Record<string, string>;
}

export const ACCESS = "Access";
const VERBS = ["View", "Create", "Edit", "Delete"];

function each(noun: string, verbs = VERBS, others: Record<string, string> = {}) {
  const boxes = Object.fromEntries(verbs.map((verb) => [verb, `${noun}.${verb}`]));
  return { ...boxes, ...others };
}

export const GROUPS: Record<string, Permission[]> = {
  "Metrics and Quality": [
    { label: "Access metrics", boxes: { [ACCESS]: "AccessMetrics" } },
    { label: "Contact search", boxes: { View: "ContactSearch.View" } },
    { label: "Manager monitor", boxes: { Enable: "ManagerListenIn" } },
    { label: "Barge and whisper", boxes: { Enable: "ManagerBargeIn" } },
    {
      label: "Recorded conversations",
      boxes: {
        [ACCESS]: "ListenCallRecordings",
        "Enable download button": "DownloadCallRecordings",
        Delete: "DeleteCallRecordings",
      },
    },
    { label: "Contact attributes", boxes: { View: "ContactAttributes.View" } },
    { label: "Restrict to own contacts", boxes: { Restrict: "MyContacts.View" } },
    {
      label: "Restrict by agent hierarchy",
      boxes: { Restrict: "RestrictContactAccessByHierarchy.View" },
    },
  ],
  "Contact Control Panel": [
    { label: "Access Contact Control Panel", boxes: { [ACCESS]: "BasicAgentAccess" } },
    { label: "Make outbound calls", boxes: { [ACCESS]: "OutboundCallAccess" } },
    { label: "Audio device settings", boxes: { [ACCESS]: "AudioDeviceSettings.Access" } },
  ],
  "Contact actions": [
    { label: "End contact", boxes: { Enable: "StopContact.Enabled" } },
    { label: "Transfer contact", boxes: { Enable: "TransferContact.Enabled" } },
    { label: "Edit what is said of contacts", boxes: { Enable: "Contacts.Tag.Edit" } },
  ],
  "Users and permissions": [
    {
      label: "Users",
      boxes: each("Users", VERBS, { "Edit permission": "Users.EditPermission" }),
    },
    { label: "Security profiles", boxes: each("SecurityProfiles") },
    { label: "Agent hierarchy", boxes: each("AgentGrouping", ["View", "Create", "Edit"]) },
    { label: "Agent status", boxes: each("AgentStates", ["View", "Create", "Edit"]) },
    { label: "Historical changes", boxes: { View: "HistoricalChanges.View" } },
  ],
  Routing: [
    { label: "Routing profiles", boxes: each("RoutingPolicies", ["View", "Create", "Edit"]) },
    {
      label: "Queues",
      boxes: each("Queues", ["View", "Create", "Edit"], {
        "Enable and disable": "Queues.EnableAndDisable",
      }),
    },
    { label: "Quick connects", boxes: each("TransferDestinations") },
    { label: "Hours of operation", boxes: each("HoursOfOperation") },
  ],
  "Numbers and flows": [
    {
      label: "Contact flows",
      boxes: each("ContactFlows", VERBS, { Publish: "ContactFlows.Publish" }),
    },
    {
      label: "Flow modules",
      boxes: each("ContactFlowModules", VERBS, { Publish: "ContactFlowModules.Publish" }),
    },
    { label: "Phone numbers", boxes: each("PhoneNumbers", ["View", "Claim", "Edit", "Release"]) },
    { label: "Prompts", boxes: each("Prompts") },
  ],
};
