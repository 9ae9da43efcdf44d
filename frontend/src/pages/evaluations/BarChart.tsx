import { useId } from "react";
import { useFormat } from "../../shared/format";

export interface Bar {
  label: string;
  /** Per cent. */
  value: number;
  ours: boolean;
}

const ROW = 28;
const LABEL = 240;
const WIDE = 360;
const END = 60;

/** Bars in plain SVG; a screen reader hears them as a list of names and figures. */
export function BarChart({ title, note, bars }: { title: string; note?: string; bars: Bar[] }) {
  const { number } = useFormat();
  const id = useId();
  const written = (value: number) => `${number(Number(value.toFixed(1)))} %`;
  return (
    <figure className="bars" aria-labelledby={id}>
      <figcaption id={id}>
        <h2>{title}</h2>
        {note && <p className="muted">{note}</p>}
      </figcaption>
      <svg viewBox={`0 0 ${LABEL + WIDE + END} ${bars.length * ROW}`} aria-hidden="true">
        {bars.map(({ label, value, ours }, index) => (
          <g key={label} transform={`translate(0 ${index * ROW})`} className={ours ? "bars__bar bars__bar--ours" : "bars__bar"}>
            <text x={LABEL - 12} y={ROW / 2} textAnchor="end" dominantBaseline="central">
              {label.length > 32 ? `${label.slice(0, 31)}…` : label}
            </text>
            <rect x={LABEL} y={5} height={ROW - 10} width={(Math.min(Math.max(value, 0), 100) / 100) * WIDE} />
            <text x={LABEL + (Math.min(Math.max(value, 0), 100) / 100) * WIDE + 8} y={ROW / 2} dominantBaseline="central">
              {written(value)}
            </text>
          </g>
        ))}
      </svg>
      <ul className="visually-hidden">
        {bars.map(({ label, value }) => (
          <li key={label}>
            {label}: {written(value)}
          </li>
        ))}
      </ul>
    </figure>
  );
}
