import type { DefinitionPath } from '../definition/index.js';
import type { LintContext } from './types.js';

/** The callback URLs of a definition. */
export function checkUrls(context: LintContext): void {
  const { definition, report } = context;
  checkUrl(context, ['eventCallbackUrl'], definition.eventCallbackUrl);
  for (const [name, workflow] of Object.entries(definition.workflows ?? {})) {
    const at: DefinitionPath = ['workflows', name];
    const { assignmentCallbackUrl: primary, fallbackAssignmentCallbackUrl: fallback } = workflow;
    checkUrl(context, [...at, 'assignmentCallbackUrl'], primary);
    checkUrl(context, [...at, 'fallbackAssignmentCallbackUrl'], fallback);
    if (primary && !fallback) {
      report(
        'missing-fallback-url',
        [...at, 'assignmentCallbackUrl'],
        'If this URL fails once, the reservation is canceled. Add fallbackAssignmentCallbackUrl.',
      );
    }
  }
}

function checkUrl({ report }: LintContext, path: DefinitionPath, text: string | undefined): void {
  if (!text || !URL.canParse(text)) return;
  const { protocol, hostname } = new URL(text);
  if (protocol === 'http:' && !isLocal(hostname)) {
    report(
      'insecure-url',
      path,
      'Callbacks carry attributes of callers and workers, and http sends them in the clear. Use https.',
    );
  }
  const after = tidyQuery(text);
  if (after === text) return;
  report(
    'callback-url-query',
    path,
    'Servers and proxies pass on this query in another order or encoding, and then the signature does not match. Sort and encode it.',
    { fix: { kind: 'value', before: text, after } },
  );
}

const isLocal = (hostname: string) =>
  hostname === 'localhost' ||
  hostname === '[::1]' ||
  hostname.startsWith('127.') ||
  hostname.endsWith('.localhost');

/** The URL with its query sorted by name and encoded; what is encoded already stays. */
function tidyQuery(text: string): string {
  const at = text.indexOf('?');
  if (at < 0) return text;
  const [query = '', ...fragment] = text.slice(at + 1).split('#');
  const pairs = query.split('&').filter(Boolean);
  const encoded = pairs.map((pair) =>
    pair.replaceAll(/[^A-Za-z0-9\-._~!$'()*,;=:@/?%+]|%(?![0-9A-Fa-f]{2})/gu, (char) =>
      encodeURIComponent(char),
    ),
  );
  const nameOf = (pair: string) => pair.split('=', 1)[0]!;
  const sorted = encoded.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0));
  return `${text.slice(0, at)}?${sorted.join('&')}${fragment.length > 0 ? `#${fragment.join('#')}` : ''}`;
}
