import { useEffect, useRef } from "react";

const NEAR = 80;

/** Follows growing content down, until the reader scrolls up to read; back at the end, it follows again. */
export function useStickToBottom(key: string) {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = frame.current;
    const content = element?.firstElementChild;
    if (!element || !content) return;
    let following = true;
    const onScroll = () => {
      following = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
    };
    const observer = new ResizeObserver(() => {
      if (following) element.scrollTop = element.scrollHeight;
    });
    observer.observe(content);
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", onScroll);
    };
  }, [key]);
  return frame;
}
