/** Twelve keys: clicked, or typed while one of them has the focus. */

import { Button, SimpleGrid, Text } from "@mantine/core";
import { useState } from "react";
import { useSpoken } from "../i18n";
import type { Contact } from "./document";
import { KEYS, type Key, playKey } from "./tones";
import { useCcp } from "./use_ccp";

export function NumberPad({ contact }: { contact: Contact }) {
  const { t } = useSpoken();
  const { act, devices } = useCcp();
  const [sent, setSent] = useState("");
  const press = (key: Key) => {
    setSent(sent + key);
    void playKey(devices.speaker, key);
    void act(contact, "digits", { digits: key });
  };
  return (
    <fieldset
      aria-label={t("ccp.digits")}
      style={{ border: 0, padding: 0, margin: 0 }}
      onKeyDown={({ key }) => {
        const pressed = KEYS.find((each) => each === key);
        if (pressed) press(pressed);
      }}
    >
      <SimpleGrid cols={3} spacing={6} verticalSpacing={6}>
        {KEYS.map((key, place) => (
          <Button
            key={key}
            variant="default"
            size="md"
            autoFocus={place === 0}
            onClick={() => press(key)}
          >
            {key}
          </Button>
        ))}
      </SimpleGrid>
      <Text size="sm" ff="monospace" mt={6} mih={20} aria-live="polite" truncate="start">
        {sent && `${t("ccp.digits.sent")}: ${sent}`}
      </Text>
    </fieldset>
  );
}
