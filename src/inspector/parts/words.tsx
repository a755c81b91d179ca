import { clockTime, lastFour } from '../text.js';

/** A SID or a moment within a sentence. */
const LONG = /\b([A-Z]{2}[0-9a-f]{32}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)\b/;

/** A sentence of the emulator: its SIDs by their last four characters, its moments in the reader's own time. */
export function Words({ text }: { text: string }) {
  const parts = text.split(LONG);
  return (
    <bdi>
      {parts.map((part, index) => {
        if (index % 2 === 0) return part;
        return part.includes('T') && part.endsWith('Z') ? (
          <time title={part}>{clockTime(Date.parse(part))}</time>
        ) : (
          <code title={part}>…{lastFour(part)}</code>
        );
      })}
    </bdi>
  );
}
