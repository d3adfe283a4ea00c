/** A recording to be heard: two channels, each can be silenced; the sound comes in parts (Range). */

import {
  ActionIcon,
  Box,
  Checkbox,
  Group,
  Loader,
  Paper,
  SegmentedControl,
  Stack,
  Text,
  Tooltip,
  useComputedColorScheme,
  useMantineTheme,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Pause, Play, RotateCcw, RotateCw } from "lucide-react";
import { type RefObject, useEffect, useRef, useState } from "react";
import WaveSurfer from "wavesurfer.js";
import { ask, engine } from "../api";
import { type RecordingKind, soundPath, type Waveform } from "../contact";
import { useSpoken } from "../i18n";
import { lasting } from "../moments";
import { nonce } from "../nonce";
import { Problem } from "./problem";

const STEP_SECONDS = 10;
/** Seconds, of each key where the waveform has the focus. */
const KEYS: Record<string, number> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -STEP_SECONDS,
  PageUp: STEP_SECONDS,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};
const SPEEDS = [0.5, 1, 1.25, 1.5, 2];
const HEIGHT = 48; // of each channel
type Sound = Exclude<RecordingKind, "TRANSCRIPT">;
type SpanKind = "SUSPENDED" | "HOLD" | "MASKED"; // of engine/waveforms.py
const CHANNELS = ["customer", "agent"] as const;

interface Props {
  contactId: string;
  kind: RecordingKind;
}

