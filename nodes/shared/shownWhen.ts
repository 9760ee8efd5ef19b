import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

/** Shows the properties only when this holds, too: their own conditions stay. */
export function shownWhen(
	condition: NonNullable<IDisplayOptions['show']>,
	properties: INodeProperties[],
): INodeProperties[] {
	return properties.map((property) => ({
		...property,
		displayOptions: {
			...property.displayOptions,
			show: { ...property.displayOptions?.show, ...condition },
		},
	}));
}
