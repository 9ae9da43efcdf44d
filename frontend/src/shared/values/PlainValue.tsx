import { useTranslation } from "react-i18next";

const LONG = 240;
const MOST_LINES = 6;

const isScalar = (value: unknown) => value === null || typeof value !== "object";
const isLong = (text: string) => text.length > LONG || text.split("\n").length > MOST_LINES;

/** The beginning of a long text, the whole of it folded. */
function Text({ text }: { text: string }) {
  if (!isLong(text)) return <span className="plain__text">{text}</span>;
  const line = text.trimStart().split("\n")[0]!.slice(0, 100);
  return (
    <details className="plain__fold">
      <summary>{line}…</summary>
      <p className="plain__text">{text}</p>
    </details>
  );
}

function Fields({ value }: { value: Record<string, unknown> }) {
  return (
    <dl className="facts plain__fields">
      {Object.entries(value).map(([name, each]) => (
        <div key={name} className="facts__pair">
          <dt>{name}</dt>
          <dd>
            <PlainValue value={each} nested />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function List({ value }: { value: unknown[] }) {
  return (
    <ul className="plain__list">
      {value.map((each, index) => (
        <li key={index}>
          <PlainValue value={each} nested />
        </li>
      ))}
    </ul>
  );
}

/** A value as people read it: no braces, no quotes; what is nested or long is folded. */
export function PlainValue({ value, nested = false }: { value: unknown; nested?: boolean }) {
  const { t } = useTranslation();
  if (value === null || value === undefined || value === "") return <span className="muted">–</span>;
  if (typeof value === "boolean") return <>{t(value ? "values.yes" : "values.no")}</>;
  if (isScalar(value)) return <Text text={String(value)} />;
  const list = Array.isArray(value);
  const count = list ? value.length : Object.keys(value as object).length;
  if (count === 0) return <span className="muted">–</span>;
  if (list && count <= 8 && value.every((each) => isScalar(each) && String(each).length < 80)) return <>{value.map(String).join(", ")}</>;
  const inside = list ? <List value={value} /> : <Fields value={value as Record<string, unknown>} />;
  if (!nested) return inside;
  return (
    <details className="plain__fold">
      <summary>{t(list ? "values.entries" : "values.fields", { count })}</summary>
      {inside}
    </details>
  );
}
