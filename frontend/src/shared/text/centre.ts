/** Scrolls `element` to the middle of what scrolls around it, and nothing further out: `scrollIntoView` would move the
 * page under a panel as well. */
export function centre(element: HTMLElement) {
  const box = scroller(element);
  const place = element.getBoundingClientRect();
  const frame = box === document.documentElement ? { top: 0, height: innerHeight } : box.getBoundingClientRect();
  box.scrollTop += place.top + place.height / 2 - (frame.top + frame.height / 2);
}

function scroller(element: HTMLElement): HTMLElement {
  for (let box = element.parentElement; box; box = box.parentElement) {
    if (box.scrollHeight > box.clientHeight && /auto|scroll/.test(getComputedStyle(box).overflowY)) return box;
  }
  return document.documentElement;
}
