import type { Named } from './stems';

const subject = (name: string, keywords: string): Named => ({
	name,
	description: '',
	keywords: keywords.split(',').map((each) => each.trim()),
});

/** What people call a business about: the open intents and the topics of the Rules engine. */
export const subjects: readonly Named[] = [
	subject(
		'appointment',
		'agendar, agenda, reservar, reserva, una hora, una cita, cita, turno, reagendar, appointment, booking, book, schedule, reschedule',
	),
	subject(
		'price',
		'precio, precios, cuanto cuesta, cuanto vale, cuanto sale, cuanto costaria, cotizar, cotizacion, presupuesto, valor, tarifa, price, how much, cost, quote',
	),
	subject(
		'opening hours',
		'horario, horarios, a que hora abren, a que hora cierran, hasta que hora, abren, cierran, opening hours, what time do you open, open, close',
	),
	subject(
		'location',
		'direccion, donde quedan, donde estan, ubicacion, sucursal, como llego, address, location, where are you',
	),
	subject(
		'complaint',
		'reclamo, reclamar, queja, quejarme, denuncia, sernac, mal servicio, complaint, complain',
	),
	subject(
		'cancellation',
		'cancelar, anular, dar de baja, desistir, cancel, cancellation, unsubscribe',
	),
	subject(
		'payment',
		'pagar, pago, pague, cobro, cobraron, cuota, cuotas, tarjeta, transferencia, factura, boleta, reembolso, devolucion, payment, pay, charge, charged, invoice, refund, bill',
	),
	subject(
		'order status',
		'estado de mi pedido, mi pedido, mi orden, entrega, despacho, envio, seguimiento, cuando llega, order, delivery, tracking, shipment',
	),
	subject(
		'technical problem',
		'no funciona, no parte, no anda, falla, se cae, ruido, revision, reparar, reparacion, averia, error, not working, broken, repair, breakdown, noise',
	),
	subject(
		'purchase',
		'comprar, compra, me interesa, cotizar un auto, probar, prueba de manejo, stock, disponible, buy, purchase, test drive, available',
	),
	subject('warranty', 'garantia, garantias, warranty, guarantee'),
	subject(
		'speak to a person',
		'hablar con una persona, hablar con alguien, con un humano, con un ejecutivo, con una ejecutiva, un supervisor, el encargado, speak to a person, talk to a human, a manager, an agent',
	),
];
