import { ConfigurationError } from '../errors.js';

/**
 * Checks `publicUrl`: where Twilio reaches this router, up to the path the app sees.
 *
 * @returns it without a slash at its end.
 * @throws {ConfigurationError} when it is not an absolute http(s) URL, or has a query or fragment.
 */
export function readPublicUrl(publicUrl: string): string {
  const url = URL.canParse(publicUrl) ? new URL(publicUrl) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || /[?#\s]/.test(publicUrl)) {
    throw new ConfigurationError(
      'bad-public-url',
      'publicUrl must be the beginning of the URL you gave Twilio, such as https://hooks.example.com, without ' +
        'query or fragment.',
    );
  }
  return publicUrl.replace(/\/+$/, '');
}

/**
 * The URLs Twilio may have called: the public URL and the path as the app received it. If a proxy does not strip the
 * public URL's path, that path appears twice, so the form without the repetition is tried too.
 */
export function publicUrls(publicUrl: string, pathAndQuery: string): readonly string[] {
  const whole = publicUrl + pathAndQuery;
  const pathStart = publicUrl.indexOf('/', publicUrl.indexOf('://') + 3);
  if (pathStart === -1 || !pathAndQuery.startsWith(`${publicUrl.slice(pathStart)}/`)) return [whole];
  return [publicUrl.slice(0, pathStart) + pathAndQuery, whole];
}
