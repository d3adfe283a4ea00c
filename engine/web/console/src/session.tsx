/** Who is logged in, and what they may do. */

import { useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
} from "react";
import { ApiError, ask, engine, LOGIN, onSessionOver, type Schemas } from "./api";

export type Me = Schemas["Me"];

export interface Session {
  me: Me;
  may: (...permissions: string[]) => boolean;
}

interface Access {
  /** undefined while it is not known yet; null when nobody is logged in. */
  me: Me | null | undefined;
  logIn: (username: string, password: string, code: string) => Promise<void>;
  logOut: () => Promise<void>;
  /** Whoever goes to log in elsewhere may come back logged in. */
  leave: () => void;
  /** After a change of the password the session is over. */
  forget: () => void;
}

/** Kept by the browser while somebody is logged in: who is not, needs not ask who they are. */
const BEEN_HERE = "earshot.been-here";

const AccessContext = createContext<Access | null>(null);

export function AccessProvider({ children }: { children: ReactNode }) {
  const [me, setMe] = useState<Me | null | undefined>();
  const cache = useQueryClient();
  const forget = useCallback(() => {
    cache.clear();
    localStorage.removeItem(BEEN_HERE);
    setMe(null);
  }, [cache]);
  useEffect(() => onSessionOver(forget), [forget]);
  useEffect(() => {
    if (localStorage.getItem(BEEN_HERE)) ask(engine.GET("/earshot/v1/me")).then(setMe, forget);
    else setMe(null);
  }, [forget]);
  const access = useMemo(
    () => ({
      me,
      forget,
      leave: () => localStorage.setItem(BEEN_HERE, "yes"),
      logIn: async (Username: string, Password: string, Code: string) => {
        setMe(await ask(engine.POST(LOGIN, { body: { Username, Password, Code } })));
        localStorage.setItem(BEEN_HERE, "yes");
      },
      logOut: async () => {
        await ask(engine.POST("/earshot/v1/logout")).catch((error) => {
          if (!(error instanceof ApiError && error.status === 401)) throw error;
        });
        forget();
      },
    }),
    [me, forget],
  );
  return <AccessContext value={access}>{children}</AccessContext>;
}

export function useAccess(): Access {
  const access = useContext(AccessContext);
  if (!access) throw new Error("useAccess outside of AccessProvider");
  return access;
}

/** Inside the shell, where somebody is logged in. */
export function useSession(): Session {
  const { me } = useAccess();
  if (!me) throw new Error("useSession without a session");
  return useMemo(
    () => ({ me, may: (...asked) => asked.every((each) => me.Permissions.includes(each)) }),
    [me],
  );
}
