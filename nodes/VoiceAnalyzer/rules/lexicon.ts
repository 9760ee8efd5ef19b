/**
 * The words of the Rules engine, Spanish (of Chile before others) and English, without accents. A
 * star stands for any ending: "content*" is contento, contentas, contentísimo. Weights go from -3
 * (an insult) to 3 (enthusiasm). Several words are a phrase, which counts as one and hides its words.
 */
const weighted: Record<string, string> = {
	'3': `
		una joya, brutal, un crack, unos cracks, sobresaliente, magnific*, extraordinari*, padrisim*, divinament*, sin dudarlo, de diez puntos, lo maximo, like a charm, a star, spotless, a lifesaver, top notch, exceptional, fabulous,
		excelent*, fantastic*, maravillos*, espectacular*, increiblemente bien, la raja, de lujo, buenisim*, de diez,
		un siete, estupend*, encantad*, encanta, encantan, encanto, feliz, felices, felicit*, impecabl*, filete, genial*,
		bacan*, perfect*, de maravilla, salvo el dia, se paso, se pasaron, amazing, awesome, wonderful, fantastic, great,
		excellent, love, loved, brilliant, delighted, outstanding, thrilled, superb, like new`,
	'2': `
		entretenid*, limpi*, ordenad*, modern*, acertad*, guay, mola, chido, copado, barbaro, felicidad, alegria, buena noticia, que bueno, que bien, volveria a comprar, no le cambiaria nada, se portaron muy bien, se portaron, me entiende, aprendi much*, resolvio, resolvieron, encontraron, todo bien, todo en orden, funcionando, de calidad, buena calidad, me sirvio mucho, vale la pena, a gusto, cumplidor*, claras, sencill*, no me arrepiento, super bien, muy bien, bien hecho, quedo bien, quedo muy bien, convenient, clean, quick, fast, great job, informative, thoughtful, patient with, no regrets, looks great, runs great,
		bueno el, buena la, muy bueno, muy buena, buen servicio, buena atencion, buen precio, buen trato, buena onda, buena gente, carinos*, intuitiv*, alivi*, un amor, un sol, de primera, de cine, de diez, de pelicula,
		divin*, hermos*, eficient*, eficaz, educad*, respetuos*, simpatic*, paciente conmigo, servicial*, acogedor*, delicios*, ric*, recomendabl*, confiabl*, cumplieron, cumplio, a tiempo, mejor imposible, valio la pena, me alegr*, alegr*, orgullos*, emocionad*, comodisim*, ideal, made my day, couldn't be happier, lovely, beautiful, delicious, efficient, polite, pleasant, worth it, reliable, on time, relieved, grateful, comfortable, lifesaver, buena experiencia,
		content*, satisfech*, conforme, conformes, amabl*, agradec*, agradezco, gracias por, muchas gracias, mil gracias, gracias,
		recomiendo, recomiendan, gusto mucho, me gusta, me gusto, me gustaron, da gusto, un gusto, un placer, rapid*, facil*,
		preciosa, precioso, lind*, bonit*, profesional*, clarisim*, util, utiles, ayudo, ayudaron, un monton, chevere, padre el,
		me interesa, justo lo que necesitaba, sin problema, sin problemas, sin ningun problema, ningun problema,
		no hay problema, ninguna queja, ningun reparo, menos mal, notable, que rico, no esta nada mal, nada mal, no esta mal,
		good, nice, happy, pleased, helpful, kind, perfect, appreciate, thank you so much, recommend, smoothly, smooth,
		easy, friendly, glad, satisfied, no complaints, no problem, not bad, impressed, well done, good job, enjoyed`,
	'1': `
		bien, correct*, claro todo, todo claro, me solucionaron, quedo solucionado, resuelt*, resolvi*, mejor, me sirve mucho, comod*, tranquil*, confianza,
		puntual*, atent*, thanks, fine, solved, fixed, better, clear`,
	'-1': `
		inconvenient*, dificultad*, imposible, engorros*, me cuesta, lio, lios, enredo, enredad*, cacho, retras*, atraso*, no ha llegado, no han llegado, sigo esperando, no cubre, no responde*, no contesta*, no atiend*, no aparece, no encuentr*, no arranc*, no enciend*, no carg*, se calienta, gote*, gotera*, mancha*, manchad*, quebrad*, vencid*, oxidad*, abollad*, golpead*, desgastad*, trizad*, humedad, mal olor, olor a, humo, insuficient*, lleno siempre, siempre lleno, nervios*, estres*, confundid*, incomplet*, sobreprecio, multa, freezing, freezes, leak*, smell*, stain*, rusty, dented, cracked, confused, inconvenien*, incomplete, hard to, too long, out of stock, unavailable,
		problema*, lent*, demor*, tarde mucho, muy tarde, llego tarde, llegaron tarde, tardan, tardaron, tardando, atras*, dificil*, complicad*, caro, caros, cara la, carisim*, preocupad*, preocupa, duda de, no entiendo,
		ruid*, falla, fallas, fallan, fallo, suena raro, raro, cobraron, sin explicacion, rechaz*, lamentabl*, pinchad*, rayad*,
		esperaba mas, esperaba mucho mas, no es lo que, nada que ver, sucio, sucia, frio y, miedo, no parte, no llego, no llega, nunca llego, no aparecio, no me llego, no abre, no carga, no deja, no me deja, no pude, no corresponde, no correspondia, pegad*, se cae, se corta, se cort*, se apaga, dolor*, duele, doli*,
		fria y, llego frio, llego fria, helad*, falta*, error, errores, equivoc*, rot*, roto, incomod*, olvidaron, perdieron, perdido, tirad*, tirado, ni siquiera, no confio, desconfi*, sin respuesta, sin solucion, descontaron, doble de lo, cobro de, cobro indebido, cancelaron, pendiente hace, danad*, dano,
		never arrived, keeps dropping, keeps crashing, crashed, crashes, cold, tasteless, missing, mistake, error, lost, pain, hurts, damaged, cracked, overcharged, cancelled on, didn't arrive, not received, problem, problems, issue, issues, slow, late, delay, delayed, expensive, worried, noise, noisy, scratched, dirty,
		broken, difficult, confusing, expected more, charged me, breaks down, bother*`,
	'-2': `
		pena, angusti*, desesper*, susto, impotencia, furios*, chato de, chata de, defectuos*, inutil*, peligros*, no sirvio, no me sirvio, no volveria, no vuelvo, no lo recomiendo, no la recomiendo, no pagan, no cumpl*, no resuelv*, no solucion*, no me soluc*, no quieren, mal hecho, mal hecha, quedo mal, quedo mala, cobro duplicado, cobrado dos veces, cobraron dos veces, sin avis*, mal atend*, me ignor*, ignora*, perjudic*, defective, dangerous, ignored, never again, misled, unsafe, failed, refuse to, refused to, not worth, regret,
		mal, mala, malas, malo, malos, molest*, decepcion*, fome, lata, una lata, queja, quejas, quejarme, reclamo, reclamos,
		reclamar, enojad*, enfadad*, triste, que pena, que lastima, pesim*, no funciona, no funcionan, no sirve, no anda, engan*, mintieron,
		minti*, mentira*, perdi la confianza, desastre, botad*, cobraron de mas, peor, abus*, injust*, asco, feo, fea, estrope*,
		desagradabl*, inseguro, descuid*, harto de, harta de, penca, charcha, caga, arruin*, fatal, mala pata, incompetent*, ineptos, inept*, maleducad*, grosero*, groser*, prepotent*, negligen*, irresponsabl*, deficient*, mediocr*, lamentable, deplorabl*, insoportabl*, insufribl*, asust*, llorar, llorando, rabia, da rabia, ofend*, humill*, discrimin*, maltrat*, trataron mal, mal trato, mala atencion, mal servicio,
		never listen, incompetent, unprofessional, neglig*, careless, disrespect*, painful, insulting, dishonest, overpriced, bad, sad, unhappy, disappoint*, poor, rude, wrong, doesn't work, not working, does not work, still doesn't, angry,
		annoy*, upset, frustrat*, complain*, complaint, lied, broke, unacceptable, charged me twice, useless, mess`,
	'-3': `
		horribl*, terribl*, odio, asquero*, estaf*, ladron*, roba*, robaron, verguenza, vergonz*, inaceptabl*, intolerabl*,
		indign*, la cagaron, cagada, una mierda, mierda, pesimo, pesima, malisim*, falta de respeto, falta de seriedad,
		tomando el pelo, una burla, el colmo, hasta las narices, hasta la coronilla, ridicul*, nefast*, patetic*, porqueria,
		awful, horrible, terrible, worst, hate, scam, thieves, ridiculous, disgusting, disgrace, pathetic, unbelievable, fed up, sick of`,
};

