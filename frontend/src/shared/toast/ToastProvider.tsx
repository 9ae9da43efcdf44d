import { ToastNotification } from "@carbon/react";
import { useCallback, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type Toast, ToastContext } from "./context";

const LASTS_MS = 6_000;

export function ToastProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [toasts, setToasts] = useState<(Toast & { key: number })[]>([]);
  const drop = (key: number) => setToasts((current) => current.filter((toast) => toast.key !== key));
  const show = useCallback(
    (toast: Toast) => setToasts((current) => [...current.slice(-2), { ...toast, key: (current.at(-1)?.key ?? 0) + 1 }]),
    [],
  );

  return (
    <ToastContext.Provider value={show}>
      {children}
      <div className="toasts">
        {toasts.map((toast) => (
          <ToastNotification
            key={toast.key}
            kind={toast.kind}
            role={toast.kind === "error" ? "alert" : "status"}
            title={toast.title}
            subtitle={toast.text}
            timeout={LASTS_MS}
            statusIconDescription={toast.kind}
            aria-label={t("common.dismiss")}
            onClose={() => {
              drop(toast.key);
            }}
            lowContrast
          />
        ))}
      </div>
    </ToastContext.Provider>
  );
}
