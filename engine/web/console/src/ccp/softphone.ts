/**
 * The phone in the page: one audio leg to the engine, kept over contacts, pages and networks.
 *
 * It is framework-free; whoever draws it subscribes and reads `state`. One tab of the browser has
 * it at a time (a Web Lock), as the engine keeps one leg a login; of several browsers the one that
 * took it last.
 */

import { ApiError, ask, engine } from "../api";
import { CCP } from "./document";
import {
  chosenDevices,
  close,
  type Devices,
  type MicrophoneProblem,
  NoMicrophone,
  openMicrophone,
} from "./microphone";
import { type Counted, counted, type Quality, qualityBetween } from "./quality";

const MEDIA = `${CCP}/media` as const;
const LOCK = "earshot.softphone";
const PAGE = crypto.getRandomValues(new Uint32Array(4)).join("-");
const RETRY_SECONDS = [0.5, 1, 2, 5, 10];
/** A line that is disturbed may come back by itself; after this long a new one is made. */
const DISTURBED_SECONDS = 3;
const GATHERING_SECONDS = 2;
const LOOK_SECONDS = 2;

export interface PhoneState {
  line: "off" | "elsewhere" | "asking" | "connecting" | "up" | "broken";
  /** Why it is broken, in the engine's words; "" where it cannot be reached. */
  reason: string;
  microphone: "none" | "live" | MicrophoneProblem;
  quality: Quality | null;
  heard: MediaStream | null;
  spoken: MediaStream | null;
}

const LOST: PhoneState["line"][] = ["off", "elsewhere", "broken"];
const OFF: PhoneState = {
  line: "off",
  reason: "",
  microphone: "none",
  quality: null,
  heard: null,
  spoken: null,
};

/** Shown beside the phone already: what was asked for had to be left. */
export class LineProblem extends Error {}

export class Softphone {
  state = OFF;
  private readonly watchers = new Set<() => void>();
  private peer: RTCPeerConnection | null = null;
  private devices: Devices = chosenDevices();
  private wantsMicrophone = false;
  /** Whether one is needed as things are, whatever is being tried. */
  private needed = false;
  private muted = false;
  /** Counts connections: whatever belongs to an earlier one is dropped. */
  private turn = 0;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private looking: ReturnType<typeof setInterval> | undefined;
  private last: Counted | null = null;
  private giveUpLock: (() => void) | null = null;
  private running = false;
  /** Whether the engine has said that this page has the phone. */
  private known = false;
  /** Another browser has taken it, and keeps it until it is asked for here. */
  private yielded = false;

  watch = (watcher: () => void) => {
    this.watchers.add(watcher);
    return () => void this.watchers.delete(watcher);
  };

  start() {
    if (this.running) return;
    this.running = true;
    addEventListener("online", this.renew);
    navigator.mediaDevices?.addEventListener("devicechange", this.onDevices);
    void this.holdLock(false);
  }

  stop() {
    if (!this.running) return;
    this.running = false;
    removeEventListener("online", this.renew);
    navigator.mediaDevices?.removeEventListener("devicechange", this.onDevices);
    const ours = this.giveUpLock !== null && !this.yielded;
    this.drop();
    this.giveUpLock?.();
    this.set(OFF);
    if (ours) void ask(engine.DELETE(MEDIA)).catch(() => undefined); // the engine would notice too
  }

  /** From another tab or browser to this page. */
  takeOver = () => {
    this.yielded = false;
    if (this.giveUpLock) this.renew();
    else void this.holdLock(true);
  };

  /** Which page has the phone. What was said before this one offered itself means nothing. */
  told(page: string | null) {
    if (page === PAGE) this.known = true;
    else if (page && this.known) {
      this.yielded = true;
      this.drop();
    }
  }

  /** A new leg at once; the call goes on with it. */
  renew = () => {
    this.failures = 0;
    if (this.giveUpLock && !this.yielded) void this.connect();
  };

  needMicrophone(needed: boolean) {
    this.needed = needed;
    this.want(needed);
  }

  /** `deed` with the microphone in the line. Throws what it throws, and LineProblem. */
  async speaking(deed: () => Promise<unknown>): Promise<void> {
    this.want(true);
    try {
      await this.heardBy();
      await deed();
    } catch (error) {
      this.want(this.needed);
      throw error;
    }
  }

  private want(microphone: boolean) {
    if (microphone === this.wantsMicrophone) return;
    this.wantsMicrophone = microphone;
    if (microphone) this.renew();
    else if (this.state.spoken) void this.speakWith(null);
  }