/** What tells of lost patience, beyond being unhappy: 0 to 1 for one hit. */
const impatient: Record<string, string> = {
	'1': `
		sin hacer nada, siguen sin, estoy chato, estoy chata, basta, for the last time, me tienen loc*, paciencia se,
		el colmo, tomando el pelo, tomadura de pelo, hasta las narices, hasta la coronilla, una burla, falta de respeto, falta de seriedad, verguenza, vergonz*,
		inaceptabl*, intolerabl*, indign*, harto, harta, hartos, hartas, exijo, estaf*, ladron*, dando vueltas,
		me tienen aburrid*, ya me canse, como es posible, no puede ser, tribunales, reclamo formal, fed up, sick of,
		ridiculous, unacceptable, how many times, right now, hasta cuando, mil veces, no tiene nombre, no me toman en serio`,
	'0.7': `
		tres veces, cuatro veces, cinco veces, diez veces, cien veces, muchas veces, varias veces, tantas veces, ya te mande, ya le mande, ya lo mande, ya se lo dije, ya lo explique, repetir todo, por que tengo que, volvieron a cobr*, hora llevo, horas llevo, rato llevo, already told, already explained, twice already, still nothing, todavia nada,
		tercera vez, cuarta vez, quinta vez, three times, four times, otra vez, de nuevo, siempre es lo mismo, siempre lo mismo,
		mismo problema, nadie, nobody, llevo esperando, llevamos esperando, llevo un, llevo una, llevo media, llevo dos, llevo tres, llevo mas, llevo toda, llevo dias, llevo semanas, llevo meses, media hora, me cortaron, perder toda, perder el tiempo, perdida de tiempo,
		dos veces, nunca me, nunca contestan, nunca llaman, no cumplen, no les creo, abogado, sernac, denuncia, denunciar, demanda, su jefe,
		un supervisor, cada vez que llamo, cada vez que, los demando, los voy a demandar, devuelvame, devuelvan, prometieron, me dijeron que, dejar hablar, no me escuch*, no escuchan, no me llamen mas, never listen, wasting my time, waste of time, every time i, same thing, keep telling, never calls, ever calls, on hold, been waiting, a manager, a lawyer, ya le dije,
		ya les dije, ya le he dicho, le he dicho, devuelvanme`,
	'0.4': `
		esperando, espera, esperar, ya pague, cansad*, aburrid*, todavia no, aun no, sigo sin, waiting, still not, still waiting, again,
		hace dias, hace semanas, semanas, una solucion ahora`,
};

