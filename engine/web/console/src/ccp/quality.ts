/** How good the line is, by what the browser counts: the E-model in short, ITU-T G.107. Pure. */

/** Counted since the line is up. */
export interface Counted {
  received: number;
  lost: number;
  jitterSeconds: number;
  roundTripSeconds: number;
}

export interface Quality {
  /** 0 to 1, of the packets since the last look. */
  loss: number;
  jitterSeconds: number;
  roundTripSeconds: number;
  /** Mean opinion score, 1 to 4.5. */
  mos: number;
}

export type Grade = "good" | "fair" | "poor";

const BEST = 93.2; // the rating of a line without fault
const CODEC_SECONDS = 0.02; // one packet
const PLAYOUT_JITTERS = 2; // what the jitter buffer waits
const LOSS_ROBUSTNESS = 25.1; // Bpl of G.711 with concealment, ITU-T G.113
const ECHO_SECONDS = 0.1773; // from here on a delay disturbs the talk itself

export function qualityBetween(before: Counted, now: Counted): Quality {
  const lost = Math.max(0, now.lost - before.lost);
  const sent = lost + Math.max(0, now.received - before.received);
  const loss = sent ? lost / sent : 0;
  const { jitterSeconds, roundTripSeconds } = now;
  const delay = roundTripSeconds / 2 + PLAYOUT_JITTERS * jitterSeconds + CODEC_SECONDS;
  return { loss, jitterSeconds, roundTripSeconds, mos: meanOpinion(delay, loss) };
}

/** `delay` in seconds from mouth to ear, `loss` 0 to 1. */
export function meanOpinion(delay: number, loss: number): number {
  const late = 24 * delay + 110 * Math.max(0, delay - ECHO_SECONDS);
  const percent = 100 * loss;
  const damaged = (95 * percent) / (percent + LOSS_ROBUSTNESS);
  const rating = Math.min(100, Math.max(0, BEST - late - damaged));
  return 1 + 0.035 * rating + 7e-6 * rating * (rating - 60) * (100 - rating);
}

/** From 4.0 on users are satisfied, below 3.6 many are not (G.107 annex B). */
export function gradeOf(mos: number): Grade {
  if (mos >= 4) return "good";
  return mos >= 3.6 ? "fair" : "poor";
}

/** What `getStats` says of the audio that comes in; null while none has come. */
export function counted(report: RTCStatsReport): Counted | null {
  let inbound: RTCInboundRtpStreamStats | undefined;
  let roundTripSeconds = 0;
  report.forEach((each) => {
    if (each.type === "inbound-rtp" && each.kind === "audio") inbound = each;
    if (each.type === "candidate-pair" && each.nominated)
      roundTripSeconds = each.currentRoundTripTime ?? 0;
  });
  if (!inbound) return null;
  return {
    received: inbound.packetsReceived ?? 0,
    lost: inbound.packetsLost ?? 0,
    jitterSeconds: inbound.jitter ?? 0,
    roundTripSeconds,
  };
}
