import { useTranslation } from "react-i18next";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

export function formatBytes(bytes: number | null | undefined, language: string): string {
  if (bytes === null || bytes === undefined) return "–";
  const power = bytes > 0 ? Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1) : 0;
  const value = bytes / 1000 ** power;
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: UNITS[power],
    unitDisplay: power === 0 ? "long" : "short",
    maximumFractionDigits: value < 10 && power > 0 ? 1 : 0,
  }).format(value);
}

export function formatTime(iso: string, language: string, seconds = false): string {
  return new Intl.DateTimeFormat(language, {
    dateStyle: "medium",
    timeStyle: seconds ? "medium" : "short",
  }).format(new Date(iso));
}

/** Numbers, sizes and times as the reader's language writes them. */
export function useFormat() {
  const { i18n } = useTranslation();
  const language = i18n.language;
  return {
    bytes: (bytes: number | null | undefined) => formatBytes(bytes, language),
    time: (iso: string) => formatTime(iso, language),
    exactTime: (iso: string) => formatTime(iso, language, true),
    share: (value: number, digits = 0) => new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: digits }).format(value),
    number: (value: number) => new Intl.NumberFormat(language).format(value),
    price: (value: number) => new Intl.NumberFormat(language, { maximumSignificantDigits: 3 }).format(value),
    list: (items: string[]) => new Intl.ListFormat(language, { type: "conjunction" }).format(items),
  };
}
