import { ANY_PREFIX, sidPattern } from '../../sids.js';
import { badRequest, EngineRefusal } from '../engine/refusal.js';
import type { Values } from './kinds.js';
import type { Listed, Listing, paging } from './operation.js';

/** Where a page stands in its list. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** The mark a page ends or begins at: which way to go from it, the item's SID, and when that was created. */
const TOKEN_PATTERN = new RegExp(`^P(?<way>[AB])(?<sid>${sidPattern(ANY_PREFIX)})(?:-(?<time>\\d{1,16}))?$`);

/**
 * One page of a list with its `meta`: twilio.com/docs/usage/twilios-response.
 *
 * `PageToken` names the last item of the page before (`PA`) or the first of the page after (`PB`), and when it was
 * created, so that paging goes on when that item has gone in the meantime.
 *
 * @param url - the URL that was called, query included.
 * @throws {EngineRefusal} 400 for a page size outside 1 to 1,000, a bad token, and 40153 for a page asked for by number.
 */
export function pageOf(listing: Listing, params: Values<typeof paging>, url: URL): object {
  const { key, items, format } = listing;
  const { pageSize = 50, page = 0, pageToken } = params;
  if (pageSize < 1 || pageSize > 1_000) throw badRequest('PageSize is not a whole number from 1 to 1000');
  if (page !== 0 && pageToken === undefined) {
    throw new EngineRefusal(400, 40153, 'Page by number is not supported: follow next_page_url');
  }
  const { start, end } =
    pageToken === undefined ? { start: 0, end: pageSize } : spanOf(listing, pageToken, pageSize);
  const shown = items.slice(start, end);
  const first = shown[0];
  const last = shown.at(-1);
  const at = (number: number, token?: string) => pageUrl(url, pageSize, number, token);
  return {
    [key]: shown.map((item) => format(item as never)),
    meta: {
      key,
      page,
      page_size: pageSize,
      first_page_url: at(0),
      previous_page_url: first && start > 0 ? at(Math.max(0, page - 1), tokenOf('B', first)) : null,
      next_page_url: last && end < items.length ? at(page + 1, tokenOf('A', last)) : null,
      url: at(page, pageToken),
    },
  };
}

function pageUrl(called: URL, pageSize: number, page: number, token?: string): string {
  const url = new URL(called);
  for (const name of ['PageSize', 'Page', 'PageToken']) url.searchParams.delete(name);
  url.searchParams.set('PageSize', String(pageSize));
  url.searchParams.set('Page', String(page));
  if (token !== undefined) url.searchParams.set('PageToken', token);
  return url.href;
}

const tokenOf = (way: 'A' | 'B', item: Listed) => `P${way}${item.sid}-${timeOf(item)}`;
const timeOf = (item: Listed) => ('at' in item ? item.at : item.dateCreated);

function spanOf({ items, reordered }: Listing, token: string, pageSize: number): Span {
  const { way, sid, time } = TOKEN_PATTERN.exec(token)?.groups ?? {};
  if (sid === undefined) throw badRequest('PageToken is not from a next_page_url or previous_page_url');
  const after = way === 'A';
  let mark = items.findIndex((item) => item.sid === sid);
  if (mark === -1) {
    if (reordered || time === undefined) {
      throw badRequest(
        'PageToken points to a resource that no longer exists: start again with the first page',
      );
    }
    // Of what was created in the same millisecond nobody knows the order any more: shown twice rather than never.
    mark = items.findIndex((item) => timeOf(item) >= Number(time));
    if (mark === -1) mark = items.length;
    return after ? { start: mark, end: mark + pageSize } : { start: Math.max(0, mark - pageSize), end: mark };
  }
  return after
    ? { start: mark + 1, end: mark + 1 + pageSize }
    : { start: Math.max(0, mark - pageSize), end: mark };
}