/** Turn a hit around, from up to three words before it. */
export const negators = new Set(
	"no nunca jamas tampoco ni sin nadie nada not never no nobody nothing without neither don't doesn't didn't isn't wasn't aren't weren't can't cannot won't wouldn't couldn't haven't hasn't hadn't ain't".split(
		' ',
	),
);

/** Factor on the hit that follows within two words. */
export const intensities: ReadonlyMap<string, number> = new Map<string, number>([
	...'muy super re requete tan demasiado harto mucho mucha bastante sumamente totalmente completamente extremadamente realmente tremendamente absolutamente ultra mega'
		.split(' ')
		.map((word): [string, number] => [word, 1.5]),
	...'very really so extremely totally absolutely completely incredibly'
		.split(' ')
		.map((word): [string, number] => [word, 1.5]),
	...'poco algo medio apenas ligeramente slightly somewhat little bit'
		.split(' ')
		.map((word): [string, number] => [word, 0.6]),
]);

/** What stands before such a word counts half, what follows counts more. */
export const contrasts = new Set(['pero', 'mas', 'sino', 'but', 'however', 'though', 'although']);

export interface Entry {
	words: readonly string[];
	weight: number;
}

export interface Lexicon {
	/** Entries by their first word, longest first. */
	exact: ReadonlyMap<string, readonly Entry[]>;
	/** Weights of single words by their beginning. */
	stems: ReadonlyMap<string, number>;
}

function compiled(source: Record<string, string>): Lexicon {
	const exact = new Map<string, Entry[]>();
	const stems = new Map<string, number>();
	for (const [weight, list] of Object.entries(source)) {
		for (const entry of list.split(',').map((each) => each.trim())) {
			const words = entry.split(/\s+/);
			const [first = ''] = words;
			if (words.length === 1 && first.endsWith('*')) stems.set(first.slice(0, -1), Number(weight));
			else exact.set(first, [...(exact.get(first) ?? []), { words, weight: Number(weight) }]);
		}
	}
	for (const entries of exact.values()) entries.sort((a, b) => b.words.length - a.words.length);
	return { exact, stems };
}

export const sentimentLexicon = compiled(weighted);
export const impatienceLexicon = compiled(impatient);
