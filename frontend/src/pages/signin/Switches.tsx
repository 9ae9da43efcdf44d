import { LanguageSwitch } from "../../shell/LanguageSwitch";
import { ThemeSwitch } from "../../shell/ThemeSwitch";

/** Language and appearance, before anybody is signed in. */
export function Switches() {
  return (
    <div className="signin__switches">
      <LanguageSwitch />
      <ThemeSwitch />
    </div>
  );
}