export default function Player({ contactId, kind }: Props) {
  const path = soundPath(contactId, kind);
  const waveform = useQuery({
    queryKey: ["waveform", contactId, kind],
    queryFn: () => ask(
        engine.GET("/earshot/v1/contact/{contact_id}/recording/{kind}/waveform", {
          params: { path: { contact_id: contactId, kind: kind as Sound } },
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (waveform.error) return <Problem error={waveform.error} retry={() => waveform.refetch()} />;
  if (!waveform.data) return <Loader size="sm" />;
  return <Deck key={path} path={path} drawn={waveform.data} />;
}

function Deck({ path, drawn }: { path: string; drawn: Waveform }) {
  const { t } = useSpoken();
  const box = useRef<HTMLDivElement>(null);
  const deck = useDeck(box, path, drawn);
  return (
    <Paper withBorder p="sm" role="group" aria-label={t("player.label")}>
      <Stack gap="xs">
        <Group gap="xs" wrap="nowrap" align="stretch">
          <Stack gap={0} w={110}>
            {CHANNELS.map((channel, number) => (
              <Group key={channel} h={HEIGHT}>
                <Checkbox
                  size="xs"
                  checked={deck.heard[number] ?? true}
                  onChange={() => deck.mute(number)}
                  label={t(`player.${channel}`)}
                />
              </Group>
            ))}
          </Stack>
          <Box
            pos="relative"
            flex={1}
            miw={0}
            role="slider"
            tabIndex={0}
            aria-label={t("player.position")}
            aria-valuemin={0}
            aria-valuemax={Math.floor(drawn.Seconds)}
            aria-valuenow={Math.floor(deck.at)}
            aria-valuetext={lasting(deck.at)}
            onKeyDown={(event) => {
              const seconds = KEYS[event.key];
              if (seconds === undefined && event.key !== " ") return;
              event.preventDefault();
              if (seconds === undefined) deck.toggle();
              else deck.step(seconds);
            }}
          >
            <Spans drawn={drawn} />
            <div ref={box} data-testid="waveform" />
          </Box>
        </Group>
        <Group gap="xs">
          <Act label={t("player.back")} onClick={() => deck.step(-STEP_SECONDS)}>
            <RotateCcw size={16} aria-hidden />
          </Act>
          <Act
            label={t(deck.playing ? "player.pause" : "player.play")}
            onClick={deck.toggle}
            filled
          >
            {deck.playing ? <Pause size={16} aria-hidden /> : <Play size={16} aria-hidden />}
          </Act>
          <Act label={t("player.ahead")} onClick={() => deck.step(STEP_SECONDS)}>
            <RotateCw size={16} aria-hidden />
          </Act>
          <Text size="sm" ff="monospace" role="timer">
            {lasting(deck.at)} / {lasting(drawn.Seconds)}
          </Text>
          <SegmentedControl
            size="xs"
            ml="auto"
            aria-label={t("player.speed")}
            value={String(deck.speed)}
            onChange={(chosen) => deck.setSpeed(Number(chosen))}
            data={SPEEDS.map((each) => ({ value: String(each), label: `${each}×` }))}
          />
        </Group>
        {deck.failed && <Problem error={new Error(t("player.failed"))} />}
        {drawn.Spans.some((each) => each.kind === "SUSPENDED") && (
          <Text size="xs" c="dimmed">
            {t("player.suspended")}
          </Text>
        )}
      </Stack>
    </Paper>
  );
}

/** Where nothing was recorded, or the customer was on hold. */
function Spans({ drawn }: { drawn: Waveform }) {
  const { t } = useSpoken();
  return drawn.Spans.map((span) => (
    <Box
      key={`${span.kind} ${span.start}`}
      pos="absolute"
      top={0}
      bottom={0}
      left={`${(100 * span.start) / drawn.Seconds}%`}
      w={`${(100 * (span.end - span.start)) / drawn.Seconds}%`}
      className={`span-${span.kind.toLowerCase()}`}
      title={`${t(`player.span.${span.kind as SpanKind}`)} ${span.reason}`}
    />
  ));
}

function useDeck(box: RefObject<HTMLDivElement | null>, path: string, drawn: Waveform) {
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [speed, setSpeed] = useState(1);
  const [heard, setHeard] = useState([true, true]);
  const [failed, setFailed] = useState(false);
  const surfer = useRef<WaveSurfer | null>(null);
  const ears = useRef<GainNode[]>([]);
  const audio = useRef<AudioContext | null>(null);
  const colors = useColors();

  useEffect(() => {
    if (!box.current) return;
    const media = new Audio(path);
    media.preload = "metadata";
    const made = WaveSurfer.create({
      container: box.current,
      media,
      peaks: drawn.Peaks.map((channel) => channel.flat()),
      duration: drawn.Seconds,
      height: HEIGHT,
      cursorColor: "currentColor",
      normalize: true,
      dragToSeek: true,
      cspNonce: nonce,
    });
    made.on("play", () => setPlaying(true));
    made.on("pause", () => setPlaying(false));
    made.on("timeupdate", setAt);
    made.on("error", () => setFailed(true));
    surfer.current = made;
    return () => {
      made.destroy();
      media.removeAttribute("src"); // else the browser goes on loading
      media.load();
      void audio.current?.close();
      audio.current = null;
      ears.current = [];
    };
  }, [box, path, drawn]);

  useEffect(() => {
    const splitChannels = colors.map((color) => ({ waveColor: color, progressColor: color }));
    surfer.current?.setOptions({ splitChannels });
  }, [colors]);
  useEffect(() => surfer.current?.setPlaybackRate(speed), [speed]);
  useEffect(() => {
    for (const [number, ear] of ears.current.entries()) ear.gain.value = heard[number] ? 1 : 0;
  }, [heard]);

  const toggle = () => {
    const made = surfer.current;
    if (!made) return;
    if (!audio.current) {
      audio.current = new AudioContext(); // only now: browsers want a gesture first
      ears.current = wired(audio.current, made.getMediaElement() as HTMLMediaElement, heard);
    }
    void audio.current.resume();
    made.playPause().catch(() => setFailed(true));
  };
  const step = (seconds: number) => {
    const made = surfer.current;
    made?.setTime(Math.min(drawn.Seconds, Math.max(0, made.getCurrentTime() + seconds)));
  };
  const mute = (number: number) =>
    setHeard((before) => before.map((on, each) => (each === number ? !on : on)));
  return { playing, at, speed, setSpeed, heard, mute, toggle, step, failed };
}

/** Both channels to both ears, each with a gain of its own. */
function wired(context: AudioContext, media: HTMLMediaElement, heard: boolean[]): GainNode[] {
  const apart = context.createChannelSplitter(2);
  context.createMediaElementSource(media).connect(apart);
  return heard.map((on, number) => {
    const ear = context.createGain();
    ear.gain.value = on ? 1 : 0;
    apart.connect(ear, number);
    ear.connect(context.destination);
    return ear;
  });
}

function useColors(): string[] {
  const { colors } = useMantineTheme();
  const shade = useComputedColorScheme("light") === "dark" ? 4 : 7;
  const [found, setFound] = useState<string[]>([]);
  const wanted = [colors.blue[shade] ?? "", colors.teal[shade] ?? ""];
  if (found.join() !== wanted.join()) setFound(wanted);
  return found;
}

interface ActProps {
  label: string;
  onClick: () => void;
  filled?: boolean;
  children: React.ReactNode;
}

function Act({ label, onClick, filled, children }: ActProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant={filled ? "filled" : "default"} aria-label={label} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
