import { useEffect, useState } from 'preact/hooks';
import { lastFour } from '../text.js';
import { Icon } from './icons.js';

const TOLD_MS = 1_500;

/** Copies a string, and says so. */
export function CopyButton({ text, what, quiet }: { text: string; what: string; quiet?: boolean }) {
  const [copied, setCopied] = useState<'yes' | 'no' | undefined>(undefined);
  useEffect(() => {
    if (copied === undefined) return undefined;
    const timer = setTimeout(() => setCopied(undefined), TOLD_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const label = copied === undefined ? what : copied === 'yes' ? 'Copied' : 'Select it and copy';
  return (
    <button
      type="button"
      class={quiet ? 'button quiet' : 'button'}
      onClick={() => void copy(text).then((done) => setCopied(done ? 'yes' : 'no'))}
    >
      <Icon name={copied === 'yes' ? 'check' : 'copy'} />
      <span aria-live="polite">{label}</span>
    </button>
  );
}

/** The clipboard is there on this machine's own addresses; by another host name it may not be. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** A SID by its last four characters; the whole of it is its title. */
export function Sid({ sid }: { sid: string }) {
  return (
    <code class="sid" title={sid}>
      …{lastFour(sid)}
    </code>
  );
}

/** A command for a terminal, to copy. */
export function Command({ text, what }: { text: string; what: string }) {
  return (
    <figure class="command">
      <figcaption>
        <span>{what}</span>
        <CopyButton text={text} what="Copy" quiet />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <pre tabIndex={0}>{text}</pre>
    </figure>
  );
}

/** Where there is nothing yet: what that means, and one command that changes it. */
export function Empty({ title, children, command }: { title: string; children: string; command?: string }) {
  return (
    <div class="empty">
      <h3>{title}</h3>
      <p>{children}</p>
      {command === undefined ? null : <Command text={command} what="In a terminal" />}
    </div>
  );
}
