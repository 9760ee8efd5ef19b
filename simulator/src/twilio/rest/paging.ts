import { restErrors } from './errors.ts';

interface Item {
  readonly sid: string;
}

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1000;

/**
 * One page of a list, newest first, with Twilio's links.
 * https://www.twilio.com/docs/usage/twilios-response#pagination
 * @throws RestError 20006
 */
export function page<T extends Item>(
  items: readonly T[],
  name: string,
  path: string,
  query: URLSearchParams,
  render: (item: T) => object,
): object {
  const { shown, start, ...cut } = cutPage(items, path, query);
  return {
    [name]: shown.map(render),
    page: cut.number,
    page_size: cut.pageSize,
    start,
    end: Math.max(start, start + shown.length - 1),
    uri: cut.self,
    first_page_uri: cut.first,
    previous_page_uri: cut.previous,
    next_page_uri: cut.next,
  };
}

/**
 * The same as the APIs after 2010 put it: with whole addresses, and apart from the items.
 * https://www.twilio.com/docs/usage/twilios-response#pagination
 * @param url of the list, without a query
 * @throws RestError 20006
 */
export function pageWithMeta<T extends Item>(
  items: readonly T[],
  key: string,
  url: string,
  query: URLSearchParams,
  render: (item: T) => object,
): object {
  const { shown, ...cut } = cutPage(items, url, query);
  return {
    meta: {
      page: cut.number,
      page_size: cut.pageSize,
      first_page_url: cut.first,
      previous_page_url: cut.previous,
      url: cut.self,
      next_page_url: cut.next,
      key,
    },
    [key]: shown.map(render),
  };
}

interface Cut<T> {
  readonly shown: readonly T[];
  readonly number: number;
  readonly pageSize: number;
  /** The place of the first item in the list, from 0. */
  readonly start: number;
  readonly self: string;
  readonly first: string;
  readonly previous: string | null;
  readonly next: string | null;
}

/** @throws RestError 20006 */
function cutPage<T extends Item>(
  items: readonly T[],
  address: string,
  query: URLSearchParams,
): Cut<T> {
  const size = whole(query.get('PageSize'), DEFAULT_PAGE_SIZE);
  const number = whole(query.get('Page'), 0);
  if (size < 1) throw restErrors.pageSize();
  const pageSize = Math.min(size, MAX_PAGE_SIZE);
  // The token names the last item of the page before: what was created since does not shift pages.
  const token = query.get('PageToken');
  const last = token ? items.findIndex(({ sid }) => `PA${sid}` === token) : -1;
  if (token && last < 0) throw restErrors.pageSize();
  const start = token ? last + 1 : number * pageSize;
  const shown = items.slice(start, start + pageSize);
  const link = (page: number, pageToken?: string): string => {
    const parameters = new URLSearchParams(query);
    parameters.set('PageSize', String(pageSize));
    parameters.set('Page', String(page));
    parameters.delete('PageToken');
    if (pageToken !== undefined) parameters.set('PageToken', pageToken);
    return `${address}?${parameters}`;
  };
  const hasMore = start + shown.length < items.length;
  const before = number > 0 && start >= pageSize ? items[start - pageSize - 1] : undefined;
  return {
    shown,
    number,
    pageSize,
    start,
    self: link(number, token ?? undefined),
    first: link(0),
    previous: number > 0 ? link(number - 1, before && `PA${before.sid}`) : null,
    next: hasMore ? link(number + 1, `PA${shown.at(-1)?.sid}`) : null,
  };
}

function whole(text: string | null, otherwise: number): number {
  if (text === null || text === '') return otherwise;
  if (!/^\d{1,6}$/.test(text)) throw restErrors.pageSize();
  return Number(text);
}
