/** Microphone and loudspeaker: chosen, seen and heard. */

import { Button, Checkbox, NativeSelect, Progress, Stack, Text } from "@mantine/core";
import { Volume2 } from "lucide-react";
import { useEffect, useState } from "react";
import { useSpoken } from "../i18n";
import { close, levelOf, listDevices, NoMicrophone, openMicrophone } from "./microphone";
import { playTestTone } from "./tones";
import { useCcp } from "./use_ccp";

export function DevicesForm() {
  const { t } = useSpoken();
  const { devices, setDevices } = useCcp();
  const { stream, problem } = useOwnVoice();
  const microphones = useDeviceList("audioinput", stream);
  const speakers = useDeviceList("audiooutput", stream);
  const named = (found: MediaDeviceInfo[]) => [
    { value: "", label: t("ccp.devices.system") },
    ...found.map(({ deviceId, label }, place) => ({
      value: deviceId,
      label: label || t("ccp.devices.unnamed", { number: place + 1 }),
    })),
  ];
  return (
    <Stack gap="sm">
      <NativeSelect
        label={t("ccp.devices.microphone")}
        data={named(microphones)}
        value={devices.microphone}
        onChange={(event) => setDevices({ ...devices, microphone: event.currentTarget.value })}
      />
      {stream && <Level stream={stream} />}
      {problem && (
        <Text size="sm" c="red" role="alert">
          {t(`ccp.microphone.${problem}`)}
        </Text>
      )}
      <Checkbox
        label={t("ccp.devices.cleaned")}
        checked={devices.cleaned}
        onChange={(event) => setDevices({ ...devices, cleaned: event.currentTarget.checked })}
      />
      <NativeSelect
        label={t("ccp.devices.speaker")}
        data={named(speakers)}
        value={devices.speaker}
        onChange={(event) => setDevices({ ...devices, speaker: event.currentTarget.value })}
      />
      <Button
        variant="default"
        leftSection={<Volume2 size={16} aria-hidden />}
        onClick={() => void playTestTone(devices.speaker)}
      >
        {t("ccp.devices.test")}
      </Button>
    </Stack>
  );
}

/** What the phone sends, or while it sends nothing a microphone opened for this alone. */
function useOwnVoice() {
  const { phone, devices } = useCcp();
  const [own, setOwn] = useState<MediaStream | null>(null);
  const [problem, setProblem] = useState<NoMicrophone["problem"] | null>(null);
  const spoken = phone.spoken;
  useEffect(() => {
    if (spoken) return;
    let over = false;
    let opened: MediaStream | null = null;
    openMicrophone(devices).then(
      (stream) => {
        opened = stream;
        if (over) return close(stream);
        setProblem(null);
        setOwn(stream);
      },
      (error) => !over && error instanceof NoMicrophone && setProblem(error.problem),
    );
    return () => {
      over = true;
      close(opened);
      setOwn(null);
    };
  }, [spoken, devices]);
  return { stream: spoken ?? own, problem: spoken ? null : problem };
}

/** Read again once `stream` is open: their names are told only then. */
function useDeviceList(kind: "audioinput" | "audiooutput", stream: MediaStream | null) {
  const [found, setFound] = useState<MediaDeviceInfo[]>([]);
  useEffect(() => {
    const read = () => void listDevices(kind).then(setFound);
    read();
    navigator.mediaDevices?.addEventListener("devicechange", read);
    return () => navigator.mediaDevices?.removeEventListener("devicechange", read);
  }, [kind, stream]);
  return found;
}

const LOOKS_A_SECOND = 15;

function Level({ stream }: { stream: MediaStream }) {
  const { t } = useSpoken();
  const [level, setLevel] = useState(0);
  useEffect(() => {
    const ear = levelOf(stream);
    const timer = setInterval(() => setLevel(ear.level()), 1000 / LOOKS_A_SECOND);
    return () => {
      clearInterval(timer);
      ear.stop();
    };
  }, [stream]);
  return (
    <Progress
      value={100 * level}
      color="teal"
      transitionDuration={60}
      aria-label={t("ccp.devices.level")}
    />
  );
}
