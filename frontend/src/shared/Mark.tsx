/** Quarry's mark: a block lifted from its layers. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg className="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path className="mark__low" d="M4 22.5l12 6 12-6" />
      <path className="mark__mid" d="M4 16.5l12 6 12-6" />
      <path className="mark__top" d="M16 3.5l12 6-12 6-12-6z" />
    </svg>
  );
}
