/** Text columns, numbers to the right. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padStart(width)).join(' | ')} |`;
  const rule = `|${widths.map((width) => `${'-'.repeat(width + 1)}:`).join('|')}|`;
  return [line(headings), rule, ...rows.map(line)].join('\n');
}

export function number(value: number | undefined, digits = 0): string {
  return value === undefined ? '–' : value.toFixed(digits);
}

/** Median and 95th percentile in one cell. */
export function pair(p50: number | undefined, p95: number | undefined, digits = 0): string {
  return `${number(p50, digits)} / ${number(p95, digits)}`;
}
