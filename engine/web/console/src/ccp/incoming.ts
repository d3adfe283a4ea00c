/** What makes one look: ringing, and a notification where the page is not in sight. */

import { useEffect } from "react";
import { useSpoken } from "../i18n";
import { title as heading } from "./document";
import { ring } from "./tones";
import { useCcp } from "./use_ccp";

/** Browsers let a page ask only right after a click. */
export function askToNotify() {
  if ("Notification" in window && Notification.permission === "default")
    void Notification.requestPermission();
}

export function useIncoming() {
  const { t } = useSpoken();
  const { document: told, devices, phone } = useCcp();
  const incoming = told.contacts.find(({ state }) => state === "INCOMING");
  const id = phone.line === "elsewhere" ? undefined : incoming?.contact_id;
  const title = incoming ? t(heading(incoming)) : "";
  const body = [incoming?.customer_name ?? incoming?.phone_number ?? t("ccp.unknown"), incoming?.queue]
    .filter(Boolean)
    .join(", ");
  const isAgent = told.status !== null;
  useEffect(() => {
    if (isAgent && navigator.userActivation?.isActive) askToNotify();
  }, [isAgent]);
  useEffect(() => (id ? ring(devices.speaker) : undefined), [id, devices.speaker]);
  useEffect(() => (id ? notify(title, body, id) : undefined), [id, title, body]);
}

/** Returns how to take it back. */
function notify(title: string, body: string, tag: string): (() => void) | undefined {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  if (!document.hidden && document.hasFocus()) return;
  const told = new Notification(title, { body, tag, requireInteraction: true });
  told.onclick = () => {
    window.focus();
    told.close();
  };
  return () => told.close();
}
