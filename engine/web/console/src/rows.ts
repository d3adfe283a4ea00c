/** The rows of a live topic, as they are just now. */

import { useCallback, useMemo, useState, useSyncExternalStore } from "react";
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

let second = 0;
let seconds: ReturnType<typeof setInterval> | undefined;
const watchers = new Set<() => void>();

function beat() {
  second = live.now();
  for (const each of watchers) each();
}

function watchSeconds(watcher: () => void): () => void {
  if (!watchers.size) seconds = setInterval(beat, 1000);
  watchers.add(watcher);
  if (watchers.size === 1) beat();
  return () => {
    watchers.delete(watcher);
    if (!watchers.size) clearInterval(seconds);
  };
}

/** The engine's time, milliseconds since 1970; new each second while somebody looks, and the same
 * for all who do. */
export function useNow(): number {
  return useSyncExternalStore(watchSeconds, () => second);
}

/** Seconds since an instant; null for none. */
export function since(utc: string | null, now: number): number | null {
  return utc === null ? null : Math.max(0, (now - Date.parse(utc)) / 1000);
}
