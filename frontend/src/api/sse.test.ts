import { expect, it } from "vitest";
import { SseParser } from "./sse";

const STREAM = 'id: 1-0\nevent: token\ndata: {"text":"特休"}\n\n: heartbeat\n\nid: 1-1\nevent: done\ndata: {"status":"completed"}\n\n';

it("reads the same events however the network cuts them", () => {
  for (const size of [1, 3, 7, 1000]) {
    const parser = new SseParser();
    const events = [];
    for (let at = 0; at < STREAM.length; at += size) events.push(...parser.push(STREAM.slice(at, at + size)));
    expect(events).toEqual([
      { id: "1-0", kind: "token", data: { text: "特休" } },
      { id: "1-1", kind: "done", data: { status: "completed" } },
    ]);
  }
});

it("understands other line ends, also when they are cut in two", () => {
  const parser = new SseParser();
  const text = STREAM.replaceAll("\n", "\r\n");
  const events = [...text].flatMap((character) => parser.push(character));
  expect(events.map((event) => event.kind)).toEqual(["token", "done"]);
});
