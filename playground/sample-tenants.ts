/** A number of the playground, and the template that answers it. */
export interface SampleLine {
  readonly phoneNumber: string;
  /** Folder below `workflows/`. */
  readonly template: 'contact-center' | 'realtime-assistant' | 'realtime-sip';
  /** What a person hears there, in a few words. */
  readonly what: string;
}

/**
 * Invented car dealers: sample data, nothing more. Their numbers are unassigned ones of the
 * simulator's account.
 */
export interface SampleTenant {
  readonly slug: string;
  /** Its main number. */
  readonly phoneNumber: string;
  readonly lines: readonly SampleLine[];
  /** The body of `PUT /v1/tenants/:slug`. */
  readonly profile: Readonly<Record<string, unknown>> & { readonly name: string };
}

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;

function hours(weekday: readonly [string, string], saturday: readonly [string, string]): object {
  return {
    ...Object.fromEntries(weekdays.map((day) => [day, [weekday]])),
    sat: [saturday],
  };
}

/** For showing the agents at any time of day: the facts still tell the real hours. */
export interface SampleTenantOptions {
  /** @defaultValue false: calls outside the business hours hear the closed message */
  readonly alwaysOpen?: boolean;
}

export function sampleTenants({ alwaysOpen = false }: SampleTenantOptions = {}): SampleTenant[] {
  return [
    {
      slug: 'automotora-andes',
      phoneNumber: '+56221234501',
      lines: [
        {
          phoneNumber: '+56221234501',
          template: 'contact-center',
          what: 'hears, thinks and speaks',
        },
      ],
      profile: {
        name: 'Automotora Andes',
        timezone: 'America/Santiago',
        language: 'es-CL',
        voice: { name: 'es-US-Chirp3-HD-Aoede', languageCode: 'es-US' },
        greeting: 'Hola, habla con Automotora Andes.',
        disclosure: 'Soy una asistente virtual con inteligencia artificial.',
        instructions:
          'Automotora Andes vende autos nuevos y usados y tiene un taller propio en Santiago. ' +
          'El taller hace mantenciones por kilometraje, cambios de aceite, frenos y alineación. ' +
          'Cada auto usado pasa por una revisión de ciento veinte puntos y se entrega con garantía. ' +
          'Hay auto de reemplazo para trabajos de más de un día, y se puede esperar en la cafetería.',
        closedMessage:
          'Gracias por llamar a Automotora Andes. En este momento estamos cerrados. ' +
          'Atendemos de lunes a viernes de nueve a dieciocho horas y los sábados de diez a catorce.',
        escalationNumber: '+56221234591',
        agent: 'contact-center',
        businessHours: alwaysOpen ? null : hours(['09:00', '18:00'], ['10:00', '14:00']),
        facts: {
          address: 'Avenida Vicuña Mackenna 1234, Santiago',
          openingHours: 'lunes a viernes de 9 a 18 horas y sábados de 10 a 14 horas',
          services: [
            { name: 'Cambio de aceite y filtro', priceClp: 49990, duration: 'una hora' },
            { name: 'Mantención de 10.000 kilómetros', priceClp: 129990, duration: 'tres horas' },
            { name: 'Alineación y balanceo', priceClp: 34990, duration: 'una hora' },
          ],
        },
        phoneNumbers: ['+56221234501'],
      },
    },
    {
      slug: 'automotora-pacifico',
      phoneNumber: '+56322234502',
      lines: [
        {
          phoneNumber: '+56322234502',
          template: 'contact-center',
          what: 'hears, thinks and speaks',
        },
      ],
      profile: {
        name: 'Automotora Pacífico',
        timezone: 'America/Santiago',
        language: 'es-CL',
        voice: { name: 'es-US-Neural2-B', languageCode: 'es-US' },
        greeting: 'Buenas, gracias por llamar a Automotora Pacífico.',
        disclosure: 'Le atiende un asistente virtual de inteligencia artificial.',
        instructions:
          'Automotora Pacífico está en Viña del Mar y se dedica a camionetas y vehículos eléctricos. ' +
          'Tiene cargadores rápidos abiertos a los clientes y técnicos certificados en baterías. ' +
          'Las pruebas de manejo se hacen por la costa y duran media hora. ' +
          'También compra autos usados y paga el mismo día, después de una inspección gratuita.',
        closedMessage:
          'Gracias por llamar a Automotora Pacífico. Ahora estamos cerrados. ' +
          'Atendemos de lunes a viernes de ocho a diecinueve horas y los sábados de nueve a trece.',
        escalationNumber: '+56322234592',
        agent: 'contact-center',
        businessHours: alwaysOpen ? null : hours(['08:00', '19:00'], ['09:00', '13:00']),
        facts: {
          address: 'Avenida Libertad 850, Viña del Mar',
          openingHours: 'lunes a viernes de 8 a 19 horas y sábados de 9 a 13 horas',
          services: [
            { name: 'Cambio de aceite y filtro', priceClp: 45990, duration: 'cuarenta minutos' },
            { name: 'Diagnóstico de batería eléctrica', priceClp: 39990, duration: 'dos horas' },
            { name: 'Revisión de frenos', priceClp: 24990, duration: 'una hora' },
          ],
        },
        phoneNumbers: ['+56322234502'],
      },
    },
    {
      slug: 'automotora-austral',
      phoneNumber: '+56612234505',
      lines: [
        {
          phoneNumber: '+56612234505',
          template: 'realtime-assistant',
          what: 'speech to speech',
        },
        {
          phoneNumber: '+56612234506',
          template: 'realtime-sip',
          what: 'speech to speech over SIP',
        },
      ],
      profile: {
        name: 'Automotora Austral',
        timezone: 'America/Punta_Arenas',
        language: 'es-CL',
        pipeline: 'realtime',
        realtime: { voice: 'marin', turnDetection: { type: 'semantic_vad', eagerness: 'auto' } },
        voice: { name: 'es-US-Chirp3-HD-Aoede', languageCode: 'es-US' },
        greeting: 'Hola, le atiende Automotora Austral.',
        disclosure: 'Soy una asistente virtual con inteligencia artificial.',
        instructions:
          'Automotora Austral está en Punta Arenas y vende camionetas y autos preparados para el frío. ' +
          'Su taller instala calefactores de motor y neumáticos de invierno. ' +
          'Los repuestos llegan por avión en dos días, y hay retiro del auto a domicilio.',
        closedMessage:
          'Gracias por llamar a Automotora Austral. Ahora estamos cerrados. ' +
          'Atendemos de lunes a viernes de nueve a dieciocho horas y los sábados de diez a trece.',
        escalationNumber: '+56612234595',
        agent: 'contact-center',
        businessHours: alwaysOpen ? null : hours(['09:00', '18:00'], ['10:00', '13:00']),
        budget: { monthlyMicroUsd: 50_000_000, warnAtPercent: 80 },
        facts: {
          address: 'Avenida Bulnes 2468, Punta Arenas',
          openingHours: 'lunes a viernes de 9 a 18 horas y sábados de 10 a 13 horas',
          services: [
            { name: 'Cambio de aceite y filtro', priceClp: 54990, duration: 'una hora' },
            { name: 'Cambio a neumáticos de invierno', priceClp: 39990, duration: 'dos horas' },
            { name: 'Calefactor de motor', priceClp: 189990, duration: 'cuatro horas' },
          ],
        },
        phoneNumbers: ['+56612234505', '+56612234506'],
      },
    },
  ];
}
