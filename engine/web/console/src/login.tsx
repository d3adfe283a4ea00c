/** The door: log in, here or elsewhere, or choose a password where the given one is for once. */

import {
  Alert,
  Button,
  Center,
  Paper,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { ApiError, ask, engine, LOGIN } from "./api";
import { useSpoken } from "./i18n";
import { Problem } from "./parts/problem";
import { useAccess } from "./session";

const WANTS_CODE = "MfaRequiredException";

/** Why who comes back from elsewhere is not logged in, as the engine has it in the address. */
const REASONS = ["refused", "unknown", "busy", "unavailable"] as const;

export function Login() {
  const { t } = useSpoken();
  const { me } = useAccess();
  const [changed, setChanged] = useState(false);
  if (me?.MustChangePassword) return <NewPassword onChanged={() => setChanged(true)} />;
  return (
    <Door title={t("login.title")}>
      {changed && <Alert color="teal">{t("password.changed")}</Alert>}
      <NotVouchedFor />
      <LoginForm />
      <Elsewhere />
    </Door>
  );
}

function NotVouchedFor() {
  const { t } = useSpoken();
  const [told] = useState(() => new URLSearchParams(window.location.search).get("login"));
  useEffect(() => window.history.replaceState(null, "", window.location.pathname), []);
  const reason = REASONS.find((each) => each === told);
  if (!reason) return null;
  return (
    <Alert color="red" variant="light" role="alert">
      {t(`login.elsewhere.${reason}`)}
    </Alert>
  );
}

/** A link for each provider that vouches for people; who has none sees nothing. */
function Elsewhere() {
  const { t } = useSpoken();
  const { leave } = useAccess();
  const ways = useQuery({ queryKey: [LOGIN], queryFn: () => ask(engine.GET(LOGIN)) });
  return ways.data?.Providers.map((each) => (
    <Button key={each.Path} component="a" href={each.Path} variant="default" onClick={leave}>
      {t("login.elsewhere", { name: each.Name })}
    </Button>
  ));
}

function LoginForm() {
  const { t } = useSpoken();
  const { logIn } = useAccess();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [wantsCode, setWantsCode] = useState(false);
  const form = useForm(async () => {
    try {
      await logIn(username, password, code);
    } catch (error) {
      if (!(error instanceof ApiError && error.type === WANTS_CODE)) throw error;
      setWantsCode(true);
    }
  });
  return (
    <form onSubmit={form.submit}>
      <Stack>
        {form.error !== null && <Problem error={form.error} />}
        <TextInput
          label={t("login.username")}
          autoComplete="username"
          required
          data-autofocus
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
        />
        <PasswordInput
          label={t("login.password")}
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {wantsCode && (
          <TextInput
            label={t("login.code")}
            autoComplete="one-time-code"
            inputMode="numeric"
            pattern="[0-9]{6}"
            required
            autoFocus
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
        )}
        <Button type="submit" loading={form.busy}>
          {t("login.submit")}
        </Button>
      </Stack>
    </form>
  );
}

function NewPassword({ onChanged }: { onChanged: () => void }) {
  const { t } = useSpoken();
  const { forget } = useAccess();
  const [given, setGiven] = useState("");
  const [wanted, setWanted] = useState("");
  const [again, setAgain] = useState("");
  const form = useForm(async () => {
    if (wanted !== again) throw new Error(t("password.differ"));
    const body = { Password: given, NewPassword: wanted };
    await ask(engine.POST("/earshot/v1/me/password", { body }));
    onChanged();
    forget();
  });
  return (
    <Door title={t("password.title")}>
      <form onSubmit={form.submit}>
        <Stack>
          <Text size="sm">{t("password.why")}</Text>
          {form.error !== null && <Problem error={form.error} />}
          <PasswordInput
            label={t("login.password")}
            autoComplete="current-password"
            required
            value={given}
            onChange={(event) => setGiven(event.currentTarget.value)}
          />
          <PasswordInput
            label={t("password.new")}
            autoComplete="new-password"
            required
            value={wanted}
            onChange={(event) => setWanted(event.currentTarget.value)}
          />
          <PasswordInput
            label={t("password.again")}
            autoComplete="new-password"
            required
            value={again}
            onChange={(event) => setAgain(event.currentTarget.value)}
          />
          <Button type="submit" loading={form.busy}>
            {t("password.submit")}
          </Button>
        </Stack>
      </form>
    </Door>
  );
}

function Door({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useSpoken();
  return (
    <Center mih="100vh" p="md" component="main">
      <Paper withBorder shadow="sm" radius="md" p="xl" w={380} maw="100%">
        <Stack>
          <Text size="sm" c="dimmed" fw={600}>
            {t("app.name")}
          </Text>
          <Title order={1} size="h2">
            {title}
          </Title>
          {children}
        </Stack>
      </Paper>
    </Center>
  );
}

/** What a form does when it is sent: one thing at a time, and its error is kept to be shown. */
function useForm(send: () => Promise<void>) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await send();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, submit };
}
