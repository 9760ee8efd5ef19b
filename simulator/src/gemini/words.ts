/** Words as the stand-in compares them: without case, accents and endings. */

const STOP_WORDS = new Set(
  (
    'a al algo alguna alguno ante aqui así asi aun bien buen buena buenas bueno buenos como con cual cuales cuando de del desde dia dias donde el ella ellas ellos en entonces era es esa ese eso esta este esto estoy fue favor gracias ha hay hola la las le les lo los mas me mi mis muy no nos o otra otro para pero por porque pues que quien quiero quisiera quiere queria necesito saber se ser si sin sobre son su sus tal tambien tan tardes te tengo ' +
    'tiene tienen tu tus un una uno unos usted ustedes va y ya yo puede pueden puedo podria podrian decir decirme dime digame gustaria favor noches oiga mire vale bueno perdon disculpe perdone cosa ' +
    'the an and are at be can could do does for from have hello hi how i in is it me my of on or please tell that this to want was what when where which with would you your need know about'
  ).split(' '),
);

/** What people mean with different words; each line is one idea. */
const IDEAS: readonly (readonly string[])[] = [
  'horario horarios hora horas abren abre abrir abierto abiertos cierran cierra cerrar cerrado atienden atencion schedule hours open close opening'.split(
    ' ',
  ),
  'direccion direcciones ubicacion ubicados ubicado ubican donde quedan queda llegar domicilio sucursal local oficina address location located'.split(
    ' ',
  ),
  'precio precios cuesta cuestan costo costos coste cuanto vale valen valor valores tarifa tarifas cobran cobra sale price prices cost costs much'.split(
    ' ',
  ),
  'telefono fono celular contacto numero phone contact'.split(' '),
  'correo email mail electronico'.split(' '),
  'cita citas agendar agenda reservar reserva reservas turno hora appointment book booking'.split(
    ' ',
  ),
  'disponible disponibles disponibilidad stock quedan existencia available availability'.split(' '),
  'persona humano humana ejecutivo ejecutiva operador operadora asesor asesora agente vendedor vendedora alguien transferir derivar human person representative'.split(
    ' ',
  ),
  'pago pagos pagar formas tarjeta efectivo transferencia cuotas financiamiento credito payment pay'.split(
    ' ',
  ),
  'garantia garantias warranty'.split(' '),
  'servicio servicios service services ofrecen hacen'.split(' '),
  'auto autos coche coches vehiculo vehiculos carro modelo modelos car cars vehicle'.split(' '),
];

const IDEA_BY_STEM = new Map<string, Set<number>>();
for (const [idea, words] of IDEAS.entries()) {
  for (const word of words) {
    const key = stem(word);
    IDEA_BY_STEM.set(key, (IDEA_BY_STEM.get(key) ?? new Set()).add(idea));
  }
}

export function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}@.\s-]/gu, ' ')
    .replace(/[.-](?=\s|$)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function stem(word: string): string {
  if (word.length < 4 || /\d/.test(word)) return word;
  return word
    .replace(/(?:ciones|cion)$/, 'c')
    .replace(/(?:es|s)$/, '')
    .replace(/[aeo]$/, '');
}

export const plainWords = (text: string): string[] =>
  plain(text)
    .split(/[\s_-]+/)
    .filter((word) => word !== '');

export const isStopWord = (word: string): boolean => STOP_WORDS.has(word);

/** Stems of the words that carry meaning, and the ideas that they belong to. */
export class Meaning {
  readonly stems: ReadonlySet<string>;
  readonly ideas: ReadonlySet<number>;

  constructor(text: string) {
    const words = plainWords(text);
    const stems = words.map(stem);
    this.ideas = new Set(stems.flatMap((each) => [...(IDEA_BY_STEM.get(each) ?? [])]));
    this.stems = new Set(stems.filter((_, index) => !isStopWord(words[index]!)));
  }

  /** How much both are about the same thing: 2 for a word, 1 for an idea in other words. */
  overlap(other: Meaning): number {
    let score = 0;
    for (const each of this.stems) if (other.stems.has(each)) score += 2;
    for (const idea of this.ideas) if (other.ideas.has(idea)) score += 1;
    return score;
  }
}

const ENGLISH = new Set(
  'the what is are you how do does hello hi please thanks thank when where much can i my bye tell about your yes have need want'.split(
    ' ',
  ),
);
const SPANISH = new Set(
  'el la los las que es son como hola gracias cuando donde cuanto quiero necesito si por favor de del en tienen me mi un una buenas buenos adios'.split(
    ' ',
  ),
);

export function isEnglish(text: string): boolean {
  const words = plainWords(text);
  const english = words.filter((word) => ENGLISH.has(word)).length;
  return english > 0 && english > words.filter((word) => SPANISH.has(word)).length;
}
