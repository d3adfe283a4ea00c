/** Joins what the engine says with the phone of the page, for whatever draws them. */

import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import { ask, engine, type Schemas } from "../api";
import { type LiveMessage, useLive } from "../live";
import { CCP, type CcpDocument, type Contact, type Deed, needsMicrophone, speaks } from "./document";
import { chooseDevices, chosenDevices, type Devices } from "./microphone";
import { type PhoneState, Softphone } from "./softphone";

/** The engine's word that it has no audio of ours is believed after this long. */
const SILENT_SECONDS = 3;

type Request = () => Promise<unknown>;

/** What is said with a deed, of those with which anything is. */
interface Said {
  digits: Schemas["DigitsRequest"];
  end: Schemas["EndRequest"];
  transfer: Schemas["TransferRequest"];
}

interface Ccp {
  document: CcpDocument;
  phone: PhoneState;
  softphone: Softphone;
  devices: Devices;
  setDevices: (devices: Devices) => void;
  /** What the last request failed with. */
  problem: unknown;
  dismiss: () => void;
  busy: boolean;
  /** Whether it was done. */
  send: (request: Request) => Promise<boolean>;
  /** The same for what takes a microphone: it is opened first. */
  speaking: (request: Request) => Promise<boolean>;
  act: <D extends Deed>(
    contact: Contact,
    deed: D,
    body?: D extends keyof Said ? Said[D] : never,
  ) => Promise<boolean>;
}

const CcpContext = createContext<Ccp | null>(null);

export function useCcp(): Ccp {
  const ccp = useContext(CcpContext);
  if (!ccp) throw new Error("useCcp outside of CcpProvider");
  return ccp;
}

/** null until the engine has said something; a text when it refuses to. */
function useDocument(): CcpDocument | string | null {
  const [document, setDocument] = useState<CcpDocument | string | null>(null);
  const listener = useCallback((message: LiveMessage) => {
    if (message.type === "error") return setDocument(message.message ?? "");
    const [row] = (message.rows ?? []) as CcpDocument[];
    if (row) setDocument(row);
  }, []);
  useLive("ccp", listener);
  return document;
}

function usePhone(document: CcpDocument | null): [PhoneState, Softphone] {
  const [softphone] = useState(() => new Softphone());
  const phone = useSyncExternalStore(softphone.watch, () => softphone.state);
  const known = document !== null;
  const microphone = known && needsMicrophone(document);
  const muted = known && !speaks(document);
  const silent = known && !document.media && phone.line === "up";
  useEffect(() => {
    if (known) softphone.needMicrophone(microphone);
  }, [softphone, known, microphone]);
  useEffect(() => {
    if (!known) return;
    softphone.start();
    return () => softphone.stop();
  }, [softphone, known]);
  useEffect(() => softphone.mute(muted), [softphone, muted]);
  useEffect(() => {
    if (document) softphone.told(document.page);
  }, [softphone, document]);
  useEffect(() => {
    if (!silent) return;
    const timer = setTimeout(softphone.renew, 1000 * SILENT_SECONDS);
    return () => clearTimeout(timer);
  }, [softphone, silent]);
  return [phone, softphone];
}

interface Props {
  children: ReactNode;
  waiting: ReactNode;
  refused: (why: string) => ReactNode;
}

export function CcpProvider({ children, waiting, refused }: Props) {
  const told = useDocument();
  const document = typeof told === "string" ? null : told;
  const [phone, softphone] = usePhone(document);
  const [devices, setDevices] = useState(chosenDevices);
  const requests = useRequests(softphone);
  const ccp = useMemo<Ccp | null>(
    () =>
      document && {
        document,
        phone,
        softphone,
        devices,
        setDevices: (chosen) => {
          chooseDevices(chosen);
          setDevices(chosen);
          softphone.useDevices(chosen);
        },
        ...requests,
        act: ({ contact_id }, deed, body) =>
          requests.send(() =>
            ask(
              engine.POST(`${CCP}/contact/{contact_id}/${deed as Deed}`, {
                params: { path: { contact_id } },
                body: body as never,
              }),
            ),
          ),
      },
    [document, phone, softphone, devices, requests],
  );
  if (typeof told === "string") return refused(told);
  return ccp ? <CcpContext value={ccp}>{children}</CcpContext> : waiting;
}

/** One at a time; what came of it is seen in the document. */
function useRequests(softphone: Softphone) {
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const tried = useCallback(async (deed: Request) => {
    setBusy(true);
    setProblem(null);
    try {
      await deed();
      return true;
    } catch (error) {
      setProblem(error);
      return false;
    } finally {
      setBusy(false);
    }
  }, []);
  return useMemo(
    () => ({
      problem,
      busy,
      dismiss: () => setProblem(null),
      send: tried,
      speaking: (request: Request) => tried(() => softphone.speaking(request)),
    }),
    [softphone, tried, problem, busy],
  );
}
