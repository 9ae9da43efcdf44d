import { useTranslation } from "react-i18next";
import en from "../../i18n/en.json";

/** Every action that the log can hold, as the server writes it: `document.upload`. */
export const actions = Object.entries(en.audit.actions).flatMap(([noun, verbs]) =>
  Object.keys(verbs).map((verb) => `${noun}.${verb}`),
);

/** What an action is called in the reader's language; one of a newer server stays as it is written. */
export function useActionName(): (action: string) => string {
  const { t, i18n } = useTranslation();
  return (action) => {
    const key = `audit.actions.${action}`;
    return i18n.exists(key) ? t(key as "audit.actions.document.upload") : action;
  };
}
