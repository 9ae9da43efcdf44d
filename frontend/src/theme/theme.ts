import { useSyncExternalStore } from "react";

export type ThemeChoice = "system" | "light" | "dark";

// The same key and names as in public/assets/theme.js, which runs before the first paint.
const KEY = "quarry.theme";
const listeners = new Set<() => void>();
const system = window.matchMedia?.("(prefers-color-scheme: dark)");

function stored(): ThemeChoice {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system";
  }
}

let choice = stored();

function apply(): void {
  const dark = choice === "dark" || (choice === "system" && system?.matches);
  document.documentElement.dataset.theme = dark ? "g100" : "white";
  listeners.forEach((listener) => listener());
}

export function setTheme(next: ThemeChoice): void {
  choice = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  apply();
}

system?.addEventListener("change", apply);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useTheme(): ThemeChoice {
  return useSyncExternalStore(subscribe, () => choice);
}
