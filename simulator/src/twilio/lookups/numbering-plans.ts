/** Types of `line_type_intelligence`. https://www.twilio.com/docs/lookup/v2-api/line-type-intelligence */
export type LineType = 'mobile' | 'landline' | 'tollFree' | 'unknown';

export type ValidationError =
  'TOO_SHORT' | 'TOO_LONG' | 'INVALID_BUT_POSSIBLE' | 'INVALID_COUNTRY_CODE' | 'NOT_A_NUMBER';

export interface NumberingPlan {
  /** ISO 3166. */
  readonly country: string;
  readonly callingCode: string;
  /** Digits behind the calling code. */
  readonly minLength: number;
  readonly maxLength: number;
  /** In the order they are tried; a number that none of them takes exists nowhere. */
  readonly lines: readonly { readonly pattern: RegExp; readonly type: LineType }[];
  readonly carrier: { readonly mcc: string; readonly mnc: string; readonly name: string };
  /** As it is written within the country. */
  format(national: string): string;
}

const groups =
  (...sizes: readonly number[]) =>
  (national: string): string => {
    let start = 0;
    return sizes
      .map((size) => national.slice(start, (start += size)))
      .filter((part) => part !== '')
      .join(' ');
  };

function formatOfChile(national: string): string {
  if (national.startsWith('800')) return groups(3, 3, 3)(national);
  if (national.startsWith('9')) return groups(1, 4, 4)(national);
  if (national.startsWith('2')) return `(2) ${groups(4, 4)(national.slice(1))}`;
  return `(${national.slice(0, 2)}) ${groups(3, 4)(national.slice(2))}`;
}

/**
 * The public numbering plans of a few countries, as far as telling a number from none needs:
 * Chile (Subtel), Spain (CNMC) and North America (NANPA) in detail, others by their length.
 */
export const numberingPlans: readonly NumberingPlan[] = [
  {
    country: 'CL',
    callingCode: '56',
    minLength: 9,
    maxLength: 9,
    lines: [
      { pattern: /^9[2-9]\d{7}$/, type: 'mobile' },
      { pattern: /^2[2-3]\d{7}$/, type: 'landline' },
      { pattern: /^(3[2-5]|4[1-5]|5[1-58]|6[1-57]|7[1-35])2\d{6}$/, type: 'landline' },
      { pattern: /^800\d{6}$/, type: 'tollFree' },
    ],
    carrier: { mcc: '730', mnc: '01', name: 'Entel PCS' },
    format: formatOfChile,
  },
  {
    country: 'ES',
    callingCode: '34',
    minLength: 9,
    maxLength: 9,
    lines: [
      { pattern: /^(6\d|7[1-9])\d{7}$/, type: 'mobile' },
      { pattern: /^[89]00\d{6}$/, type: 'tollFree' },
      { pattern: /^[89][1-8]\d{7}$/, type: 'landline' },
    ],
    carrier: { mcc: '214', mnc: '07', name: 'Movistar' },
    format: groups(3, 2, 2, 2),
  },
  {
    country: 'US',
    callingCode: '1',
    minLength: 10,
    maxLength: 10,
    lines: [
      { pattern: /^8(00|33|44|55|66|77|88)[2-9]\d{6}$/, type: 'tollFree' },
      { pattern: /^[2-9]\d{2}[2-9]\d{6}$/, type: 'mobile' },
    ],
    carrier: { mcc: '310', mnc: '410', name: 'AT&T Wireless' },
    format: (national) => `(${national.slice(0, 3)}) ${national.slice(3, 6)}-${national.slice(6)}`,
  },
  ...(
    [
      ['AR', '54', 10, 11],
      ['BR', '55', 10, 11],
      ['CO', '57', 10, 10],
      ['DE', '49', 6, 13],
      ['FR', '33', 9, 9],
      ['GB', '44', 9, 10],
      ['IT', '39', 6, 11],
      ['MX', '52', 10, 10],
      ['PE', '51', 8, 9],
      ['PT', '351', 9, 9],
      ['UY', '598', 7, 8],
      ['VE', '58', 10, 10],
    ] as const
  ).map(([country, callingCode, minLength, maxLength]) => ({
    country,
    callingCode,
    minLength,
    maxLength,
    lines: [{ pattern: /^[1-9]\d*$/, type: 'unknown' as const }],
    carrier: { mcc: '', mnc: '', name: '' },
    format: (national: string) => national,
  })),
];

export interface ParsedNumber {
  readonly plan: NumberingPlan | undefined;
  /** E.164 as far as it can be told. */
  readonly phoneNumber: string;
  readonly national: string;
  readonly type: LineType | undefined;
  readonly errors: readonly ValidationError[];
}

/** @param country of a number without a calling code, ISO 3166 */
export function parseNumber(text: string, country: string): ParsedNumber {
  const compact = text.replace(/[\s().-]/g, '');
  const invalid = (error: ValidationError): ParsedNumber => ({
    plan: undefined,
    phoneNumber: text,
    national: '',
    type: undefined,
    errors: [error],
  });
  if (!/^\+?\d+$/.test(compact)) return invalid('NOT_A_NUMBER');
  const isInternational = compact.startsWith('+');
  const digits = compact.replace('+', '');
  const plan = isInternational
    ? numberingPlans.find(({ callingCode }) => digits.startsWith(callingCode))
    : numberingPlans.find((one) => one.country === country);
  if (plan === undefined) return invalid('INVALID_COUNTRY_CODE');
  const national = isInternational ? digits.slice(plan.callingCode.length) : digits;
  const parsed = { plan, phoneNumber: `+${plan.callingCode}${national}`, national };
  const fail = (error: ValidationError): ParsedNumber => ({
    ...parsed,
    type: undefined,
    errors: [error],
  });
  if (national.length < plan.minLength) return fail('TOO_SHORT');
  if (national.length > plan.maxLength) return fail('TOO_LONG');
  const line = plan.lines.find(({ pattern }) => pattern.test(national));
  return line === undefined
    ? fail('INVALID_BUT_POSSIBLE')
    : { ...parsed, type: line.type, errors: [] };
}