  /** Once the line is up, with the microphone in it. */
  private heardBy(): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const { line, microphone } = this.state;
        const heard = line === "up" && microphone === "live";
        const lost = LOST.includes(line) || (microphone !== "live" && microphone !== "none");
        if (!heard && !lost) return;
        unwatch();
        if (heard) resolve();
        else reject(new LineProblem());
      };
      const unwatch = this.watch(look);
      look();
    });
  }

  mute(muted: boolean) {
    this.muted = muted;
    for (const track of this.state.spoken?.getTracks() ?? []) track.enabled = !muted;
  }

  /** With the devices that are chosen now. */
  useDevices(devices: Devices) {
    this.devices = devices;
    if (this.wantsMicrophone) void this.reopen();
  }

  private async holdLock(steal: boolean): Promise<void> {
    if (!navigator.locks) {
      this.giveUpLock = () => undefined; // neither https nor localhost: nothing to be had there
      return this.connect();
    }
    if (!this.giveUpLock) this.set({ line: "elsewhere" });
    try {
      await navigator.locks.request(LOCK, { steal }, () => this.held());
    } catch {
      this.giveUpLock = null; // taken by another tab
      this.drop();
      if (this.running) await this.holdLock(false);
    }
  }

  private held(): Promise<void> | undefined {
    if (!this.running) return;
    void this.connect();
    return new Promise((resolve) => {
      this.giveUpLock = () => {
        this.giveUpLock = null;
        resolve();
      };
    });
  }

  private async connect(): Promise<void> {
    clearTimeout(this.timer);
    this.turn += 1;
    this.known = false;
    const turn = this.turn;
    const current = () => turn === this.turn;
    try {
      await this.prepareMicrophone(current);
      if (!current()) return;
      this.set({ line: "connecting" });
      const peer = this.newPeer(current);
      await peer.setLocalDescription();
      await gathered(peer);
      const offer = { sdp: peer.localDescription?.sdp ?? "", page: PAGE };
      const { sdp } = await ask(engine.POST(MEDIA, { body: offer }));
      if (current()) await peer.setRemoteDescription({ type: "answer", sdp });
    } catch (error) {
      if (current()) this.failed(error instanceof ApiError ? error.message : String(error));
    }
  }

  private async prepareMicrophone(current: () => boolean) {
    if (!this.wantsMicrophone || this.state.spoken?.active) return;
    this.set({ line: "asking", microphone: "none" });
    try {
      const spoken = await openMicrophone(this.devices);
      if (current()) this.listenTo(spoken);
      else close(spoken);
    } catch (error) {
      if (!(error instanceof NoMicrophone)) throw error;
      if (current()) this.set({ microphone: error.problem }); // to hear is better than nothing
    }
  }

  private newPeer(current: () => boolean): RTCPeerConnection {
    this.peer?.close();
    const peer = new RTCPeerConnection({ iceServers: [] });
    this.peer = peer;
    const spoken = this.state.spoken;
    const track = spoken?.getAudioTracks()[0];
    if (spoken && track)
      peer.addTransceiver(track, { direction: "sendrecv", streams: [spoken] });
    else peer.addTransceiver("audio", { direction: "recvonly" });
    peer.ontrack = ({ track: heard }) => this.set({ heard: new MediaStream([heard]) });
    peer.onconnectionstatechange = () => current() && this.changed(peer.connectionState);
    return peer;
  }

  private changed(state: RTCPeerConnectionState) {
    clearTimeout(this.timer);
    if (state === "connected") {
      this.failures = 0;
      this.set({ line: "up", reason: "" });
      this.look();
    } else if (state === "disconnected") {
      this.timer = setTimeout(this.renew, 1000 * DISTURBED_SECONDS);
    } else if (state === "failed" || state === "closed") this.failed("");
  }

  private failed(reason: string) {
    const seconds = RETRY_SECONDS[Math.min(this.failures, RETRY_SECONDS.length - 1)] ?? 1;
    this.failures += 1;
    clearInterval(this.looking);
    this.set({ line: "broken", reason, quality: null });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.connect(), 1000 * seconds);
  }

  private look() {
    clearInterval(this.looking);
    this.last = null;
    this.looking = setInterval(async () => {
      const now = this.peer && counted(await this.peer.getStats());
      if (!now) return;
      if (this.last) this.set({ quality: qualityBetween(this.last, now) });
      this.last = now;
    }, 1000 * LOOK_SECONDS);
  }

  private listenTo(spoken: MediaStream) {
    for (const track of spoken.getTracks()) {
      track.enabled = !this.muted;
      track.onended = () => void this.reopen(); // unplugged
    }
    this.set({ spoken, microphone: "live" });
  }

  /** The microphone that is chosen now, or the one that is left, in the line that is up. */
  private async reopen() {
    try {
      await this.speakWith(await openMicrophone(this.devices));
    } catch (error) {
      if (!(error instanceof NoMicrophone)) throw error;
      this.set({ microphone: error.problem });
    }
  }

  private async speakWith(spoken: MediaStream | null) {
    close(this.state.spoken);
    this.set({ spoken: null, microphone: "none" });
    if (spoken) this.listenTo(spoken);
    const sender = this.peer?.getTransceivers()[0];
    if (sender?.direction === "sendrecv")
      await sender.sender.replaceTrack(spoken?.getAudioTracks()[0] ?? null);
    else if (spoken) this.renew();
  }

  private onDevices = () => {
    if (this.wantsMicrophone && !this.state.spoken?.active) void this.reopen();
  };

  private drop() {
    this.turn += 1;
    this.known = false;
    clearTimeout(this.timer);
    clearInterval(this.looking);
    this.peer?.close();
    this.peer = null;
    close(this.state.spoken);
    this.set({ ...OFF, line: "elsewhere" });
  }

  private set(changed: Partial<PhoneState>) {
    this.state = { ...this.state, ...changed };
    for (const each of this.watchers) each();
  }
}

/** All candidates are in the offer: there is no second message to send them with. */
async function gathered(peer: RTCPeerConnection): Promise<void> {
  if (peer.iceGatheringState === "complete") return;
  await new Promise<void>((resolve) => {
    const enough = setTimeout(resolve, 1000 * GATHERING_SECONDS);
    peer.onicegatheringstatechange = () => {
      if (peer.iceGatheringState !== "complete") return;
      clearTimeout(enough);
      resolve();
    };
  });
}
