/** Words that the filter masks, in the languages of the simulator's voices, without accents. */
const PROFANITIES = new Set([
  ...['carajo', 'cabron', 'conchetumadre', 'culiado', 'culiao', 'gilipollas', 'huevon', 'joder'],
  ...['mierda', 'pendejo', 'puta', 'puto', 'weon', 'asshole', 'bitch', 'fuck', 'fucking', 'shit'],
]);

/** All but the first letter becomes asterisks: `m*****`. Marks around the word stay. */
export function withoutProfanity(word: string): string {
  return word.replace(/\p{L}+/gu, (letters) => {
    const plain = letters.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');
    if (!PROFANITIES.has(plain)) return letters;
    const [first = '', ...rest] = letters;
    return first + '*'.repeat(rest.length);
  });
}
