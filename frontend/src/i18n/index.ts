import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import en from "./en.json";
import zhHant from "./zh-Hant.json";

export const languages = ["en", "zh-Hant"] as const;
export type AppLanguage = (typeof languages)[number];

const KEY = "quarry.language";

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** The language chosen here before, else the browser's first one that we speak, else English. */
export function firstLanguage(): AppLanguage {
  const wishes = [remembered(), ...navigator.languages];
  for (const wish of wishes) {
    if (wish?.toLowerCase().startsWith("zh")) return "zh-Hant";
    if (wish?.toLowerCase().startsWith("en")) return "en";
  }
  return "en";
}

export function setLanguage(language: AppLanguage): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  if (language !== i18next.language) void i18next.changeLanguage(language);
}

// The page's language decides which Chinese glyphs the browser draws and how a screen reader speaks.
i18next.on("languageChanged", (language) => {
  document.documentElement.lang = language;
});

void i18next.use(initReactI18next).init({
  resources: { en: { translation: en }, "zh-Hant": { translation: zhHant } },
  lng: firstLanguage(),
  fallbackLng: false,
  interpolation: { escapeValue: false },
});

export default i18next;
