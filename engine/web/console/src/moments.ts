/** Times and durations as people read them. */

import { useMemo } from "react";
import { clock } from "./ccp/document";
import { useSpoken } from "./i18n";

export interface Clock {
  /** Date and time to the second, in the zone of the browser. */
  moment: (utc: string | null) => string;
  /** Time alone, to the millisecond. */
  precise: (utc: string) => string;
  /** Time alone, to the minute. */
  hour: (utc: string) => string;
}

export function useClock(): Clock {
  const { language } = useSpoken();
  return useMemo(() => {
    const locale = language === "en" ? "en-GB" : language;
    const whole = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });
    const fine = new Intl.DateTimeFormat(locale, {
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      fractionalSecondDigits: 3,
    });
    const rough = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
    return {
      moment: (utc) => (utc ? whole.format(new Date(utc)) : ""),
      precise: (utc) => fine.format(new Date(utc)),
      hour: (utc) => rough.format(new Date(utc)),
    };
  }, [language]);
}

/** h:mm:ss, or m:ss below an hour; "" for null. */
export function lasting(seconds: number | null): string {
  return seconds === null ? "" : clock(seconds);
}
