import { useState } from 'preact/hooks';

const OPEN_DEPTH = 2;
/** More of one object are shown on demand. */
const AT_ONCE = 100;
const LONGEST = 400;

/** JSON as a tree whose branches open and close. */
export function Tree({ value, label }: { value: unknown; label: string }) {
  return (
    <section class="tree" aria-label={label}>
      <Branch name={undefined} value={value} depth={0} />
    </section>
  );
}

function Branch({ name, value, depth }: { name: string | undefined; value: unknown; depth: number }) {
  const [shown, setShown] = useState(AT_ONCE);
  const key = name === undefined ? null : <span class="key">{name}: </span>;
  if (typeof value !== 'object' || value === null) {
    return (
      <div class="leaf">
        {key}
        <Value value={value} />
      </div>
    );
  }
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  const size = isList ? `[${entries.length}]` : `{${entries.length}}`;
  if (entries.length === 0) {
    return (
      <div class="leaf">
        {key}
        <span class="size">{isList ? '[ ]' : '{ }'}</span>
      </div>
    );
  }
  // A short list of plain values reads best on one line.
  if (isList && entries.length <= 8 && value.every((one) => typeof one !== 'object' || one === null)) {
    return (
      <div class="leaf">
        {key}[
        {value.map((one, index) => (
          <span key={index}>
            {index > 0 ? ', ' : ''}
            <Value value={one} />
          </span>
        ))}
        ]
      </div>
    );
  }
  const inside = entries
    .slice(0, shown)
    .map(([one, inner]) => <Branch key={one} name={one} value={inner} depth={depth + 1} />);
  const more =
    entries.length > shown ? (
      <button type="button" class="button quiet" onClick={() => setShown(shown + 10 * AT_ONCE)}>
        {entries.length - shown} more
      </button>
    ) : null;
  if (name === undefined) {
    return (
      <>
        {inside}
        {more}
      </>
    );
  }
  return (
    <details open={depth < OPEN_DEPTH}>
      <summary>
        <span class="key">{name}</span> <span class="size">{size}</span>
      </summary>
      {inside}
      {more}
    </details>
  );
}

function Value({ value }: { value: unknown }) {
  if (typeof value === 'string') {
    const text = value.length > LONGEST ? `${value.slice(0, LONGEST)}… (${value.length} characters)` : value;
    return <span class="string">"{text}"</span>;
  }
  return <span class="value">{String(value)}</span>;
}
