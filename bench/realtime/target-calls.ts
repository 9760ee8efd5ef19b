/** The numbers of concurrent calls that the targets are judged at; a run without options measures them. */
export const CPU_AT_CALLS = 100;
export const DELAY_AT_CALLS = 250;
