import { ContentSwitcher, Switch } from "@carbon/react";
import { useTranslation } from "react-i18next";
import { setTheme, useTheme, type ThemeChoice } from "../theme/theme";

const choices = ["system", "light", "dark"] as const;

export function ThemeSwitch() {
  const { t } = useTranslation();
  const names = { system: t("user.themeSystem"), light: t("user.themeLight"), dark: t("user.themeDark") };
  return (
    <ContentSwitcher
      size="sm"
      aria-label={t("user.theme")}
      selectedIndex={choices.indexOf(useTheme())}
      onChange={({ name }) => setTheme(name as ThemeChoice)}
    >
      {choices.map((choice) => (
        <Switch key={choice} name={choice} text={names[choice]} />
      ))}
    </ContentSwitcher>
  );
}
