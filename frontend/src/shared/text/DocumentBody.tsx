import { memo, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { type Block, type Mark, pieces, type Range } from "./blocks";
import { centre } from "./centre";

interface Props {
  text: string;
  blocks: Block[];
  marks: Mark[];
  showPages?: boolean;
}

function Words({ text, range, marks }: { text: string; range: Range; marks: Mark[] }) {
  return pieces(range, marks).map(({ start, end, kinds }) => {
    const words = text.slice(start, end);
    if (kinds.length === 0) return words;
    return (
      <mark key={start} className={`highlight highlight--${kinds.at(-1)}`}>
        {words}
      </mark>
    );
  });
}

function Table({ text, block, marks }: { text: string; block: Block; marks: Mark[] }) {
  const rows = block.rows ?? [];
  return (
    <div className="document-table">
      <table>
        <thead>
          <tr>
            {rows[0]?.map((cell) => (
              <th key={cell.name} scope="col">
                {cell.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row[0]?.start}>
              {row.map((cell) => (
                <td key={cell.start}>
                  <Words text={text} range={cell} marks={marks} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function BlockView({ text, block, marks }: { text: string; block: Block; marks: Mark[] }) {
  const words = <Words text={text} range={block} marks={marks} />;
  if (block.kind === "table") return <Table text={text} block={block} marks={marks} />;
  if (block.kind === "item") return <p className="document-item">{words}</p>;
  if (block.kind === "paragraph") return <p>{words}</p>;
  // The page's own h1 is the document's title, so that its first level stands below it.
  const Heading = `h${Math.min((block.level ?? 1) + 1, 6)}` as "h2";
  return (
    <Heading id={`at-${block.start}`} className={`document-heading document-heading--${Math.min(block.level ?? 1, 4)}`}>
      {words}
    </Heading>
  );
}

const overlaps = (block: Block, mark: Mark) => mark.start < block.end && mark.end > block.start;
const NO_MARKS: Mark[] = [];
const Drawn = memo(BlockView);

/** A document's text with its structure; the marked passage is scrolled to and takes the keyboard's place. */
export function DocumentBody({ text, blocks, marks, showPages = true }: Props) {
  const { t } = useTranslation();
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const mark = body.current?.querySelector<HTMLElement>(".highlight--quote") ?? body.current?.querySelector<HTMLElement>(".highlight");
    if (mark) centre(mark);
  }, [text, marks]);
  return (
    <div className="document-body" ref={body}>
      {blocks.map((block) => (
        <div key={block.start} className="document-block">
          {showPages && block.page !== undefined && (
            <p className="document-page" id={`page-${block.page}`}>
              {t("documents.page", { page: block.page })}
            </p>
          )}
          <Drawn text={text} block={block} marks={marks.some((mark) => overlaps(block, mark)) ? marks : NO_MARKS} />
        </div>
      ))}
    </div>
  );
}
