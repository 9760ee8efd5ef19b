import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

/** The sidecar counts in millionths of a US dollar; builders think in dollars. */
const microPerUsd = 1_000_000;

/** @throws {NodeOperationError} when it is no amount of money */
export function asMicroUsd(
	this: IExecuteFunctions,
	usd: unknown,
	label: string,
	itemIndex: number,
): number {
	const amount = typeof usd === 'string' && usd.trim() !== '' ? Number(usd) : usd;
	if (typeof amount === 'number' && Number.isFinite(amount) && amount >= 0) {
		return Math.round(amount * microPerUsd);
	}
	throw new NodeOperationError(
		this.getNode(),
		`"${String(usd)}" in the field ${label} is no amount of money`,
		{ itemIndex, description: 'Write US dollars as a number, such as 25 or 0.5.' },
	);
}

/** Puts the dollars beside each amount in millionths: `usd` beside `microUsd`, and so on. */
export function withUsd(amounts: IDataObject): IDataObject {
	return Object.fromEntries(
		Object.entries(amounts).flatMap(([name, value]) => {
			const usdName = name.replace(/^microUsd/, 'usd').replace(/MicroUsd$/, 'Usd');
			return usdName === name || typeof value !== 'number'
				? [[name, value]]
				: [
						[name, value],
						[usdName, value / microPerUsd],
					];
		}),
	) as IDataObject;
}
