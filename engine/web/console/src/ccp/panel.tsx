/** The contact control panel; stays mounted while the shell is, also where it is not shown. */

import { Button, Center, Loader, ScrollArea, Stack, Text, Title } from "@mantine/core";
import { useSessionStorage } from "@mantine/hooks";
import { Settings2 } from "lucide-react";
import { useEffect, useState } from "react";
import { useSpoken } from "../i18n";
import { Problem } from "../parts/problem";
import { ContactCard } from "./contact_card";
import { DevicesForm } from "./devices_form";
import { DialForm } from "./dial_form";
import { byUrgency, isFree } from "./document";
import { Earpiece } from "./earpiece";
import { useIncoming } from "./incoming";
import { MonitoringCard } from "./monitoring_card";
import { PhoneNotice } from "./phone_notice";
import { QualityLines } from "./quality_lines";
import { LineProblem } from "./softphone";
import { StatusMenu } from "./status_menu";
import { CcpProvider, useCcp } from "./use_ccp";

export default function Panel() {
  const { t } = useSpoken();
  return (
    <CcpProvider
      waiting={
        <Center p="xl">
          <Loader aria-label={t("ccp.loading")} />
        </Center>
      }
      refused={(why) => (
        <Stack p="sm">
          <Problem error={why} />
        </Stack>
      )}
    >
      <Ccp />
    </CcpProvider>
  );
}

function Ccp() {
  const { t } = useSpoken();
  const { document, problem, dismiss } = useCcp();
  const [devices, setDevices] = useState(false);
  useIncoming();
  useOpenWhenCalled();
  return (
    <ScrollArea h="100%" type="auto">
      <Stack gap="md" p="sm">
        <Title order={2} size="h5">
          {t("ccp.title")}
        </Title>
        <StatusMenu />
        <PhoneNotice />
        <Earpiece />
        {problem !== null && !(problem instanceof LineProblem) && (
          <Stack gap={4}>
            <Problem error={problem} />
            <Button size="xs" variant="subtle" onClick={dismiss}>
              {t("ccp.error.dismiss")}
            </Button>
          </Stack>
        )}
        <Contacts />
        {document.may.dial && isFree(document) && <DialForm />}
        <Button
          variant="subtle"
          aria-expanded={devices}
          leftSection={<Settings2 size={16} aria-hidden />}
          onClick={() => setDevices(!devices)}
        >
          {t(devices ? "ccp.devices.back" : "ccp.devices")}
        </Button>
        {devices && <DevicesForm />}
        <QualityLines />
      </Stack>
    </ScrollArea>
  );
}

function Contacts() {
  const { contacts } = useCcp().document;
  if (!contacts.length) return <Idle />;
  return byUrgency(contacts).map((contact) =>
    contact.monitor ? (
      <MonitoringCard key={contact.contact_id} contact={contact} monitor={contact.monitor} />
    ) : (
      <ContactCard key={contact.contact_id} contact={contact} />
    ),
  );
}

/** Why there is nothing, and what would change that. */
function Idle() {
  const { t } = useSpoken();
  const { status, presence } = useCcp().document;
  const why = () => {
    if (!status) return t("ccp.idle.supervisor");
    if (status.type !== "ROUTABLE") return t("ccp.idle.offline", { status: status.name });
    return t(presence === "OFFLINE" ? "ccp.idle.unreachable" : "ccp.idle");
  };
  return (
    <Text c="dimmed" size="sm">
      {why()}
    </Text>
  );
}

/** A call that rings in a hidden panel opens it. */
function useOpenWhenCalled() {
  const { contacts } = useCcp().document;
  const [, setOpen] = useSessionStorage({ key: "earshot.ccp", defaultValue: false });
  const called = contacts.some(({ state }) => state === "INCOMING");
  useEffect(() => {
    if (called) setOpen(true);
  }, [called, setOpen]);
}
