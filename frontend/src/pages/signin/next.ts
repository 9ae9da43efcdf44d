/** Only a path of our own may be returned to: an address with a host would lead elsewhere. */
export function safeNext(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : "/chat";
}
