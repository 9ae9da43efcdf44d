/** "Traditional Chinese" for `zh-Hant`, in the reader's language; the code itself when it is not a known one. */
export function languageName(code: string | null, reader: string): string {
  if (!code) return "–";
  try {
    return new Intl.DisplayNames([reader], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}
