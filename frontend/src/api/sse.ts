export interface ServerEvent {
  id: string;
  kind: string;
  data: unknown;
}

function parseBlock(block: string): ServerEvent | null {
  let id = "";
  let kind = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "id") id = value;
    else if (field === "event") kind = value;
    else if (field === "data") data.push(value);
  }
  return data.length ? { id, kind, data: JSON.parse(data.join("\n")) } : null;
}

/** Cuts a server-sent event stream into events, however the network cut the bytes. */
export class SseParser {
  private rest = "";

  push(chunk: string): ServerEvent[] {
    // A carriage return at the very end may be half of a line end: it waits for the next piece.
    this.rest = (this.rest + chunk).replace(/\r\n|\r(?!$)/g, "\n");
    const blocks = this.rest.split("\n\n");
    this.rest = blocks.pop() ?? "";
    return blocks.map(parseBlock).filter((event) => event !== null);
  }
}
