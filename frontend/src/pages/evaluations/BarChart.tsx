import { useId } from "react";
import { useFormat } from "../../shared/format";

export interface Bar {
  label: string;
  /** Per cent. */
  value: number;
  ours: boolean;
}

/** A place where a long name may be broken. */
const BREAK = "\u200b";

/** A list of names and figures, with a bar to each. */
export function BarChart({ title, note, bars }: { title: string; note?: string; bars: Bar[] }) {
  const { share } = useFormat();
  const id = useId();
  return (
    <figure className="bars">
      <figcaption>
        <h2 id={id}>{title}</h2>
        {note && <p className="muted">{note}</p>}
      </figcaption>
      <ul aria-labelledby={id}>
        {bars.map(({ label, value, ours }) => (
          <li key={label} className={ours ? "bars__row bars__row--ours" : "bars__row"}>
            <span className="bars__label">{label.replaceAll("_", `_${BREAK}`)}</span>
            <span className="bars__track">
              <span className="bars__bar" style={{ inlineSize: `${Math.min(Math.max(value, 0), 100)}%` }} />
              {share(value / 100, 1)}
            </span>
          </li>
        ))}
      </ul>
    </figure>
  );
}
