import type { IDataObject } from 'n8n-workflow';

/** A session as it may be shown: the access tokens of its MCP servers are hidden. */
export function withoutSecrets(session: IDataObject): IDataObject {
	if (!Array.isArray(session.tools)) return session;
	const tools = (session.tools as IDataObject[]).map(({ authorization, headers, ...tool }) => ({
		...tool,
		...(authorization === undefined ? {} : { authorization: '***' }),
		...(headers === undefined ? {} : { headers: '***' }),
	}));
	return { ...session, tools };
}
