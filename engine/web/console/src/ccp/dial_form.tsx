/** Calls a number; who may not, has no such form. */

import { Button, Group, TextInput } from "@mantine/core";
import { Phone } from "lucide-react";
import { useState } from "react";
import { ask, engine } from "../api";
import { useSpoken } from "../i18n";
import { CCP, phoneNumber } from "./document";
import { useCcp } from "./use_ccp";

export function DialForm() {
  const { t } = useSpoken();
  const { speaking, busy } = useCcp();
  const [number, setNumber] = useState("");
  return (
    <form
      onSubmit={async (event) => {
        event.preventDefault();
        const body = { phone_number: phoneNumber(number) ?? number.trim() };
        if (await speaking(() => ask(engine.POST(`${CCP}/dial`, { body })))) setNumber("");
      }}
    >
      <Group align="end" gap="xs" wrap="nowrap">
        <TextInput
          style={{ flex: 1 }}
          label={t("ccp.dial")}
          type="tel"
          autoComplete="off"
          value={number}
          onChange={(event) => setNumber(event.currentTarget.value)}
        />
        <Button
          type="submit"
          color="teal.9"
          disabled={busy || !number.trim()}
          leftSection={<Phone size={16} aria-hidden />}
        >
          {t("ccp.dial.call")}
        </Button>
      </Group>
    </form>
  );
}
