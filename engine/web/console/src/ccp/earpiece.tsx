/** What is heard, on the chosen loudspeaker. */

import { useCallback, useEffect, useRef, useState } from "react";
import { useSpoken } from "../i18n";
import { Again, Warning } from "./phone_notice";
import { useCcp } from "./use_ccp";

export function Earpiece() {
  const { t } = useSpoken();
  const { phone, devices } = useCcp();
  const element = useRef<HTMLAudioElement>(null);
  const [blocked, setBlocked] = useState(false);
  const play = useCallback(
    () =>
      element.current?.play().then(
        () => setBlocked(false),
        (error) => setBlocked(error.name === "NotAllowedError"), // no click in this page yet
      ),
    [],
  );
  useEffect(() => {
    if (!element.current) return;
    element.current.srcObject = phone.heard;
    if (phone.heard) void play();
  }, [phone.heard, play]);
  useEffect(() => {
    const { current } = element;
    if (current && "setSinkId" in current)
      void current.setSinkId(devices.speaker).catch(() => undefined); // it is gone: the system's
  }, [devices.speaker]);
  return (
    <>
      <audio ref={element} data-testid="ccp-heard" hidden />
      {blocked && (
        <Warning title={t("ccp.sound.blocked")}>
          <Again words={t("ccp.sound.allow")} onClick={() => void play()} />
        </Warning>
      )}
    </>
  );
}
