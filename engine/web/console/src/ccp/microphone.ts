/** The microphones and loudspeakers of this machine, and why one cannot be used. */

export type MicrophoneProblem = "denied" | "missing" | "busy" | "insecure";

/** What was chosen in this browser; "" is what the system prefers. */
export interface Devices {
  microphone: string;
  speaker: string;
  /** Echo, noise and level are taken care of by the browser; off for headsets that do it. */
  cleaned: boolean;
}

const CHOSEN = "earshot.devices";
const DEFAULT: Devices = { microphone: "", speaker: "", cleaned: true };

export function chosenDevices(): Devices {
  try {
    return { ...DEFAULT, ...JSON.parse(localStorage.getItem(CHOSEN) ?? "{}") };
  } catch {
    return DEFAULT;
  }
}

export function chooseDevices(devices: Devices) {
  localStorage.setItem(CHOSEN, JSON.stringify(devices));
}

export class NoMicrophone extends Error {
  constructor(readonly problem: MicrophoneProblem) {
    super(problem);
  }
}

const PROBLEMS: Record<string, MicrophoneProblem> = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

/** The chosen one, or the system's where that is gone. Throws NoMicrophone. */
export async function openMicrophone({ microphone, cleaned }: Devices): Promise<MediaStream> {
  if (!navigator.mediaDevices) throw new NoMicrophone("insecure"); // neither https nor localhost
  const audio = {
    deviceId: microphone ? { ideal: microphone } : undefined,
    echoCancellation: cleaned,
    noiseSuppression: cleaned,
    autoGainControl: cleaned,
  };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (error) {
    throw new NoMicrophone((error instanceof Error && PROBLEMS[error.name]) || "busy");
  }
}

export function close(stream: MediaStream | null) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** Names are told only to pages that may use the microphone. */
export async function listDevices(kind: "audioinput" | "audiooutput"): Promise<MediaDeviceInfo[]> {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return all.filter((each) => each.kind === kind && each.deviceId !== "default");
}

const FLOOR_DECIBELS = -60;

/** How loud `stream` is now, 0 to 1 on a scale of decibels; `stop` ends the measuring. */
export function levelOf(stream: MediaStream): { level: () => number; stop: () => void } {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    level: () => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, each) => sum + each * each, 0) / samples.length;
      const decibels = 10 * Math.log10(power + 1e-9);
      return Math.min(1, Math.max(0, 1 - decibels / FLOOR_DECIBELS));
    },
    stop: () => void context.close(),
  };
}
