/** What the page itself lets be heard: ringing, a tone to test the loudspeaker, keys. */

interface Cadence {
  hertz: number[];
  onSeconds: number;
  offSeconds: number;
}

const RINGING: Cadence = { hertz: [425, 475], onSeconds: 1, offSeconds: 2 };
const TEST: Cadence = { hertz: [440], onSeconds: 1, offSeconds: 0 };
const KEY_SECONDS = 0.12;
const GAIN = 0.1;
const EDGE_SECONDS = 0.01; // without it a tone begins and ends with a click

const LOW = [697, 770, 852, 941];
const HIGH = [1209, 1336, 1477];
export const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;
export type Key = (typeof KEYS)[number];

/** On the chosen loudspeaker, where the browser lets a page choose. */
async function contextOn(speaker: string): Promise<AudioContext> {
  const context = new AudioContext();
  if (speaker && "setSinkId" in context) {
    const choose = context.setSinkId as (id: string) => Promise<void>;
    await choose.call(context, speaker).catch(() => undefined); // it is gone: the system's
  }
  return context;
}

function play(context: AudioContext, { hertz, onSeconds }: Cadence, at: number) {
  const gain = new GainNode(context, { gain: 0 });
  gain.connect(context.destination);
  gain.gain.setTargetAtTime(GAIN, at, EDGE_SECONDS);
  gain.gain.setTargetAtTime(0, at + onSeconds, EDGE_SECONDS);
  for (const frequency of hertz) {
    const tone = new OscillatorNode(context, { frequency });
    tone.connect(gain);
    tone.start(at);
    tone.stop(at + onSeconds + 10 * EDGE_SECONDS);
  }
}

/** Rings until what it returns is called. */
export function ring(speaker: string): () => void {
  let stopped = false;
  let timer: ReturnType<typeof setInterval> | undefined;
  let used: AudioContext | undefined;
  void contextOn(speaker).then((context) => {
    if (stopped) return context.close();
    used = context;
    const once = () => play(context, RINGING, context.currentTime);
    once();
    timer = setInterval(once, (RINGING.onSeconds + RINGING.offSeconds) * 1000);
  });
  return () => {
    stopped = true;
    clearInterval(timer);
    void used?.close();
  };
}

export const playTestTone = (speaker: string) => playOnce(speaker, TEST);

export function playKey(speaker: string, key: Key) {
  const place = KEYS.indexOf(key);
  const hertz = [LOW[Math.floor(place / 3)] ?? 0, HIGH[place % 3] ?? 0];
  return playOnce(speaker, { hertz, onSeconds: KEY_SECONDS, offSeconds: 0 });
}

async function playOnce(speaker: string, cadence: Cadence) {
  const context = await contextOn(speaker);
  play(context, cadence, context.currentTime);
  setTimeout(() => void context.close(), 1000 * (cadence.onSeconds + 0.3));
}
