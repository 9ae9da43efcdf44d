import { ContentSwitcher, Switch } from "@carbon/react";
import { useTranslation } from "react-i18next";
import { languages, setLanguage, type AppLanguage } from "../i18n";

const names: Record<AppLanguage, string> = { en: "English", "zh-Hant": "繁體中文" };

/** Every language is written in itself, so that its readers find it. */
export function LanguageSwitch({ onChange }: { onChange?: (language: AppLanguage) => void }) {
  const { t, i18n } = useTranslation();
  const choose = (language: AppLanguage) => {
    setLanguage(language);
    onChange?.(language);
  };
  return (
    <ContentSwitcher
      size="sm"
      aria-label={t("user.language")}
      selectedIndex={languages.indexOf(i18n.language as AppLanguage)}
      onChange={({ name }) => choose(name as AppLanguage)}
    >
      {languages.map((language) => (
        <Switch key={language} name={language} text={names[language]} />
      ))}
    </ContentSwitcher>
  );
}
