/** Whether it is a phone number in E.164 format: + and up to 15 digits, beginning with the country code. */
export function isE164(value: string): boolean {
	return /^\+[1-9]\d{6,14}$/.test(value);
}
