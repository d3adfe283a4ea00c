/** What stays while pages change: navigation, account, and the contact control panel. */

import {
  ActionIcon,
  Anchor,
  AppShell,
  Burger,
  Center,
  Group,
  Loader,
  type MantineColorScheme,
  Menu,
  NavLink,
  Text,
  Tooltip,
  UnstyledButton,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { ChevronDown, Phone } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Navigate, Route, Link as RouterLink, Routes, useLocation } from "react-router";
import { PERMISSION as CCP, useLogOut } from "./ccp/log_out";
import { LANGUAGES, type Language, useSpoken } from "./i18n";
import { usePanel } from "./panel_state";
import { CrashGuard } from "./parts/crash_guard";
import { GROUPS, type Place } from "./places";
import { useSession } from "./session";

const Panel = lazy(() => import("./ccp/panel"));
const THEMES = ["light", "dark", "auto"] as const;

export function Shell() {
  const { t } = useSpoken();
  const { may } = useSession();
  const [navigation, { toggle, close }] = useDisclosure(false);
  const [panel, setPanel] = usePanel();
  const hasPanel = may(CCP);
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 232, breakpoint: "sm", collapsed: { mobile: !navigation } }}
      aside={{
        width: 340,
        breakpoint: "sm",
        collapsed: { mobile: !panel, desktop: !(hasPanel && panel) },
      }}
      padding="md"
    >
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={navigation}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={t("nav.open")}
            />
            <Anchor href="#page" className="skip">
              {t("app.skip")}
            </Anchor>
            <Text fw={700}>{t("app.name")}</Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Account />
            {hasPanel && <PhoneIcon open={panel} onClick={() => setPanel(!panel)} />}
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t("nav.label")}>
        <Navigation onNavigate={close} />
      </AppShell.Navbar>
      <AppShell.Main id="page" tabIndex={-1}>
        <Pages />
      </AppShell.Main>
      {hasPanel && (
        <AppShell.Aside aria-label={t("ccp.title")} inert={!panel}>
          <OncePanel open={panel} />
        </AppShell.Aside>
      )}
    </AppShell>
  );
}

/** Mounted from the first time it is opened: it keeps its call when it is hidden. */
function OncePanel({ open }: { open: boolean }) {
  const [opened, setOpened] = useState(open);
  if (open && !opened) setOpened(true);
  return opened ? (
    <CrashGuard>
      <Suspense fallback={<Waiting />}>
        <Panel />
      </Suspense>
    </CrashGuard>
  ) : null;
}

function PhoneIcon({ open, onClick }: { open: boolean; onClick: () => void }) {
  const { t } = useSpoken();
  const label = t(open ? "shell.phone.close" : "shell.phone");
  return (
    <Tooltip label={label}>
      <ActionIcon
        size="lg"
        variant={open ? "filled" : "default"}
        aria-label={label}
        aria-pressed={open}
        onClick={onClick}
      >
        <Phone size={18} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

function Navigation({ onNavigate }: { onNavigate: () => void }) {
  const { t } = useSpoken();
  const { pathname } = useLocation();
  return usePermitted().map((group) => (
    <div key={group.label}>
      <Text size="xs" fw={600} c="dimmed" px="sm" pt="sm" pb={4}>
        {t(group.label)}
      </Text>
      {group.places.map((place) => (
        <NavLink
          key={place.path}
          component={RouterLink}
          to={place.path}
          label={t(place.label)}
          leftSection={<place.icon size={16} aria-hidden />}
          active={pathname.startsWith(place.path)}
          aria-current={pathname.startsWith(place.path) ? "page" : undefined}
          onClick={onNavigate}
        />
      ))}
    </div>
  ));
}

function usePermitted() {
  const { may } = useSession();
  return GROUPS.map((group) => ({
    ...group,
    places: group.places.filter((place) => may(...place.needs)),
  })).filter((group) => group.places.length);
}

function Pages() {
  const { t } = useSpoken();
  const { may } = useSession();
  const first = usePermitted()[0]?.places[0];
  const nothing = t(may(CCP) ? "nav.none" : "nav.nothing");
  const { pathname } = useLocation();
  return (
    <CrashGuard key={pathname}>
      <Suspense fallback={<Waiting />}>
        <Routes>
          <Route path="/" element={first ? <Navigate to={first.path} replace /> : nothing} />
          {GROUPS.flatMap((group) => group.places).map((place) => (
            <Route key={place.path} path={place.path}>
              <Route index element={<Permitted place={place} page={place.page} />} />
              {place.below && (
                <Route
                  path={place.below.path}
                  element={<Permitted place={place} page={place.below.page} />}
                />
              )}
            </Route>
          ))}
          <Route path="*" element={<Text>{t("error.missing")}</Text>} />
        </Routes>
      </Suspense>
    </CrashGuard>
  );
}

function Permitted({ place, page: Page }: { place: Place; page: Place["page"] }) {
  const { t } = useSpoken();
  const { may } = useSession();
  return may(...place.needs) ? <Page /> : <Text>{t("error.forbidden")}</Text>;
}

function Account() {
  const { t, language, setLanguage } = useSpoken();
  const { me } = useSession();
  const [logOut, question] = useLogOut();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const narrow = useMediaQuery("(max-width: 30em)");
  return (
    <>
      <Menu position="bottom-end" width={200} withinPortal>
        <Menu.Target>
          <UnstyledButton aria-label={t("shell.account", { name: me.Username })}>
            <Group gap={4} wrap="nowrap">
              {!narrow && <Text size="sm">{me.Username}</Text>}
              <ChevronDown size={14} aria-hidden />
            </Group>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t("shell.language")}</Menu.Label>
          <Menu.RadioGroup value={language} onChange={(chosen) => setLanguage(chosen as Language)}>
            {(Object.keys(LANGUAGES) as Language[]).map((each) => (
              <Menu.RadioItem key={each} value={each}>
                {LANGUAGES[each]}
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
          <Menu.Label>{t("shell.theme")}</Menu.Label>
          <Menu.RadioGroup
            value={colorScheme}
            onChange={(chosen) => setColorScheme(chosen as MantineColorScheme)}
          >
            {THEMES.map((each) => (
              <Menu.RadioItem key={each} value={each}>
                {t(`shell.theme.${each}`)}
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
          <Menu.Divider />
          <Menu.Item onClick={() => void logOut()}>{t("shell.logout")}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {question}
    </>
  );
}

export function Waiting() {
  const { t } = useSpoken();
  return (
    <Center p="xl">
      <Loader aria-label={t("app.loading")} />
    </Center>
  );
}
