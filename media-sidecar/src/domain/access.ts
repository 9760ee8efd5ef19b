/** What an API key may see. */
export type Access =
  | { readonly scope: 'platform'; readonly name: string }
  | { readonly scope: 'tenant'; readonly name: string; readonly tenantId: string };
