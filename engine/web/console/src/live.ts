/** The one WebSocket of the tab: each topic begins with a snapshot, changes follow in sequence. */

import { useEffect, useSyncExternalStore } from "react";

const ADDRESS = "/earshot/v1/live";
const RETRY_SECONDS = [0.5, 1, 2, 5, 10];
const SILENT_SECONDS = 30; // the engine says something every 15
/** The engine's close codes for whoever has to log in, or change their password, first. */
const SHUT_OUT = new Set([4401, 4403]);

export interface Row {
  key: string;
}

/** A snapshot replaces all rows of its topic; a change brings some whole, and the keys of others
 * that are gone. */
export interface LiveMessage {
  type: "snapshot" | "change" | "error" | "heartbeat";
  topic?: string | null;
  sequence?: number;
  /** When the engine sent it. */
  at: string;
  rows?: Row[];
  gone?: string[];
  message?: string;
}

type Listener = (message: LiveMessage) => void;

class LiveSocket {
  private socket: WebSocket | null = null;
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly watchers = new Set<() => void>();
  private readonly sequences = new Map<string, number>();
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private lastId = 0;
  /** How far the engine's clock is ahead of this machine's, in milliseconds. */
  private ahead = 0;
  private tuned = false;
  up = false;

  /** By the engine's clock: milliseconds since 1970. */
  now = () => Date.now() + this.ahead;

  /** The same topic twice is one subscription; the last listener to go ends it. */
  subscribe(topic: string, listener: Listener): () => void {
    const known = this.listeners.get(topic);
    if (known) known.add(listener);
    else this.listeners.set(topic, new Set([listener]));
    if (!this.socket) this.open();
    else this.tell("subscribe", topic); // a late listener wants a snapshot too
    return () => this.unsubscribe(topic, listener);
  }

  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  private unsubscribe(topic: string, listener: Listener) {
    const left = this.listeners.get(topic);
    left?.delete(listener);
    if (left?.size) return;
    this.listeners.delete(topic);
    this.sequences.delete(topic);
    this.tell("unsubscribe", topic);
    if (!this.listeners.size) this.close();
  }

  private open() {
    clearTimeout(this.timer);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}${ADDRESS}`);
    this.socket = socket;
    socket.onopen = () => {
      this.failures = 0;
      this.tuned = false;
      this.hear(socket);
      this.setUp(true);
      for (const topic of this.listeners.keys()) this.tell("subscribe", topic);
    };
    socket.onmessage = (event) => {
      this.hear(socket);
      const message = JSON.parse(event.data) as LiveMessage;
      this.tune(message.at);
      this.receive(message);
    };
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.lose();
      if (this.listeners.size && !SHUT_OUT.has(event.code)) this.retry();
    };
  }

  /** Of all that a connection brings, what was on its way the shortest time is right. */
  private tune(at: string) {
    const ahead = Date.parse(at) - Date.now();
    this.ahead = this.tuned ? Math.max(this.ahead, ahead) : ahead;
    this.tuned = true;
  }

  /** From now on it may be silent for so long, and no longer. */
  private hear(socket: WebSocket) {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      if (this.socket !== socket) return;
      this.lose();
      socket.close();
      this.retry();
    }, SILENT_SECONDS * 1000);
  }

  private lose() {
    clearTimeout(this.silence);
    this.socket = null;
    this.sequences.clear();
    this.setUp(false);
  }

  private close() {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.lose();
    socket?.close();
  }

  private retry() {
    const seconds = RETRY_SECONDS[Math.min(this.failures, RETRY_SECONDS.length - 1)] ?? 1;
    this.failures += 1;
    this.timer = setTimeout(() => this.open(), seconds * 1000 * (0.75 + Math.random() / 2));
  }

  private tell(type: string, topic: string) {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    this.lastId += 1;
    this.socket.send(JSON.stringify({ type, topic, id: this.lastId }));
  }

  private receive(message: LiveMessage) {
    const { topic, sequence } = message;
    if (!topic) return;
    const last = this.sequences.get(topic);
    if (message.type === "change" && (last === undefined || sequence !== last + 1)) {
      if (last !== undefined) this.tell("subscribe", topic); // a gap: ask for all of it again
      this.sequences.delete(topic);
      return;
    }
    if (sequence !== undefined) this.sequences.set(topic, sequence);
    for (const listener of this.listeners.get(topic) ?? []) listener(message);
  }

  private setUp(up: boolean) {
    this.up = up;
    for (const each of this.watchers) each();
  }
}

export const live = new LiveSocket();

/** `listener` must keep its identity while the component lives (useCallback). */
export function useLive(topic: string, listener: Listener) {
  useEffect(() => live.subscribe(topic, listener), [topic, listener]);
}

/** Whether the socket is open. */
export function useLiveUp(): boolean {
  return useSyncExternalStore(
    (watcher) => live.watch(watcher),
    () => live.up,
  );
}
