/** What the contact control panel says. */

export const en = {
  "ccp.title": "Contact Control Panel",
};

export const de: Record<keyof typeof en, string> = {
  "ccp.title": "Contact Control Panel",
};
