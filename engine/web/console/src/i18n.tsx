/** What the console says, in the language of the browser or the one that was chosen. */

import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import * as ccp from "./ccp/words";
import { de } from "./words/de";
import { en } from "./words/en";

const ENGLISH = { ...en, ...ccp.en };
export type Words = keyof typeof ENGLISH;
export type Language = "en" | "de";
export const LANGUAGES: Record<Language, string> = { en: "English", de: "Deutsch" };

const CATALOGUE: Record<Language, Record<Words, string>> = {
  en: ENGLISH,
  de: { ...de, ...ccp.de },
};
const CHOSEN = "earshot.language";

type Values = Record<string, string | number>;
export type Translate = (words: Words, values?: Values) => string;

interface Spoken {
  language: Language;
  setLanguage: (language: Language) => void;
  t: Translate;
}

const SpokenContext = createContext<Spoken | null>(null);

function initial(): Language {
  const wanted = localStorage.getItem(CHOSEN) ?? navigator.language.slice(0, 2);
  return wanted in CATALOGUE ? (wanted as Language) : "en";
}

export function SpokenProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(initial);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const spoken = useMemo<Spoken>(
    () => ({
      language,
      setLanguage: (chosen) => {
        localStorage.setItem(CHOSEN, chosen);
        setLanguage(chosen);
      },
      t: (words, values = {}) =>
        CATALOGUE[language][words].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? "")),
    }),
    [language],
  );
  return <SpokenContext value={spoken}>{children}</SpokenContext>;
}

export function useSpoken(): Spoken {
  const spoken = useContext(SpokenContext);
  if (!spoken) throw new Error("useSpoken outside of SpokenProvider");
  return spoken;
}
