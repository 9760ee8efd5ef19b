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
  const uri = (page: number, pageToken?: string): string => {
    const link = new URLSearchParams(query);
    link.set('PageSize', String(pageSize));
    link.set('Page', String(page));
    link.delete('PageToken');
    if (pageToken !== undefined) link.set('PageToken', pageToken);
    return `${path}?${link}`;
  };
  const hasMore = start + shown.length < items.length;
  const before = number > 0 && start >= pageSize ? items[start - pageSize - 1] : undefined;
  return {
    [name]: shown.map(render),
    page: number,
    page_size: pageSize,
    start,
    end: Math.max(start, start + shown.length - 1),
    uri: uri(number, token ?? undefined),
    first_page_uri: uri(0),
    previous_page_uri: number > 0 ? uri(number - 1, before && `PA${before.sid}`) : null,
    next_page_uri: hasMore ? uri(number + 1, `PA${shown.at(-1)?.sid}`) : null,
  };
}

function whole(text: string | null, otherwise: number): number {
  if (text === null || text === '') return otherwise;
  if (!/^\d{1,6}$/.test(text)) throw restErrors.pageSize();
  return Number(text);
}
