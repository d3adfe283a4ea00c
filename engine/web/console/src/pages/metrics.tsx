/** Real-time metrics. */

import { Title } from "@mantine/core";
import { useSpoken } from "../i18n";

export default function Metrics() {
  const { t } = useSpoken();
  return <Title order={1}>{t("nav.metrics")}</Title>;
}
