/** The rows of a live topic, as they are just now. */

import { useCallback, useEffect, useMemo, useState } from "react";
import { type LiveMessage, live, type Row, useLive } from "./live";

export interface Rows<R extends Row> {
  /** null before the first snapshot. */
  rows: R[] | null;
  /** Why there are none, in the engine's words; "" for no reason. */
  refusal: string;
}

export function useRows<R extends Row>(topic: string): Rows<R> {
  const [known, setKnown] = useState<Map<string, R> | null>(null);
  const [refusal, setRefusal] = useState("");
  const listener = useCallback((message: LiveMessage) => {
    if (message.type === "error") {
      setRefusal(message.message ?? "");
      return;
    }
    setRefusal("");
    setKnown((before) => {
      const after = new Map(message.type === "snapshot" ? null : before);
      for (const row of (message.rows ?? []) as R[]) after.set(row.key, row);
      for (const key of message.gone ?? []) after.delete(key);
      return after;
    });
  }, []);
  useLive(topic, listener);
  return useMemo(() => ({ rows: known && [...known.values()], refusal }), [known, refusal]);
}

/** The engine's time, milliseconds since 1970; new each second while somebody looks. */
export function useNow(): number {
  const [now, setNow] = useState(live.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(live.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** Seconds since an instant; null for none. */
export function since(utc: string | null, now: number): number | null {
  return utc === null ? null : Math.max(0, (now - Date.parse(utc)) / 1000);
}
