import Logout from "@carbon/icons-react/es/Logout.js";
import Settings from "@carbon/icons-react/es/Settings.js";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { signOut, updateMe } from "../api/auth";
import { keys } from "../api/keys";
import { useMe } from "../api/useMe";
import { useToast } from "../shared/toast/context";
import { useErrorText } from "../shared/useErrorText";
import { LanguageSwitch } from "./LanguageSwitch";
import { ThemeSwitch } from "./ThemeSwitch";

const OPENER = '[aria-controls="user-panel"]';

/** Escape or a click elsewhere closes the panel, and the keyboard goes back to the button that opened it. */
function useDismiss(onClose: () => void) {
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    panel.current?.focus();
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      onClose();
      document.querySelector<HTMLElement>(OPENER)?.focus();
    };
    const onPointer = (event: PointerEvent) => {
      const target = event.target as Element;
      if (!panel.current?.contains(target) && !target.closest(OPENER)) onClose();
    };
    document.addEventListener("keydown", onKey);
    document.addEventListener("pointerdown", onPointer);
    return () => {
      document.removeEventListener("keydown", onKey);
      document.removeEventListener("pointerdown", onPointer);
    };
  }, [onClose]);
  return panel;
}

export function UserPanel({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const client = useQueryClient();
  const panel = useDismiss(onClose);
  const toast = useToast();
  const textOf = useErrorText();
  // A fresh start: nothing that this person read stays in the memory of the page.
  const leave = () =>
    signOut().then(
      () => window.location.assign("/sign-in"),
      (error: unknown) => toast({ kind: "error", title: t("errors.title"), text: textOf(error) }),
    );
  return (
    <div id="user-panel" className="user-panel" role="dialog" aria-label={t("user.menu")} tabIndex={-1} ref={panel}>
      <div className="user-panel__who">
        <strong>{me?.name || me?.email}</strong>
        <span>{me?.email}</span>
        <span>{t(me?.role === "administrator" ? "user.administrator" : "user.employee")}</span>
      </div>
      <div className="user-panel__choice">
        <span>{t("user.language")}</span>
        <LanguageSwitch onChange={(language) => void updateMe({ language }).then((next) => client.setQueryData(keys.me, next))} />
      </div>
      <div className="user-panel__choice">
        <span>{t("user.theme")}</span>
        <ThemeSwitch />
      </div>
      <div className="user-panel__links">
        <Link to="/account" onClick={onClose}>
          <Settings aria-hidden="true" /> {t("user.account")}
        </Link>
        <button type="button" onClick={() => void leave()}>
          <Logout aria-hidden="true" /> {t("user.signOut")}
        </button>
      </div>
    </div>
  );
}
