/** Makes the URLs of an answer, under the origin (`http://127.0.0.1:8080`) the client called. */
export interface Links {
  readonly accountSid: string;
  readonly now: number;
  /** The URL of `/Workspaces…`. */
  url(path: string): string;
}

/** Dates as Twilio writes them: ISO 8601, UTC, whole seconds. */
export const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** An empty text in the engine is null outside. */
export const orNull = (text: string): string | null => (text === '' ? null : text);

/** What nearly every resource ends with. */
export function common(
  { accountSid, url }: Links,
  { dateCreated, dateUpdated }: { readonly dateCreated: number; readonly dateUpdated: number },
  path: string,
) {
  return {
    account_sid: accountSid,
    date_created: iso(dateCreated),
    date_updated: iso(dateUpdated),
    url: url(path),
  };
}
