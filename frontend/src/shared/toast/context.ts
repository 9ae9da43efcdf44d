import { createContext, useContext } from "react";

export interface Toast {
  kind: "success" | "error" | "info";
  title: string;
  text?: string;
}

export const ToastContext = createContext<(toast: Toast) => void>(() => undefined);

/** Show a short notice that goes by itself. */
export const useToast = () => useContext(ToastContext);
