export interface Piece {
  text: string;
  hit: boolean;
}

const HAN = /\p{Script=Han}/u;

/** Latin words of two letters and more, and runs of Chinese as pairs of characters, the way the search reads them. */
export function terms(query: string): string[] {
  const words = query.normalize("NFKC").toLocaleLowerCase().match(/\p{Script=Han}+|[\p{L}\p{N}][\p{L}\p{N}._/-]*/gu) ?? [];
  const found = words.flatMap((word) => {
    if (!HAN.test(word)) return word.length > 1 ? [word] : [];
    const characters = [...word];
    return characters.length === 1 ? characters : characters.slice(1).map((next, index) => characters[index]! + next);
  });
  return [...new Set(found)];
}

/** The text in pieces, those that the query names marked. Neighbouring hits become one mark. */
export function highlight(text: string, query: string): Piece[] {
  const marked = new Uint8Array(text.length);
  const haystack = text.toLocaleLowerCase();
  // Lower case may be longer than the original in a few scripts; then marks would slip, so there are none.
  const searched = haystack.length === text.length ? terms(query) : [];
  for (const term of searched)
    for (let at = haystack.indexOf(term); at >= 0; at = haystack.indexOf(term, at + 1)) marked.fill(1, at, at + term.length);
  const pieces: Piece[] = [];
  for (let start = 0; start < text.length; ) {
    let end = start + 1;
    while (end < text.length && marked[end] === marked[start]) end += 1;
    pieces.push({ text: text.slice(start, end), hit: marked[start] === 1 });
    start = end;
  }
  return pieces;
}

/** Fused scores have no unit of their own: they are shown against the best one. */
export function relativeScore(score: number, best: number): number {
  return best > 0 ? Math.round((Math.max(score, 0) / best) * 100) : 0;
}
