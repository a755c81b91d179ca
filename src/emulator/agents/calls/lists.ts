import { badRequest } from '../../engine/refusal.js';

interface Item {
  readonly sid: string;
}

/** What every list of the SDK takes. */
export interface Paging {
  readonly pageSize?: number | undefined;
  /** The last SID of the page before. */
  readonly afterSid?: string | undefined;
  /** The same for a list with `Ordering`. */
  readonly nextToken?: string | undefined;
}

/** twilio.com/docs/taskrouter/js-sdk: the SDK asks for 1,000. */
const MOST = 1_000;

/**
 * One page of a list, as the SDK reads it: it goes on with `after_sid`, or with `meta.next_token` in a list with `Ordering`.
 * @throws {EngineRefusal} 400 for a page size outside 1 to 1,000, and for a mark that is not in the list (any more).
 */
export function listOf<T extends Item>(items: readonly T[], paging: Paging, shape: (item: T) => object) {
  const { pageSize = 50, afterSid, nextToken } = paging;
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > MOST)
    throw badRequest(`PageSize is not a whole number from 1 to ${MOST}`);
  const mark = nextToken ?? afterSid;
  const before = mark === undefined ? -1 : items.findIndex(({ sid }) => sid === mark);
  if (mark !== undefined && before === -1) {
    throw badRequest(
      `${nextToken === undefined ? 'AfterSid' : 'NextToken'} is not in this list: start again without it`,
    );
  }
  const start = before + 1;
  const shown = items.slice(start, start + pageSize);
  const last = start + shown.length < items.length ? (shown.at(-1)?.sid ?? null) : null;
  return {
    contents: shown.map(shape),
    total: items.length,
    start,
    end: start + shown.length,
    before_sid: start > 0 ? (shown[0]?.sid ?? null) : null,
    after_sid: last,
    meta: { list_key: 'contents', next_token: last },
  };
}
