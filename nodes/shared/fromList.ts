/** The mode of a resource locator that offers what a method finds. */
export function fromList(method: string) {
	return {
		displayName: 'From List',
		name: 'list',
		type: 'list' as const,
		typeOptions: { searchListMethod: method, searchable: true },
	};
}
