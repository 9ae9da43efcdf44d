/** The order with one of its names moved up (-1) or down (1). */
export function moved(order: string[], name: string, by: -1 | 1): string[] {
  const at = order.indexOf(name);
  const to = at + by;
  if (at < 0 || to < 0 || to >= order.length) return order;
  return order.with(at, order[to]!).with(to, name);
}
