import "@mantine/core/styles.css";
import "./console.css";
import { createTheme, MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { setNonce } from "get-nonce";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { ApiError } from "./api";
import { SpokenProvider } from "./i18n";
import { Login } from "./login";
import { nonce } from "./nonce";
import { AccessProvider, useAccess } from "./session";
import { Shell, Waiting } from "./shell";

const RETRIES = 2;
setNonce(nonce); // of styles that dialogs add while they are open

const theme = createTheme({
  primaryColor: "blue",
  primaryShade: 8,
  respectReducedMotion: true,
});
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      refetchOnWindowFocus: false,
      // What was refused is refused again; what could not be reached may be back.
      retry: (failures, error) =>
        failures < RETRIES && error instanceof ApiError && error.status === 0,
    },
  },
});

function Console() {
  const { me } = useAccess();
  if (me === undefined) return <Waiting />;
  return me === null || me.MustChangePassword ? <Login /> : <Shell />;
}

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no root");
createRoot(root).render(
  <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
    <QueryClientProvider client={queries}>
      <SpokenProvider>
        <AccessProvider>
          <BrowserRouter basename="/console">
            <Console />
          </BrowserRouter>
        </AccessProvider>
      </SpokenProvider>
    </QueryClientProvider>
  </MantineProvider>,
);
