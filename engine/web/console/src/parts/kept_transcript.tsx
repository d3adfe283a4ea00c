/** The transcript of a chat that is over. */

import { Loader, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ask, engine } from "../api";
import { useSpoken } from "../i18n";
import { Problem } from "./problem";
import { Transcript } from "./transcript";

export function KeptTranscript({ contactId }: { contactId: string }) {
  const { t } = useSpoken();
  const told = useQuery({
    queryKey: ["transcript", contactId],
    queryFn: () =>
      ask(
        engine.GET("/earshot/v1/contact/{contact_id}/transcript", {
          params: { path: { contact_id: contactId } },
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY, // each time is in the audit trail
  });
  if (told.error) return <Problem error={told.error} retry={() => told.refetch()} />;
  if (!told.data) return <Loader size="sm" aria-label={t("app.loading")} />;
  if (!told.data.items.length) return <Text size="sm">{t("transcript.none")}</Text>;
  return <Transcript items={told.data.items} />;
}
