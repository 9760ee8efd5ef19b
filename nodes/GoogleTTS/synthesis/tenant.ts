import type { IExecuteFunctions } from 'n8n-workflow';

/** Slug or ID of the field Tenant, '' when none is chosen. */
export function readTenant(context: IExecuteFunctions, itemIndex: number): string {
	const value = context.getNodeParameter('tenant', itemIndex, '', { extractValue: true });
	return String(value ?? '').trim();
}
